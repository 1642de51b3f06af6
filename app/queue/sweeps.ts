/** Syncing, reading orders from Shopify, giving products their plans, and refunding plans. */
export type LaneName = "sync" | "scan" | "plans" | "refunds";

/** How a lane's sweep came back: `answered` when the database refused it, which is an answer, too. */
export type SweepEnd = "succeeded" | "answered";

/**
 * What is known of how this process finds its work, lane by lane: by sweeps, and by asking the queue.
 * Times are performance.now(), milliseconds.
 */
export type Sweeps = {
  /** a lane begins to sweep */
  begun(lane: LaneName): void;
  ended(lane: LaneName, how: SweepEnd): void;
  /** a lane asks for jobs, or need not; see `Lane.asks` */
  asked(lane: LaneName): void;
  /** nobody can ask now, for the database does not answer: the lanes' time begins anew */
  excused(): void;
  /** for how long one of the lanes has not been swept with success; null in a process that sweeps none */
  behindMs(): number | null;
  /** since when the sweep of one of the lanes has got no answer at all; null where none is swept */
  answeredAt(): number | null;
  /** the lane that has not asked for the longest time, and since when; null where there is none */
  silentLane(): { lane: LaneName; since: number } | null;
};

/** Keeps when each lane was swept last, and asked. A lane counts as swept when it begins. */
export function createSweeps(onSuccess: (lane: LaneName) => void): Sweeps {
  type Known = { succeededAt: number; answeredAt: number; askedAt: number };
  const lanes = new Map<LaneName, Known>();
  const earliest = (of: "succeededAt" | "answeredAt") =>
    lanes.size === 0 ? null : Math.min(...Array.from(lanes.values(), (lane) => lane[of]));
  return {
    begun(lane) {
      const now = performance.now();
      lanes.set(lane, { succeededAt: now, answeredAt: now, askedAt: now });
    },
    ended(lane, how) {
      const known = lanes.get(lane);
      if (!known) return;
      known.answeredAt = performance.now();
      if (how === "answered") return;
      known.succeededAt = known.answeredAt;
      onSuccess(lane);
    },
    asked(lane) {
      const known = lanes.get(lane);
      if (known) known.askedAt = performance.now();
    },
    excused() {
      for (const known of lanes.values()) known.askedAt = performance.now();
    },
    behindMs() {
      const at = earliest("succeededAt");
      return at === null ? null : performance.now() - at;
    },
    answeredAt: () => earliest("answeredAt"),
    silentLane() {
      const [first] = [...lanes].sort(([, a], [, b]) => a.askedAt - b.askedAt);
      return first ? { lane: first[0], since: first[1].askedAt } : null;
    },
  };
}
