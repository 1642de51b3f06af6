import type { Place } from "#app/store/run-context.ts";

/** A place that was taken. */
export type TakenPlace = Place & {
  /** resolves when the run only waits, so that another one may begin; perhaps never */
  readonly lent: Promise<void>;
  /** the run has lent its place and no other since */
  readonly isLent: boolean;
  /**
   * To be called at the run's end, or when it is given up: what a run does after that, as one that
   * was given up may, changes nothing for others.
   */
  leave(): void;
};

/** The places of a lane: how many shops of it a process works on at once. */
export type Places = {
  free(): number;
  take(): TakenPlace;
};

/** A run that waits for so long lends its place. */
const lentAfterMs = 50;
/** One place in so many is for shops whose feed did not answer the last time. */
const probeShare = 4;
/** So long a run waits to have a place again; its lease lasts longer. */
const longestReturnMs = 5_000;

/**
 * Opens the places of a lane. A run that waits for somebody outside lends its place after a moment,
 * so that peers who let us wait cost other shops nothing; before it goes on with more than the answer
 * it takes one again, before new runs do. Measured: docs/decisions/0043-dead-feeds-take-no-lanes.md.
 *
 * @param awayPerPlace for each place so many runs may be waiting besides, each with one request
 */
export function openPlaces(count: number, awayPerPlace = 20): Places {
  const mostAway = count * awayPerPlace;
  const mostProbes = Math.max(1, Math.floor(count / probeShare));
  /** runs that come back, each to be told that it has a place */
  const returning = new Set<() => void>();
  let taken = 0;
  let away = 0;
  let probes = 0;

  function release(): void {
    const [next] = returning;
    if (next) next();
    else taken -= 1;
  }

  /** Whether there was a place in time, and before the run was given up. */
  function returned(left: AbortSignal): Promise<boolean> {
    if (taken < count) {
      taken += 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const end = (hasPlace: boolean) => {
        clearTimeout(timer);
        returning.delete(next);
        left.removeEventListener("abort", giveUp);
        resolve(hasPlace);
      };
      const next = () => end(true);
      const giveUp = () => end(false);
      const timer = setTimeout(giveUp, longestReturnMs);
      left.addEventListener("abort", giveUp);
      returning.add(next);
    });
  }

  function take(): TakenPlace {
    const { promise: lent, resolve: tellLent } = Promise.withResolvers<void>();
    let isLent = false;
    let isProbing = false;
    const left = new AbortController();
    const lend = () => {
      if (left.signal.aborted || isLent || away >= mostAway) return;
      isLent = true;
      away += 1;
      release();
      tellLent();
    };
    const endProbe = () => {
      if (isProbing) probes -= 1;
      isProbing = false;
    };
    taken += 1;
    return {
      lent,
      get isLent() {
        return isLent;
      },
      async away(waiting) {
        const timer = setTimeout(lend, lentAfterMs);
        try {
          return await waiting;
        } finally {
          clearTimeout(timer);
        }
      },
      async hasPlace() {
        if (left.signal.aborted) return false;
        if (!isLent) return true;
        const isBack = await returned(left.signal);
        if (left.signal.aborted) {
          // it was given up in the moment in which it had a place
          if (isBack) release();
          return false;
        }
        if (!isBack) return false;
        isLent = false;
        away -= 1;
        return true;
      },
      probe() {
        if (left.signal.aborted) return false;
        if (!isProbing && probes < mostProbes) {
          isProbing = true;
          probes += 1;
        }
        return isProbing;
      },
      answered: endProbe,
      leave() {
        if (left.signal.aborted) return;
        left.abort();
        if (isLent) away -= 1;
        else release();
        endProbe();
      },
    };
  }

  return { free: () => count - taken, take };
}
