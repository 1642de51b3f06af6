import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/**
 * A way to PostgreSQL that can go silent: what is sent is swallowed, in both directions, and nobody is
 * told, as when a NAT has forgotten a connection or a machine was taken off its network. It is not
 * told either that one side has ended: the other one goes on waiting.
 */
export type SilentProxy = {
  /** the address of a database by this way */
  through(databaseUrl: string): string;
  /**
   * Connections of now are silent for good. New ones are accepted, and silent as well, until
   * `resume`.
   *
   * @param names only connections whose client gave one of these as its application name
   */
  silence(names?: RegExp): void;
  /** New connections work. */
  resume(): void;
  close(): Promise<void>;
};

type Pair = { client: Socket; server: Socket; name: string; isSilent: boolean };

/** @param databaseUrl of the PostgreSQL to which it leads */
export async function startSilentProxy(databaseUrl: string): Promise<SilentProxy> {
  const target = new URL(databaseUrl);
  const pairs = new Set<Pair>();
  let silenced: RegExp | null = null;

  const listener = createServer((client) => {
    const server = connect(Number(target.port || 5432), target.hostname);
    const pair: Pair = { client, server, name: "", isSilent: false };
    pairs.add(pair);
    client.once("data", (startup) => {
      // the startup message is a list of names and values, each ended by a zero
      const words = startup.toString("latin1").split("\0");
      pair.name = words[words.indexOf("application_name") + 1] ?? "";
      if (silenced?.test(pair.name)) pair.isSilent = true;
    });
    const pass = (from: Socket, to: Socket) => {
      from.on("data", (chunk) => {
        if (!pair.isSilent) to.write(chunk);
      });
      // either side's errors are its own: the other learns of an end, if of anything
      from.on("error", () => undefined);
      from.on("close", () => {
        if (!pair.isSilent) to.destroy();
      });
    };
    pass(client, server);
    pass(server, client);
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;

  return {
    through(url) {
      const way = new URL(url);
      way.host = `127.0.0.1:${port}`;
      return way.href;
    },
    silence(names = /^/) {
      silenced = names;
      for (const pair of pairs) if (names.test(pair.name)) pair.isSilent = true;
    },
    resume() {
      silenced = null;
    },
    async close() {
      listener.close();
      for (const { client, server } of pairs) {
        client.destroy();
        server.destroy();
      }
      await once(listener, "close");
    },
  };
}
