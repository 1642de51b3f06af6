import { freePort } from "#app/embedded-postgres/free-port.server.ts";
import type { Random } from "#test/simulator/random.ts";
import { type AppProcess, waitUntilReady } from "#test/world/app-process.ts";
import type { World } from "#test/world/world.ts";

const minute = 60_000;
/** How wrong the clocks of the processes are. */
const skews = { servers: [3 * minute, -4 * minute], workers: [2 * minute, -5 * minute] };

type Member = { start(): Promise<AppProcess>; now: AppProcess };

/**
 * The processes of the app: three servers and two workers on one database, each with its own clock.
 * That of the world's own server is right: session tokens are good for a minute.
 */
export type Crew = {
  /** the address of one of the servers, as a load balancer would pick it */
  url(): string;
  killServer(random: Random): Promise<void>;
  killWorker(random: Random): Promise<void>;
  /** stops a worker in its tracks for a while */
  freezeWorker(random: Random, ms: number): Promise<void>;
  /** how many processes had a clock that was wrong by minutes */
  wrongClocks(): number;
  /** what all processes wrote, also those that are gone */
  output(): string;
  stop(): Promise<void>;
};

export async function startCrew(world: World): Promise<Crew> {
  const gone: AppProcess[] = [];
  let wrongClocks = 0;
  const enlist = async (start: Member["start"]): Promise<Member> => ({ start, now: await start() });
  const clock = (ms: number) => ({
    NODE_OPTIONS: "--import ./test/chaos/skewed-clock.ts",
    CLOCK_SKEW_MS: String(ms),
  });
  const urls = [world.appUrl];
  const first: Member = {
    now: world.app(),
    async start() {
      await world.restart("SIGKILL");
      return world.app();
    },
  };
  const others = skews.servers.map(async (skew) => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    urls.push(url);
    return enlist(async () => {
      const env = { ...clock(skew), PORT: String(port), WORKER: "off" };
      const started = world.startProcess("app/server.ts", env);
      await waitUntilReady(started, `${url}/readyz`);
      if (hasWrongClock(started)) wrongClocks += 1;
      return started;
    });
  });
  const servers = [first, ...(await Promise.all(others))];
  const workers = await Promise.all(
    skews.workers.map(async (skew) => {
      const port = await freePort();
      return enlist(async () => {
        const env = { ...clock(skew), WORKER_PORT: String(port) };
        const started = world.startProcess("app/worker.ts", env);
        await waitUntilReady(started, `http://127.0.0.1:${port}/readyz`);
        if (hasWrongClock(started)) wrongClocks += 1;
        return started;
      });
    }),
  );
  const kill = async (members: Member[], random: Random) => {
    const member = random.pick(members);
    await member.now.stop("SIGKILL");
    gone.push(member.now);
    member.now = await member.start();
  };
  let turn = 0;
  return {
    wrongClocks: () => wrongClocks,
    url() {
      turn += 1;
      return urls[turn % urls.length] ?? world.appUrl;
    },
    killServer: (random) => kill(servers, random),
    killWorker: (random) => kill(workers, random),
    async freezeWorker(random, ms) {
      const { now } = random.pick(workers);
      now.signal("SIGSTOP");
      await new Promise((wait) => setTimeout(wait, ms));
      now.signal("SIGCONT");
    },
    output: () =>
      [...gone, ...[...servers, ...workers].map(({ now }) => now)]
        .map((one) => one.output())
        .join("\n"),
    async stop() {
      await Promise.all([...servers, ...workers].map(({ now }) => now.stop()));
    },
  };
}

/** Whether the first line of a process that has just started is of quite another time. */
function hasWrongClock(started: AppProcess): boolean {
  const { time } = JSON.parse(started.output().split("\n", 1)[0] ?? "{}") as { time?: string };
  return Math.abs(Date.parse(time ?? "") - Date.now()) > minute;
}
