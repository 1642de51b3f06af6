import { randomUUID } from "node:crypto";
import { databaseTime } from "#app/database/clock.ts";
import { seenOf } from "#app/order/refunds/meanwhile.ts";
import type { MoneyOrder } from "#app/order/refunds/money-order.ts";
import { mayPass, type WhyNot } from "#app/order/refunds/why-not.ts";
import { type SuggestedRefund, suggestRefund } from "#app/shopify/refunds/suggested-refund.ts";
import { holdingShop } from "#app/store/lease.ts";
import { mayGoAlone } from "#app/store/refund-standing.ts";
import { carryOut, openShop } from "./carry-out.ts";
import { readMoney, reasonsFor } from "./order-money.ts";
import { type PlanRefund, refundById, refundsOfOrder } from "./plan-refund.ts";
import { putOff, troubleOf } from "./put-off.ts";
import { eventOf, nextLook } from "./record-refund.ts";
import type { RefundContext } from "./refund-context.ts";
import { inputOf } from "./refund-input.ts";
import { changeRefund, openRefund } from "./refund-store.ts";
import { capGone, type OrderInHand, withOrder } from "./refunded-order.ts";

const hourMs = 3_600_000;
/** What is unclear today may be clear tomorrow: a return is closed, a payment arrives. */
const lookAgainMs = 24 * hourMs;
const afterTroubleMs = 10 * 60_000;

/**
 * Looks at the order of the shop that is due for it first: which of its plans may be refunded without
 * a person. Those are planned; of the others it is written down why not.
 *
 * @returns whether there was one
 */
export async function planNext(context: RefundContext, shop: string): Promise<boolean> {
  const due = await takeNext(context, shop);
  if (due === null) return false;
  const { orderId } = due;
  try {
    const money = await readMoney(context, shop, await openShop(context, shop), orderId);
    await withOrder(context, shop, orderId, (inHand) => planIn(inHand, money, due.tries));
  } catch (error) {
    const { problem } = troubleOf(error);
    context.log.warn(
      { err: error, shop, orders: [orderId], problem },
      "an order was not looked at",
    );
    await withOrder(context, shop, orderId, noteTrouble);
  }
  return true;
}

/**
 * The order that is due first, and how often it was looked at before. Before anything is tried with
 * it, it is put off, the longer the more often it was tried: one that cannot be looked at, whatever
 * the reason, is neither tried again at once nor in the way of others, and not for ever.
 */
async function takeNext(
  { pool }: RefundContext,
  shop: string,
): Promise<{ orderId: string; tries: number } | null> {
  return await holdingShop(pool, shop, async (client, { domain, now, refundsAlone }) => {
    if (!refundsAlone) return null;
    const { rows } = await client.query<{ id: string; tries: number }>(
      `SELECT "id", "refundTries" AS "tries" FROM "Order"
        WHERE "shop" = $1 AND "refundLookAt" <= $2 ORDER BY "refundLookAt" LIMIT 1`,
      [domain, new Date(now)],
    );
    const [row] = rows;
    if (!row) return null;
    const again = nextLook(row.tries, now, afterTroubleMs);
    await client.query(
      `UPDATE "Order" SET "refundLookAt" = $3, "refundTries" = "refundTries" + 1
        WHERE "shop" = $1 AND "id" = $2`,
      [domain, row.id, again === null ? null : new Date(again)],
    );
    return { orderId: row.id, tries: row.tries };
  });
}

/** Its plans are a person's while nobody can look at it. */
function noteTrouble({ order, plans }: OrderInHand): Promise<void> {
  for (const { plan, owed } of plans) {
    if (owed !== null) {
      order.refundWhyNot = { ...order.refundWhyNot, [plan.id]: ["look_failed"] };
    }
  }
  return Promise.resolve();
}

async function planIn(inHand: OrderInHand, money: MoneyOrder | null, tries: number): Promise<void> {
  const { order, shop, client, plans, tell } = inHand;
  const { now } = shop;
  // the setting was switched off, or off and on again: what there was before is a person's
  if (!mayGoAlone(order, shop)) {
    order.refundLookAt = null;
    return;
  }
  const earlier = await refundsOfOrder(client, shop.domain, order.id);
  const reasons: Record<string, WhyNot[]> = {};
  for (const standing of plans) {
    const { plan, owed } = standing;
    const own = earlier.filter(({ planLineId }) => planLineId === plan.id);
    if (owed === null || own.some(({ endedAt }) => endedAt === null)) continue;
    const against =
      money === null ? ["order_unseen" as const] : reasonsFor(inHand, standing, money, own);
    if (against.length > 0) {
      reasons[plan.id] = against;
      continue;
    }
    const id = randomUUID();
    const refund = {
      ...{ id, key: randomUUID(), orderId: order.id, planLineId: plan.id, planTitle: plan.title },
      ...{ units: owed.units, reason: owed.reason, state: "planned" as const, staffId: null },
      ...{ variables: null, seen: null, amount: null, currency: null, notify: shop.refundNotify },
      // from now on the page says so, also of what was unclear until now
      dueAt: now + shop.refundWaitHours * hourMs,
    };
    if (await openRefund(client, shop.domain, refund, now)) {
      tell(eventOf(refund, "planned", { dueAt: refund.dueAt }));
    }
  }
  const isNews = order.refundLooked !== order.revision;
  order.refundLooked = order.revision;
  order.refundWhyNot = reasons;
  order.refundLookAt = Object.values(reasons).some(mayPass)
    ? nextLook(isNews ? 0 : tries, now, lookAgainMs)
    : null;
  if (!isNews) return;
  await client.query(`UPDATE "Order" SET "refundTries" = 1 WHERE "shop" = $1 AND "id" = $2`, [
    shop.domain,
    order.id,
  ]);
}

/**
 * Carries a planned refund out, its time having come: Shopify is asked once more whether everything
 * is as clear as it was. The caller holds the refund's lease.
 */
export async function carryOutPlanned(
  context: RefundContext,
  shop: string,
  refund: PlanRefund,
): Promise<void> {
  const { orderId, planLineId, units } = refund;
  let money: MoneyOrder | null;
  let suggested: SuggestedRefund | null;
  const lookedAt = await databaseTime(context.pool);
  try {
    const ask = await openShop(context, shop);
    money = await readMoney(context, shop, ask, orderId);
    suggested = money && (await suggestRefund(ask, { orderId, lineId: planLineId, units }));
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble.problem === "app_error") throw error;
    await putOff(context, shop, refund, trouble);
    return;
  }
  const isAsking = await withOrder(context, shop, orderId, (inHand) =>
    beginPlanned(inHand, refund, money, suggested),
  );
  if (isAsking === null) await dropPlanned(context, shop, refund);
  if (!isAsking) return;
  const stored = await refundById(context.pool, shop, refund.id);
  if (stored?.state === "asking") await carryOut(context, shop, stored, lookedAt);
}

async function dropPlanned({ pool, now }: RefundContext, shop: string, { id }: PlanRefund) {
  const ended = { state: "dropped", problem: "not_clear", dueAt: null, endedAt: now() } as const;
  await changeRefund(pool, shop, id, ["planned"], ended);
}

/** Whether Shopify is to be asked now. */
async function beginPlanned(
  inHand: OrderInHand,
  refund: PlanRefund,
  money: MoneyOrder | null,
  suggested: SuggestedRefund | null,
): Promise<boolean> {
  const { order, shop, client, plans, tell } = inHand;
  const { now, domain } = shop;
  const change = (changes: Parameters<typeof changeRefund>[4]) =>
    changeRefund(client, domain, refund.id, ["planned"], changes);
  if (!mayGoAlone(order, shop)) {
    await change({ state: "dropped", problem: "switched_off", dueAt: null, endedAt: now });
    return false;
  }
  const standing = plans.find(({ plan }) => plan.id === refund.planLineId);
  const earlier = await refundsOfOrder(client, domain, order.id);
  const own = earlier.filter(({ planLineId }) => planLineId === refund.planLineId);
  const reasons = new Set<WhyNot>(
    standing && money
      ? reasonsFor(inHand, standing, money, own)
      : [money === null ? "order_unseen" : "order_differs"],
  );
  if (standing?.owed?.units !== refund.units) reasons.add("order_differs");
  if (suggested !== null) {
    const { amount, price, payments } = suggested;
    if (amount !== price) reasons.add("not_the_price");
    const isManual = payments.length === 0 || payments.some((payment) => payment.isManual);
    if (isManual) reasons.add("manual_payment");
  }
  if (reasons.has("shop_held")) {
    await change({ problem: "shop_held", dueAt: now + hourMs });
    return false;
  }
  if (reasons.size > 0 || !standing || !suggested || !money) {
    const isDropped = {
      state: "dropped",
      problem: "not_clear",
      dueAt: null,
      endedAt: now,
    } as const;
    if (await change(isDropped)) {
      tell(eventOf(refund, "not_clear"));
      order.refundWhyNot = { ...order.refundWhyNot, [refund.planLineId]: [...reasons] };
      order.refundLookAt = mayPass([...reasons]) ? now + lookAgainMs : null;
    }
    return false;
  }
  const input = { ...inputOf(refund, suggested, shop.refundNotify), seen: seenOf(money) };
  const asked = { ...refund, ...input };
  const isBegun = await change({
    ...{ state: "asking", problem: null, words: null, looks: 0, askedAt: now, dueAt: now + 60_000 },
    ...input,
  });
  if (!isBegun) return false;
  capGone(inHand, standing.plan);
  tell(eventOf(asked, "asked"));
  return true;
}
