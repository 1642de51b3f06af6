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

type Way = { name: string; isSilent: boolean; ends: Socket[] };

/** @param databaseUrl of the PostgreSQL to which it leads */
export async function startSilentProxy(databaseUrl: string): Promise<SilentProxy> {
  const target = new URL(databaseUrl);
  const ways = new Set<Way>();
  let silenced: RegExp | null = null;

  function pass(way: Way, from: Socket, to: Socket): void {
    from.on("data", (chunk) => {
      if (!way.isSilent) to.write(chunk);
    });
    from.on("close", () => {
      if (!way.isSilent) to.destroy();
    });
  }

  const listener = createServer((client) => {
    const way: Way = { name: "", isSilent: false, ends: [client] };
    ways.add(way);
    // either side's errors are its own: the other learns of an end, if of anything
    client.on("error", () => undefined);
    // a client speaks first: a list of names and values, each ended by a zero
    client.once("data", (startup) => {
      const words = startup.toString("latin1").split("\0");
      way.name = words[words.indexOf("application_name") + 1] ?? "";
      if (silenced?.test(way.name)) {
        // nothing of it arrives
        way.isSilent = true;
        client.resume();
        return;
      }
      const server = connect(Number(target.port || 5432), target.hostname);
      server.on("error", () => undefined);
      way.ends.push(server);
      server.write(startup);
      pass(way, client, server);
      pass(way, server, client);
    });
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
      for (const way of ways) if (names.test(way.name)) way.isSilent = true;
    },
    resume() {
      silenced = null;
    },
    async close() {
      listener.close();
      for (const { ends } of ways) for (const end of ends) end.destroy();
      await once(listener, "close");
    },
  };
}
