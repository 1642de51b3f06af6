import type { Door } from "./give-way.ts";

/**
 * How a run shares the one thread of its process with webhooks, pages and the runs of other shops.
 * The work on one order cannot be interrupted; between two orders everybody else may go first, and
 * after long ones the run rests, so that most of the thread's time is left to those who only need a
 * little of it. Measured: docs/decisions/0042-steps-are-bounded-by-time.md.
 */
export type Pace = {
  /** Does a piece of work, such as one order's, when others had their turn. */
  piece<T>(work: () => T): Promise<T>;
  /** whether so much was worked since the last rest that what is done should be committed now */
  readonly spent: boolean;
  /** Between two transactions: rests after long pieces. */
  rest(): Promise<void>;
};

type Keep = { everyMs: number; renew: () => void };

/** Work between two rests: as long a transaction is held open by it, and a shop's row with it. */
const spentMs = 100;
/** So long others wait for nobody's sake. */
const turnMs = 5;
/** A piece that takes longer delays whoever comes meanwhile: the run rests for it. */
const longMs = 8;
/** Long pieces take a third of the thread's time, whatever the number of runs that have them. */
const restFor = 2;

/**
 * @param door of the process: a run rests only where somebody comes in
 * @param clock milliseconds of work: the thread's processor time, which on a busy machine is much
 *   less than what passes meanwhile
 * @param keep is called after every `everyMs` milliseconds of a rest: among many runs it is long
 */
export function openPace(
  door: Door,
  { clock = workedMs, keep }: { clock?: () => number; keep?: Keep } = {},
): Pace {
  let sinceRest = 0;
  let sinceTurn = 0;
  let long = 0;
  return {
    async piece(work) {
      if (sinceTurn >= turnMs) {
        sinceTurn = 0;
        await nextTurn();
      }
      const [start, since] = [clock(), performance.now()];
      try {
        return work();
      } finally {
        const ms = clock() - start;
        sinceRest += ms;
        sinceTurn += ms;
        // so long others have waited
        if (ms >= longMs) long += performance.now() - since;
      }
    },
    get spent() {
      return sinceRest >= spentMs;
    },
    async rest() {
      const worked = long;
      [sinceRest, sinceTurn, long] = [0, 0, 0];
      if (worked === 0) return;
      await nextTurn();
      if (!door.serves) return;
      door.longAt = Math.max(door.longAt, performance.now() + worked * restFor);
      const keeping = keep && setInterval(keep.renew, keep.everyMs);
      // runs with long pieces take turns, in the order in which they came
      door.lastRest = door.lastRest.then(() => restUntilLong(door, worked * restFor));
      await door.lastRest;
      clearInterval(keeping);
    },
  };
}

/** Never rejects: others wait behind it. */
async function restUntilLong(door: Door, ms: number): Promise<void> {
  for (;;) {
    const left = door.longAt - performance.now();
    if (left <= 0) break;
    await sleep(left);
  }
  door.longAt = performance.now() + ms;
}

function workedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Whatever has come in meanwhile is dealt with. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
