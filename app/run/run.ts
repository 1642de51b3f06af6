import type pg from "pg";
import { giveWay } from "#app/foundation/give-way.ts";
import { openPace } from "#app/foundation/pace.ts";
import { redactStep } from "#app/privacy/redact-inbox.ts";
import { eraseStep } from "#app/privacy/redact-shop.ts";
import type { RunResult } from "#app/queue/lane.ts";
import { isResting, noteFailing, noteWorking, restsUntil, type Step } from "#app/store/failing.ts";
import { notHeld } from "#app/store/hold.ts";
import {
  acquireLease,
  isLeaseLost,
  keepLease,
  type Lease,
  releaseLease,
  underLease,
} from "#app/store/lease.ts";
import { alone, type Place, type RunContext, type StepContext } from "#app/store/run-context.ts";
import { recoverAttempts } from "./attempt.ts";
import { deliverStep } from "./deliver-step.ts";
import { openFolding } from "./fold-step.ts";
import { pollStep } from "./poll-step.ts";
import { readStep } from "./read-step.ts";
import { reviewStep } from "./review-step.ts";

/** So long news goes before reviews, reads and processing statuses. */
const othersMs = 5000;
/** When a shop is tried again that somebody else holds; the sweep would find it as well. */
const busyMs = 500;

/**
 * One run of a shop: folds its webhooks into its orders, sends what is due, reads processing
 * statuses and orders that are due for it, until nothing is left or its time is over, so that no
 * shop starves another. Safe to kill anywhere and to repeat. Folding goes on while delivery is
 * paused, and a step that failed holds up no other.
 */
export async function runShop(
  context: RunContext,
  shop: string,
  place: Place = alone,
): Promise<RunResult> {
  const { pool, config, door, ending } = context;
  const until = context.now() + config.worker.stepMs;
  const hasTime = () => context.now() < until && !ending.aborted;
  const lease = await acquireLease(pool, shop, config.worker.leaseMs);
  // another process is at it, died with the lease, or somebody changes the shop just now
  if (lease === null) return await laterRun(pool, shop);
  const { leaseMs } = config.worker;
  const renew = () => void keepLease(pool, lease, leaseMs).catch(() => undefined);
  const pace = openPace(door, { keep: { everyMs: leaseMs / 3, renew } });
  const own: StepContext = { ...context, pace, place, hasTime };
  const folding = openFolding(own, lease);
  let step: Step = "erase";
  const worked = new Set<Step>();
  try {
    const row = await underLease(pool, lease, leaseMs, async (client, found) => {
      if (found.erases) return found;
      worked.add("erase");
      step = "recover";
      await recoverAttempts(client, found);
      return found;
    });
    while (row.erases) {
      const erased = await eraseStep(context, lease);
      if (erased === "rests" || erased === "no") return await nextRun(pool, shop);
      if (erased === "done") return { again: false, nextInMs: null };
      if (!hasTime()) return { again: !ending.aborted, nextInMs: null };
    }
    if (row.backoffCount === 0) place.answered();
    const tries = (next: Step) => {
      step = next;
      return !isResting(row, next);
    };
    const tried = async <T>(work: Promise<T>): Promise<T> => {
      const at = step;
      const result = await work;
      worked.add(at);
      return result;
    };
    if (tries("recover")) worked.add("recover");
    let { redacts } = row;
    let othersAt = context.now();
    const others = [
      ["review", reviewStep],
      ["read", readStep],
      ["poll", pollStep],
    ] satisfies [Step, (context: StepContext, lease: Lease) => Promise<boolean>][];
    /** Does one of them that is due, each in its turn; whether there was something to do. */
    const nextOther = async (isDue: (step: "review" | "read" | "poll") => boolean) => {
      for (const other of [...others]) {
        const [name, work] = other;
        others.push(...others.splice(others.indexOf(other), 1));
        if (isDue(name) && (await tried(work(own, lease)))) return true;
      }
      return false;
    };
    while (hasTime()) {
      if (!(await place.hasPlace())) break;
      if (!folding.isUnderWay) await giveWay(door);
      await pace.rest();
      if (redacts && tries("redact")) {
        redacts = await tried(redactStep(context, lease));
        continue;
      }
      const mayFold = !redacts && tries("fold");
      const { rows, attempt, ...folded } = mayFold ? await tried(folding.step()) : nothingFolded;
      if (folded.redacts) {
        redacts = true;
        continue;
      }
      step = "deliver";
      if (attempt) {
        const { waits } = await tried(deliverStep(own, lease, attempt));
        if (waits || ending.aborted || !(await place.hasPlace())) break;
      }
      // one look instead of a transaction for each; a step that failed shows by itself that it works
      const due = await dueSteps(pool, shop);
      const isDue = (next: keyof typeof due) =>
        tries(next) && (due[next] || row.failing[next] !== undefined);
      // also what was due before
      const { did, waits } = isDue("deliver") ? await tried(deliverStep(own, lease)) : nothingSent;
      // where feeds are silent many shops find so at once: the rest is for a run of its own
      if (waits) break;
      const isNews = rows > 0 || did;
      // news never ends in a busy shop: the others have their turn all the same
      if (isNews && context.now() < othersAt + othersMs) continue;
      othersAt = context.now();
      if (!(await nextOther(isDue)) && !isNews) break;
    }
    const mended = [...worked].filter((name) => row.failing[name] !== undefined);
    if (mended.length > 0) await noteWorking(pool, shop, mended);
    // another process takes over
    if (ending.aborted) return { again: false, nextInMs: null };
    return await nextRun(pool, shop);
  } catch (error) {
    if (!isLeaseLost(error)) {
      context.metrics.stepFailed(step);
      await noteFailing(context, shop, step, error);
    }
    throw error;
  } finally {
    await folding.giveBack().catch((err) => context.log.warn({ err, shop }, "it was not put back"));
    await releaseLease(pool, lease);
  }
}

const nothingFolded = { rows: 0, attempt: null, redacts: false };
const nothingSent = { did: false, waits: false };

/** Which steps but folding find something now. */
async function dueSteps(
  pool: pg.Pool,
  shop: string,
): Promise<Record<"deliver" | "review" | "read" | "poll", boolean>> {
  const { rows } = await pool.query({
    name: "due-steps",
    text: `SELECT
      EXISTS (SELECT 1 FROM "Order" WHERE "shop" = $1 AND "dueAt" <= now()) AS deliver,
      EXISTS (SELECT 1 FROM "Shop" WHERE "domain" = $1 AND "reviewAfter" IS NOT NULL) AS review,
      EXISTS (SELECT 1 FROM "Order" WHERE "shop" = $1 AND "readAt" <= now()) AS read,
      EXISTS (SELECT 1 FROM "Attempt" WHERE "shop" = $1 AND "pollAt" <= now()) AS poll`,
    values: [shop],
  });
  return rows[0];
}

/** Whether the shop has something to do now, and in how many milliseconds it will have. */
async function nextRun(pool: pg.Pool, shop: string): Promise<RunResult> {
  const notBefore = (time: string, ...moments: string[]) =>
    `${time} + greatest(interval '0', ${moments.map((moment) => `${moment} - ${time}`).join(", ")})`;
  const { rows } = await pool.query<{ ms: number | null }>({
    // planning it takes longer than answering it
    name: "next-run",
    text: `SELECT (extract(epoch FROM CASE WHEN s."eraseAt" IS NOT NULL
       THEN ${notBefore("now()", restsUntil("s", "erase"))} ELSE least(
         ${notBefore("due.review", restsUntil("s", "review"))},
         ${notBefore("due.fold", restsUntil("s", "fold"), restsUntil("s", "redact"))},
         ${notBefore("due.redact", restsUntil("s", "redact"))},
         ${notBefore("due.read", restsUntil("s", "read"))},
         CASE WHEN s."connection" = 'connected' AND NOT s."paused" AND ${notHeld("s")} THEN least(
           ${notBefore("due.deliver", `s."backoffUntil"`, restsUntil("s", "deliver"))},
           ${notBefore("due.poll", `s."backoffUntil"`, `s."pollAfter"`, restsUntil("s", "poll"))}) END
       ) END - now()) * 1000)::float8 AS ms
       FROM "Shop" s CROSS JOIN LATERAL (SELECT
         CASE WHEN s."reviewAfter" IS NOT NULL THEN now() END AS review,
         CASE WHEN s."redactAt" IS NOT NULL THEN now() END AS redact,
         (SELECT now() FROM "InboxWebhook"
           WHERE "shop" = $1 AND "foldedAt" IS NULL AND "quarantinedAt" IS NULL LIMIT 1) AS fold,
         (SELECT min("readAt") FROM "Order" WHERE "shop" = $1 AND "readAt" IS NOT NULL) AS read,
         (SELECT min("dueAt") FROM "Order" WHERE "shop" = $1 AND "dueAt" IS NOT NULL) AS deliver,
         -- a minimum over many parts takes half as long again to plan
         (SELECT "pollAt" FROM "Attempt" WHERE "shop" = $1 AND "pollAt" IS NOT NULL
           ORDER BY "pollAt" LIMIT 1) AS poll) due
      WHERE s."domain" = $1`,
    values: [shop],
  });
  const ms = rows[0]?.ms ?? null;
  if (ms === null) return { again: false, nextInMs: null };
  return ms <= 0 ? { again: true, nextInMs: null } : { again: false, nextInMs: ms };
}

/** The same where somebody else holds the shop, and it can only be tried again. */
async function laterRun(pool: pg.Pool, shop: string): Promise<RunResult> {
  const { again, nextInMs } = await nextRun(pool, shop);
  return { again: false, nextInMs: again ? busyMs : nextInMs };
}
