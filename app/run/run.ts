import type pg from "pg";
import { giveWay } from "#app/foundation/give-way.ts";
import { eraseStep } from "#app/privacy/redact-shop.ts";
import type { RunResult } from "#app/queue/lane.ts";
import { notHeld } from "#app/store/hold.ts";
import { acquireLease, releaseLease } from "#app/store/lease.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { recoverAttempts } from "./attempt.ts";
import { deliverStep } from "./deliver-step.ts";
import { foldStep } from "./fold-step.ts";
import { pollStep } from "./poll-step.ts";
import { readStep } from "./read-step.ts";
import { reviewStep } from "./review-step.ts";

/** When a shop is tried again that somebody else holds; the sweep would find it as well. */
const busyMs = 500;

/**
 * One run of a shop: folds its webhooks into its orders, sends what is due, reads processing
 * statuses and orders that are due for it, until nothing is left or its time is over, so that no
 * shop starves another. Safe to kill anywhere and to repeat. Folding goes on while delivery is
 * paused.
 */
export async function runShop(context: RunContext, shop: string): Promise<RunResult> {
  const { pool, config } = context;
  const lease = await acquireLease(pool, shop, config.worker.leaseMs);
  // another process is at it, died with the lease, or somebody changes the shop just now
  if (lease === null) return await laterRun(pool, shop);
  try {
    const until = context.now() + config.worker.stepMs;
    for (;;) {
      const erased = await eraseStep(context, lease);
      if (erased === "no") break;
      if (erased === "done") return { again: false, nextInMs: null };
      if (context.now() >= until) return { again: true, nextInMs: null };
      if (context.ending.aborted) return { again: false, nextInMs: null };
    }
    await recoverAttempts(context, lease);
    while (context.now() < until && !context.ending.aborted) {
      await giveWay(context.door);
      const { rows, attempt } = await foldStep(context, lease);
      if (attempt) await deliverStep(context, lease, attempt);
      // also what was due before
      const delivered = await deliverStep(context, lease);
      if (rows > 0 || delivered) continue;
      if (await reviewStep(context, lease)) continue;
      if (await readStep(context, lease)) continue;
      if (await pollStep(context, lease)) continue;
      break;
    }
    // another process takes over
    if (context.ending.aborted) return { again: false, nextInMs: null };
    return await nextRun(pool, shop);
  } finally {
    await releaseLease(pool, lease);
  }
}

/** Whether the shop has something to do now, and in how many milliseconds it will have. */
async function nextRun(pool: pg.Pool, shop: string): Promise<RunResult> {
  const { rows } = await pool.query<{ ms: number | null }>(
    `SELECT (extract(epoch FROM least(
         CASE WHEN s."reviewAfter" IS NOT NULL THEN now() END,
         (SELECT now() FROM "InboxWebhook"
           WHERE "shop" = $1 AND "foldedAt" IS NULL AND "quarantinedAt" IS NULL LIMIT 1),
         (SELECT min("readAt") FROM "Order" WHERE "shop" = $1 AND "readAt" IS NOT NULL),
         CASE WHEN s."connection" = 'connected' AND NOT s."paused" AND ${notHeld("s")} THEN greatest(s."backoffUntil", least(
           (SELECT min("dueAt") FROM "Order" WHERE "shop" = $1 AND "dueAt" IS NOT NULL),
           (SELECT min("pollAt") FROM "Attempt" WHERE "shop" = $1 AND "pollAt" IS NOT NULL))) END
       ) - now()) * 1000)::float8 AS ms
       FROM "Shop" s WHERE s."domain" = $1`,
    [shop],
  );
  const ms = rows[0]?.ms ?? null;
  if (ms === null) return { again: false, nextInMs: null };
  return ms <= 0 ? { again: true, nextInMs: null } : { again: false, nextInMs: ms };
}

/** The same where somebody else holds the shop, and it can only be tried again. */
async function laterRun(pool: pg.Pool, shop: string): Promise<RunResult> {
  const { again, nextInMs } = await nextRun(pool, shop);
  return { again: false, nextInMs: again ? busyMs : nextInMs };
}
