/** The intake of this process as the sync sees it. Times are performance.now(), milliseconds. */
export type Door = {
  /** when so many webhooks last shared a commit that more arrive than one flush at a time can take */
  crowdedAt: number;
  /** when the sync of this process may take its next step although the crowd stays */
  nextStepAt: number;
  /** whether this process takes webhooks, so that somebody waits for its answers */
  serves: boolean;
  /** when the next run may do work that takes long; see pace.ts */
  longAt: number;
  /** the rest of the run that came last: the next one's begins when it is over */
  lastRest: Promise<void>;
};

const crowd = 8;
/** A crowd comes in waves, a flush apart: it is gone when so long no flush took one. */
const calmMs = 100;
const stepEveryMs = 1000;
const lookMs = 10;

export function openDoor(): Door {
  const never = Number.NEGATIVE_INFINITY;
  const lastRest = Promise.resolve();
  return { crowdedAt: never, nextStepAt: never, serves: false, longAt: never, lastRest };
}

/** To be told of every flush of the intake, with how many webhooks it took. */
export function noteFlush(door: Door, webhooks: number): void {
  door.serves = true;
  if (webhooks >= crowd) door.crowdedAt = performance.now();
}

/** Whether more webhooks arrive, or just did, than one flush at a time can take. */
export function isCrowded({ crowdedAt }: Door): boolean {
  return performance.now() - crowdedAt < calmMs;
}

/**
 * Lets a crowded intake go first: Shopify counts the seconds until it is answered, the sync can
 * wait. The sync of the whole process still takes a step a second, so that it goes on under any
 * load. Measured with one process at its limit, as ratio to the bare insert
 * (`intake.ratio_with_worker`): docs/decisions/0010-intake-goes-first.md.
 */
export async function giveWay(door: Door): Promise<void> {
  while (isCrowded(door)) {
    if (performance.now() >= door.nextStepAt) {
      door.nextStepAt = performance.now() + stepEveryMs;
      return;
    }
    await new Promise((look) => setTimeout(look, lookMs));
  }
}
