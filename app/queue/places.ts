import type { Place } from "#app/store/run-context.ts";

/** A place that was taken. */
export type TakenPlace = Place & {
  /** the run has lent its place and no other since */
  readonly isLent: boolean;
  /** the feed of the run's shop did not answer the last time, or asked for patience */
  readonly isSilent: boolean;
  /** as `Place.hasPlace`, and asked once at a time; waits for so long */
  hasPlace(limitMs?: number): Promise<boolean>;
  /**
   * To be called at the run's end, or when it is given up: what a run does after that, as one that
   * was given up may, changes nothing for others.
   */
  leave(): void;
};

/** The places of a lane: how many shops of it a process works on at once. */
export type Places = {
  free(): number;
  /** Places that are taken, but by no run: none, but for an error that nobody has thought of. */
  lost(): number;
  /** Resolves when a place is free for a new run. */
  oneFree(): Promise<void>;
  /** @param isSilent as `TakenPlace.isSilent`: such a run has no place yet, `hasPlace` waits for it */
  take(isSilent?: boolean): TakenPlace;
};

/** A run that waits for so long lends its place. */
const lentAfterMs = 50;
/** One place in so many is for waiting for feeds that did not answer the last time. */
const probeShare = 4;
/** One place in so many is for what else is done for their shops, and for those that asked for patience. */
const silentShare = 10;
/** So long a run waits to have a place again. */
const longestReturnMs = 5_000;
/** So long one of a silent feed goes on while others wait for its place. */
const turnMs = 1_000;

/**
 * Opens the places of a lane. A run that waits for somebody outside lends its place after a moment,
 * so that peers who let us wait cost other shops nothing; before it goes on with more than the answer
 * it takes one again, before new runs do. What is done for shops whose feed is silent takes few places
 * at once, for there may be many of them at the same moment. Measured: docs/decisions/0043-dead-feeds-take-no-lanes.md.
 *
 * @param awayPerPlace for each place so many runs may be waiting besides, each with one request
 */
export function openPlaces(count: number, awayPerPlace = 20): Places {
  const mostAway = count * awayPerPlace;
  const mostProbes = Math.max(1, Math.floor(count / probeShare));
  const mostSilent = Math.max(1, Math.floor(count / silentShare));
  /** runs that come back, each to be told that it has a place; those of silent feeds apart */
  const returning = { others: new Set<() => void>(), silent: new Set<() => void>() };
  /** who is to be told that a new run may begin */
  const beginning = new Set<() => void>();
  /** runs that have not left */
  const open = new Set<{ readonly isLent: boolean }>();
  let taken = 0;
  /** of these, by runs of silent feeds */
  let silent = 0;
  let away = 0;
  let probes = 0;

  function occupy(isSilent: boolean): boolean {
    if (taken >= count || (isSilent && silent >= mostSilent)) return false;
    taken += 1;
    if (isSilent) silent += 1;
    return true;
  }

  function release(isSilent: boolean): void {
    taken -= 1;
    if (isSilent) silent -= 1;
    letIn();
  }

  function letIn(): void {
    const [next] = returning.others;
    const [last] = returning.silent;
    if (next && occupy(false)) next();
    else if (last && occupy(true)) last();
    if (taken < count) for (const begin of beginning) begin();
  }

  /** Whether there was a place in time, and before the run was given up. */
  function returned(left: AbortSignal, isSilent: boolean, limitMs: number): Promise<boolean> {
    if (occupy(isSilent)) return Promise.resolve(true);
    const waiting = isSilent ? returning.silent : returning.others;
    return new Promise((resolve) => {
      const end = (hasPlace: boolean) => {
        clearTimeout(timer);
        waiting.delete(next);
        left.removeEventListener("abort", giveUp);
        resolve(hasPlace);
      };
      const next = () => end(true);
      const giveUp = () => end(false);
      const timer = setTimeout(giveUp, limitMs);
      left.addEventListener("abort", giveUp);
      waiting.add(next);
    });
  }

  function take(isSilent = false): TakenPlace {
    // one that begins so waits for its place, and asks nobody meanwhile
    let isLent = isSilent;
    let isAway = false;
    let since = performance.now();
    let isProbing = false;
    const left = new AbortController();
    const lend = () => {
      if (left.signal.aborted || isLent || away >= mostAway) return;
      isLent = true;
      isAway = true;
      away += 1;
      release(isSilent);
    };
    const endAway = () => {
      if (isAway) away -= 1;
      isAway = false;
    };
    const hasPlace = async (limitMs = longestReturnMs) => {
      if (left.signal.aborted) return false;
      if (!isLent) {
        const isOver = isSilent && performance.now() > since + turnMs;
        if (!isOver || returning.silent.size === 0) return true;
        isLent = true;
        release(isSilent);
      }
      const isBack = await returned(left.signal, isSilent, limitMs);
      if (left.signal.aborted) {
        // it was given up in the moment in which it had a place
        if (isBack) release(isSilent);
        return false;
      }
      if (!isBack) return false;
      isLent = false;
      since = performance.now();
      endAway();
      return true;
    };
    const endProbe = () => {
      if (isProbing) probes -= 1;
      isProbing = false;
    };
    if (!isLent) taken += 1;
    const place: TakenPlace = {
      get isLent() {
        return isLent;
      },
      get isSilent() {
        return isSilent;
      },
      async away(waiting) {
        const timer = setTimeout(lend, lentAfterMs);
        try {
          return await waiting;
        } finally {
          clearTimeout(timer);
        }
      },
      hasPlace,
      async silent(limitMs) {
        if (!isSilent && !left.signal.aborted) {
          isSilent = true;
          if (!isLent) silent += 1;
          if (silent > mostSilent) lend();
        }
        await hasPlace(Math.min(limitMs, longestReturnMs));
      },
      probe() {
        if (left.signal.aborted) return false;
        if (!isProbing && probes < mostProbes) {
          isProbing = true;
          probes += 1;
        }
        return isProbing;
      },
      answered() {
        endProbe();
        if (left.signal.aborted || !isSilent) return;
        isSilent = false;
        if (isLent) return;
        silent -= 1;
        letIn();
      },
      leave() {
        if (left.signal.aborted) return;
        left.abort();
        open.delete(place);
        if (!isLent) release(isSilent);
        endAway();
        endProbe();
      },
    };
    open.add(place);
    return place;
  }

  async function oneFree(): Promise<void> {
    while (taken >= count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      beginning.add(resolve);
      await promise;
      beginning.delete(resolve);
    }
  }

  function lost(): number {
    const held = [...open].filter(({ isLent }) => !isLent);
    return taken - held.length;
  }

  return { free: () => count - taken, lost, oneFree, take };
}
