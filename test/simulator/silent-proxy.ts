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
  /**
   * on how many connections something was sent that did not arrive
   *
   * @param names only those whose client gave one of these as its application name
   */
  unheard(names?: RegExp): number;
  close(): Promise<void>;
};

type Way = { name: string; isSilent: boolean; isUnheard: boolean; ends: Socket[] };

/**
 * @param databaseUrl of the PostgreSQL to which it leads
 * @param endsAfterMs when PostgreSQL ends its session of a silent connection, as it does when its
 *   keepalives are not answered; left out: not in the time of a test
 */
export async function startSilentProxy(
  databaseUrl: string,
  endsAfterMs?: number,
): Promise<SilentProxy> {
  const target = new URL(databaseUrl);
  const ways = new Set<Way>();
  let silenced: RegExp | null = null;

  function pass(way: Way, from: Socket, to: Socket): void {
    from.on("data", (chunk) => {
      if (way.isSilent) way.isUnheard = true;
      else to.write(chunk);
    });
    from.on("close", () => {
      if (!way.isSilent) to.destroy();
    });
  }

  const listener = createServer((client) => {
    const way: Way = { name: "", isSilent: false, isUnheard: false, ends: [client] };
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
        way.isUnheard = true;
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
      const fallen = [...ways].filter(({ name }) => names.test(name));
      for (const way of fallen) way.isSilent = true;
      if (endsAfterMs === undefined) return;
      setTimeout(() => {
        for (const { ends } of fallen) ends[1]?.destroy();
      }, endsAfterMs).unref();
    },
    resume() {
      silenced = null;
    },
    unheard: (names = /^/) =>
      [...ways].filter(({ name, isUnheard }) => isUnheard && names.test(name)).length,
    async close() {
      listener.close();
      for (const { ends } of ways) for (const end of ends) end.destroy();
      await once(listener, "close");
    },
  };
}
