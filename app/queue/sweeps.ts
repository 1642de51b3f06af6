/** Syncing, reading orders from Shopify, giving products their plans, and refunding plans. */
export type LaneName = "sync" | "scan" | "plans" | "refunds";

/** How a lane's sweep came back: `answered` when the database refused it, which is an answer, too. */
export type SweepEnd = "succeeded" | "answered";

/** What is known of the sweeps of this process. Times are performance.now(), milliseconds. */
export type Sweeps = {
  /** a lane begins to sweep */
  begun(lane: LaneName): void;
  ended(lane: LaneName, how: SweepEnd): void;
  /** for how long one of the lanes has not been swept with success; null in a process that sweeps none */
  behindMs(): number | null;
  /** since when the sweep of one of the lanes has got no answer at all; null where none is swept */
  answeredAt(): number | null;
};

/** Keeps when each lane was swept last. A lane counts as swept when it begins. */
export function createSweeps(onSuccess: (lane: LaneName) => void): Sweeps {
  const lanes = new Map<LaneName, { succeededAt: number; answeredAt: number }>();
  const earliest = (of: "succeededAt" | "answeredAt") =>
    lanes.size === 0 ? null : Math.min(...Array.from(lanes.values(), (lane) => lane[of]));
  return {
    begun(lane) {
      const now = performance.now();
      lanes.set(lane, { succeededAt: now, answeredAt: now });
    },
    ended(lane, how) {
      const known = lanes.get(lane);
      if (!known) return;
      known.answeredAt = performance.now();
      if (how === "answered") return;
      known.succeededAt = known.answeredAt;
      onSuccess(lane);
    },
    behindMs() {
      const at = earliest("succeededAt");
      return at === null ? null : performance.now() - at;
    },
    answeredAt: () => earliest("answeredAt"),
  };
}
