import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";

export type Mail = { to: string[]; from: string; raw: string };

/** A mail server on this machine that keeps what it is given. It asks for user and password. */
export async function startMailServer(): Promise<{
  url: string;
  password: string;
  mails: Mail[];
  /** whether it takes mails; else it answers for now (451) or for good (550) */
  behave(answer: "takes" | 451 | 550): void;
  close(): Promise<void>;
}> {
  const mails: Mail[] = [];
  const password = `smtp-${crypto.randomUUID()}`;
  let behavior: "takes" | 451 | 550 = "takes";
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    onAuth(auth, _session, callback) {
      const isKnown = auth.username === "hakuna" && auth.password === password;
      callback(isKnown ? null : new Error("unknown"), { user: auth.username });
    },
    onRcptTo(_address, _session, callback) {
      if (behavior === "takes") return callback();
      callback(Object.assign(new Error("not now"), { responseCode: behavior }));
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
    behave(answer) {
      behavior = answer;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
