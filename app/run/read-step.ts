import type pg from "pg";
import { untilEnding } from "#app/foundation/until-ending.ts";
import { join } from "#app/order/fold.ts";
import type { OrderState } from "#app/order/state.ts";
import { gravest } from "#app/store/attention.ts";
import { aboutPlans, evaluate, loadOffers, markChanged } from "#app/store/evaluate.ts";
import { holdingShop, keepLease, type Lease, type ShopRow, underLease } from "#app/store/lease.ts";
import { noteMissingAccess } from "#app/store/missing-access.ts";
import type { StoredOrder } from "#app/store/order.ts";
import { addEvents } from "#app/store/order-events.ts";
import { asLoaded, loadOrders, saveOrders, setAside } from "#app/store/order-store.ts";
import type { StepContext } from "#app/store/run-context.ts";

const longestRetryMs = 60 * 60_000;
/** With doubling from a minute to an hour: about a day. */
const mostReads = 30;
/**
 * An answer given so soon after the order's last change may be of before another change in the same
 * second: Shopify's clocks show whole seconds here.
 */
const tooSoonMs = 2000;

/**
 * Reads one order that is due for it from the Admin API: its parts came first, its webhook lacked
 * something, or two webhooks of the same moment contradict each other.
 *
 * @returns whether there was one
 */
export async function readStep(context: StepContext, lease: Lease): Promise<boolean> {
  const { pool, config, readOrder, pace, place } = context;
  const { rows } = await pool.query<{ id: string }>(
    `SELECT "id" FROM "Order" WHERE "shop" = $1 AND "readAt" <= now() ORDER BY "readAt" LIMIT 1`,
    [lease.shop],
  );
  const id = rows[0]?.id;
  if (id === undefined) return false;
  // Shopify may take longer than the lease lasts; a process that is gone renews nothing
  const keeping = setInterval(() => {
    keepLease(pool, lease, config.worker.leaseMs).catch(() => undefined);
  }, config.worker.leaseMs / 3);
  const reading = readOrder(lease.shop, id).finally(() => clearInterval(keeping));
  const answer = await place.away(untilEnding(context.ending, reading));
  clearInterval(keeping);
  if (answer === null) return true;
  context.metrics.read(answer.kind);
  context.log.info({ shop: lease.shop, orders: [id], result: answer.kind }, "read from Shopify");
  await underLease(pool, lease, config.worker.leaseMs, async (client, shop) => {
    const { now } = shop;
    const states = answer.kind === "order" ? [answer.state] : [];
    await noteMissingAccess(client, shop.domain, { ...answer, states });
    const orders = await loadOrders(client, shop.domain, [id]);
    const loaded = asLoaded(orders.values());
    const order = orders.get(id);
    if (!order) {
      await setAside(client, shop.domain, [id], context.log);
      return;
    }
    await loadOffers(client, shop, [order]);
    order.readAttempts += 1;
    const backoff = readBackoffMs(order.readAttempts, config.worker.readRetryMs);
    if (answer.kind === "order") {
      const { state } = answer;
      order.readAt = isTooSoon(state) ? now + tooSoonMs : null;
      order.unread = false;
      await pace.piece(() => {
        order.state = join(order.state, state);
      });
      await loadOffers(client, shop, [order]);
      await pace.piece(() => {
        markChanged(order, now);
        evaluate(order, shop, config.worker.waitForOrderMs);
      });
      // an answer older than what is known does not end the waiting
      if (order.status === "waiting") order.readAt = now + backoff;
      else order.readAttempts = 0;
    } else if (answer.kind === "not_found") {
      giveUp(order, shop, { reasonCode: "not_in_shopify", statusReason: null });
    } else if (order.readAttempts >= mostReads) {
      giveUp(order, shop, reasonOf(answer));
    } else {
      const asked = answer.kind === "unavailable" ? (answer.retryAfterMs ?? 0) : 0;
      order.readAt = now + Math.max(backoff, asked);
      if (order.status === "waiting") Object.assign(order, reasonOf(answer));
    }
    await saveOrders(client, shop.domain, [order], loaded);
    await addEvents(client, shop.domain, [
      {
        orderId: id,
        source: `read:${now}`,
        at: now,
        kind: "read",
        detail: { result: answer.kind },
      },
    ]);
  });
  return true;
}

function readBackoffMs(attempts: number, firstMs: number): number {
  return Math.min(longestRetryMs, firstMs * 2 ** (attempts - 1));
}

/** Orders of one visit: the request waits for them. The next visit, seconds later, takes others. */
const mostResumed = 500;
const awaitsSession = `"shop" = $1 AND "readAt" > now() AND "reasonCode" = 'no_session'`;

/**
 * The app was opened, so the shop has a session again: orders that wait because they could not be
 * read without one are due now. All others keep their time: an open page asks every few seconds, and
 * an order is given up after so many reads.
 *
 * @returns whether there are any
 */
export async function resumeReads(pool: pg.Pool, shop: string): Promise<boolean> {
  const { rows } = await pool.query({
    name: "reads-to-resume",
    text: `SELECT 1 FROM "Order" WHERE ${awaitsSession} LIMIT 1`,
    values: [shop],
  });
  // nearly always: then a page does not wait for the shop's row, which a run may hold
  if (rows.length === 0) return false;
  const resumed = await holdingShop(pool, shop, async (client, { now }) => {
    const { rowCount } = await client.query(
      `UPDATE "Order" SET "readAt" = $2 WHERE "shop" = $1 AND "id" = ANY(ARRAY(
         SELECT "id" FROM "Order" WHERE ${awaitsSession} LIMIT ${mostResumed}))`,
      [shop, new Date(now)],
    );
    return rowCount ?? 0;
  });
  return resumed !== null && resumed > 0;
}

type Reason = Pick<StoredOrder, "reasonCode" | "statusReason">;

/**
 * An order that waits to be read is skipped, and says so where it is known to hold plans; of another a
 * change may be missing, which it says.
 */
function giveUp(order: StoredOrder, shop: ShopRow, reason: Reason): void {
  order.readAt = null;
  if (order.status === "waiting") {
    const findings = aboutPlans(order, "plans_unread");
    const findingSeverity = gravest(findings);
    Object.assign(order, { status: "skipped", ...reason, findings, findingSeverity });
  } else if (order.status !== "skipped") {
    order.unread = true;
    // what was put away before was another change
    order.dismissed = order.dismissed.filter((key) => key !== "change_unread");
    evaluate(order, shop, 0);
  }
}

function isTooSoon({ head }: OrderState): boolean {
  return head !== null && head.rank.observedAt - head.rank.updatedAt < tooSoonMs;
}

function reasonOf(
  answer: { kind: "no_session" } | { kind: "unavailable"; reason: string },
): Reason {
  return answer.kind === "no_session"
    ? { reasonCode: "no_session", statusReason: null }
    : { reasonCode: "shopify_unavailable", statusReason: answer.reason };
}
