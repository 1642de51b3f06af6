import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "#app/database/embedded-postgres/free-port.server.ts";
import { eventually } from "#test/server/client.ts";
import type { Random } from "#test/simulator/random.ts";
import { type AppProcess, waitUntilReady } from "#test/world/app-process.ts";
import type { World } from "#test/world/world.ts";
import { clockSet } from "./clock-set.ts";
import { turns } from "./turns.ts";

const minute = 60_000;
/** None of them is the database's, nor its neighbor's. */
const timeZones = ["Asia/Kathmandu", "Pacific/Kiritimati", "UTC", "America/Caracas"];
/** How wrong the clocks of the processes are. */
const skews = { servers: [3 * minute, -4 * minute], workers: [2 * minute, -5 * minute] };

/** `version` is that of the feed's API that it asks for: it tells whose a request is. */
type Member = {
  start(): Promise<AppProcess>;
  now: AppProcess;
  version?: string;
};

/** What befalls a process that has to be at work for it. */
export type Blow = { struck: Promise<void>; over: Promise<void> };

/**
 * The processes of the app: up to three servers and two workers on one database, each with its own clock.
 * That of the world's own server is right: session tokens are good for a minute.
 */
export type Crew = {
  /** the address of one of the servers, as a load balancer would pick it */
  url(): string;
  killServer(random: Random): Promise<void>;
  /** the one that the pages are asked of */
  killFirst(): Promise<void>;
  /** kills a worker in the middle of a request to the feed, and puts another in its place */
  killWorker(random: Random): Blow;
  /**
   * stops a worker in its tracks for a while, in the middle of a request to the feed: it is taken in
   * when others have long taken over
   */
  freezeWorker(random: Random, ms: number): Blow;
  /**
   * Sets the clock of a worker to another time, by minutes; resolves when it goes by it, with the
   * version that it asks the feed for.
   */
  stepClock(random: Random): Promise<{ version: string }>;
  /** another process joins, and leaves when it is told to; it is asked for webhooks where it has a url */
  join(guest: { process: AppProcess; url?: string }): { leave(): Promise<void> };
  /**
   * Does something to the database while no process is being killed or started: a start needs one, and
   * ends the process otherwise.
   */
  whileUp<T>(work: () => Promise<T>): Promise<T>;
  /** how many processes had a clock that was wrong by minutes */
  wrongClocks(): number;
  /** what all processes wrote, also those that are gone */
  output(): string;
  stop(): Promise<void>;
};

/** @param folder where clocks are set and steps of runs are noted */
export async function startCrew(world: World, serverCount: number, folder: string): Promise<Crew> {
  const gone: AppProcess[] = [];
  let wrongClocks = 0;
  const enlist = async (start: Member["start"]): Promise<Member> => ({
    start,
    now: await start(),
  });
  let clocks = 0;
  const clock = (ms: number) => {
    clocks += 1;
    const file = join(folder, `clock-${clocks}`);
    writeFileSync(file, String(ms));
    const imports = "--import ./test/chaos/skewed-clock.ts --import ./test/chaos/steps-seen.ts";
    const env = { NODE_OPTIONS: imports, CLOCK_FILE: file, STEPS_FOLDER: folder };
    return { file, env: { ...env, TZ: timeZones[clocks % timeZones.length] ?? "UTC" } };
  };
  const urls = [world.appUrl];
  const first: Member = {
    now: world.app(),
    async start() {
      await world.restart("SIGKILL");
      return world.app();
    },
  };
  const others = skews.servers.slice(0, serverCount - 1).map(async (skew) => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    urls.push(url);
    const own = clock(skew);
    return enlist(async () => {
      const env = { ...own.env, PORT: String(port), WORKER: "off" };
      const started = world.startProcess("app/server.ts", env);
      await waitUntilReady(started, `${url}/readyz`);
      if (hasWrongClock(started)) wrongClocks += 1;
      return started;
    });
  });
  const servers = [first, ...(await Promise.all(others))];
  const workers = await Promise.all(
    skews.workers.map(async (skew, index) => {
      const port = await freePort();
      const version = `v1.${index}`;
      const own = clock(skew);
      const member = await enlist(async () => {
        const env = { ...own.env, WORKER_PORT: String(port), HAKUNA_VERSION: version };
        const started = world.startProcess("app/worker.ts", env);
        await waitUntilReady(started, `http://127.0.0.1:${port}/readyz`);
        if (hasWrongClock(started)) wrongClocks += 1;
        return started;
      });
      return { ...member, version, clock: own.file };
    }),
  );
  /**
   * Sends a signal in the middle of a request to the feed, which is held up for a while. Answers
   * when that begins and when it is over.
   */
  const signalAtWork = ({ now, version }: Member, signal: NodeJS.Signals, ms: number) => {
    const struck = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    world.hakuna.onceAsked((seen) => {
      if (seen.version !== version) return null;
      now.signal(signal);
      struck.resolve();
      setTimeout(held.resolve, ms);
      return held.promise;
    });
    return { struck: struck.promise, held: held.promise };
  };
  const whileUp = turns();
  const replace = (member: Member) =>
    whileUp(async () => {
      await member.now.stop("SIGKILL");
      gone.push(member.now);
      member.now = await member.start();
    });
  const guests = new Set<AppProcess>();
  let turn = 0;
  return {
    whileUp,
    wrongClocks: () => wrongClocks,
    url() {
      turn += 1;
      return urls[turn % urls.length] ?? world.appUrl;
    },
    killServer: (random) => replace(random.pick(servers)),
    killFirst: () => replace(first),
    async stepClock(random) {
      const { now, clock, version } = random.pick(workers);
      const set = () => now.output().split(clockSet).length;
      const before = set();
      writeFileSync(
        clock,
        String(Number(readFileSync(clock, "utf8")) > 0 ? -4 * minute : 5 * minute),
      );
      await eventually("a clock is set", () => set() > before || now.exitCode() !== null);
      return { version };
    },
    join({ process, url }) {
      guests.add(process);
      if (url) urls.push(url);
      return {
        async leave() {
          if (url) urls.splice(urls.indexOf(url), 1);
          await process.stop();
          guests.delete(process);
          gone.push(process);
        },
      };
    },
    killWorker(random) {
      const worker = random.pick(workers);
      const { struck, held } = signalAtWork(worker, "SIGKILL", 0);
      return { struck, over: held.then(() => replace(worker)) };
    },
    freezeWorker(random, ms) {
      const worker = random.pick(workers);
      const { struck, held } = signalAtWork(worker, "SIGSTOP", ms);
      return { struck, over: held.then(() => worker.now.signal("SIGCONT")) };
    },
    output: () =>
      [...gone, ...guests, ...[...servers, ...workers].map(({ now }) => now)]
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
