import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";

export type Mail = { to: string[]; from: string; raw: string };

type Behavior = "takes" | 451 | 535 | 550 | 553;

/** A mail server on this machine that keeps what it is given. It asks for user and password. */
export async function startMailServer(): Promise<{
  url: string;
  password: string;
  mails: Mail[];
  /**
   * whether it takes mails; else it refuses the recipient for now (451) or for good (550), the login
   * (535), or the sender (553)
   *
   * @param only this recipient is refused
   */
  behave(answer: Behavior, only?: string): void;
  close(): Promise<void>;
}> {
  const mails: Mail[] = [];
  const password = `smtp-${crypto.randomUUID()}`;
  let behavior: Behavior = "takes";
  let refused: string | undefined;
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    onAuth(auth, _session, callback) {
      const expected = behavior === 535 ? `${password}-changed` : password;
      const isKnown = auth.username === "hakuna" && auth.password === expected;
      callback(isKnown ? null : new Error("unknown"), { user: auth.username });
    },
    onMailFrom(_address, _session, callback) {
      callback(behavior === 553 ? refusal(553) : null);
    },
    onRcptTo({ address }, _session, callback) {
      const isTaken = behavior !== 451 && behavior !== 550;
      callback(isTaken || (refused ?? address) !== address ? null : refusal(behavior));
    },
    onData(stream, session, callback) {
      const { mailFrom, rcptTo } = session.envelope;
      text(stream).then((raw) => {
        const from = mailFrom ? mailFrom.address : "";
        mails.push({ to: rcptTo.map(({ address }) => address), from, raw });
        callback();
      }, callback);
    },
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://hakuna:${password}@127.0.0.1:${port}`,
    password,
    mails,
    behave(answer, only) {
      behavior = answer;
      refused = only;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const refusal = (responseCode: Behavior) => Object.assign(new Error("no"), { responseCode });
