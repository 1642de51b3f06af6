import { randomUUID } from "node:crypto";
import { staysStripped } from "#app/order/fold.ts";
import type { MoneyOrder } from "#app/order/refunds/money-order.ts";
import type { PlanStanding } from "#app/order/refunds/owed.ts";
import { type WhyNot, whyNot } from "#app/order/refunds/why-not.ts";
import { AdminError, type AskAdmin } from "#app/shopify/access/admin-api.ts";
import { readMoneyOrder } from "#app/shopify/refunds/money-order-reader.ts";
import { type SuggestedRefund, suggestRefund } from "#app/shopify/refunds/suggested-refund.ts";
import { holdingShop } from "#app/store/lease.ts";
import { putAwayPlans } from "#app/store/refund-standing.ts";
import { carryOut, openShop } from "./carry-out.ts";
import { type PlanRefund, refundById, refundsOfOrder } from "./plan-refund.ts";
import { eventOf } from "./record-refund.ts";
import { wordsFor } from "./refund-by-hand.ts";
import type { RefundContext } from "./refund-context.ts";
import { returnsScope } from "./refund-scopes.ts";
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
  const orderId = await takeNext(context, shop);
  if (orderId === null) return false;
  try {
    const money = await readMoney(context, shop, await openShop(context, shop), orderId);
    await withOrder(context, shop, orderId, (inHand) => planIn(inHand, money));
  } catch (error) {
    if (!(error instanceof AdminError)) throw error;
  }
  return true;
}

/**
 * The order that is due first. Before anything is tried with it, it is put off: one that cannot be
 * looked at, whatever the reason, is neither tried again at once nor in the way of others.
 */
async function takeNext({ pool }: RefundContext, shop: string): Promise<string | null> {
  return await holdingShop(pool, shop, async (client, { domain, now, refundsAlone }) => {
    if (!refundsAlone) return null;
    const { rows } = await client.query<{ id: string }>(
      `UPDATE "Order" SET "refundLookAt" = $3 WHERE "shop" = $1 AND "id" = (
         SELECT "id" FROM "Order" WHERE "shop" = $1 AND "refundLookAt" <= $2
          ORDER BY "refundLookAt" LIMIT 1)
        RETURNING "id"`,
      [domain, new Date(now), new Date(now + afterTroubleMs)],
    );
    return rows[0]?.id ?? null;
  });
}

async function readMoney(
  { pool }: RefundContext,
  shop: string,
  ask: AskAdmin,
  orderId: string,
): Promise<MoneyOrder | null> {
  const { rows } = await pool.query<{ scopes: string | null }>(
    `SELECT "scopes" FROM "Shop" WHERE "domain" = $1`,
    [shop],
  );
  const seesReturns = rows[0]?.scopes?.split(",").includes(returnsScope) ?? false;
  return await readMoneyOrder(ask, orderId, { seesReturns });
}

async function planIn(inHand: OrderInHand, money: MoneyOrder | null): Promise<void> {
  const { order, shop, client, plans, tell } = inHand;
  const { now } = shop;
  const earlier = await refundsOfOrder(client, shop.domain, order.id);
  const reasons: Record<string, WhyNot[]> = {};
  for (const standing of plans) {
    const { plan, owed } = standing;
    const own = earlier.filter(({ planLineId }) => planLineId === plan.id);
    if (owed === null || own.some(({ endedAt }) => endedAt === null)) continue;
    const against =
      money === null ? ["order_differs" as const] : reasonsFor(inHand, standing, money, own);
    if (against.length > 0) {
      reasons[plan.id] = against;
      continue;
    }
    const id = randomUUID();
    const refund = {
      ...{ id, key: randomUUID(), orderId: order.id, planLineId: plan.id, planTitle: plan.title },
      ...{ units: owed.units, reason: owed.reason, state: "planned" as const, staffId: null },
      ...{ variables: null, amount: null, currency: null, notify: shop.refundNotify },
      // from now on the page says so, also of what was unclear until now
      dueAt: now + shop.refundWaitHours * hourMs,
    };
    if (await openRefund(client, shop.domain, refund, now)) {
      tell(eventOf(refund, "planned", { dueAt: refund.dueAt }));
    }
  }
  order.refundLooked = order.revision;
  order.refundWhyNot = reasons;
  order.refundLookAt = Object.keys(reasons).length > 0 ? now + lookAgainMs : null;
}

function reasonsFor(
  { order, shop, lines }: OrderInHand,
  standing: PlanStanding,
  money: MoneyOrder,
  earlier: readonly PlanRefund[],
): WhyNot[] {
  return whyNot(standing, money, {
    now: shop.now,
    isShopHeld: !isDelivering(shop),
    isOrderSkipped: order.status === "skipped" || staysStripped(order.state),
    isRefusedBefore:
      (standing.owed?.reason === "product_gone" && putAwayPlans(order).has(standing.plan.id)) ||
      earlier.some(({ state, endedBy }) => state === "refused" || endedBy !== null),
    firstSeenAt: order.state.firstSeenAt,
    productLineIds: lines.filter((line) => !line.isProtection).map(({ id }) => id),
    manualPairs: order.manualPairs,
  });
}

/** A feed that does not answer for a while holds nothing up; what people hold back is held back. */
function isDelivering({ connection, isHeld, installed }: OrderInHand["shop"]): boolean {
  return connection === "connected" && !isHeld && installed;
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
  try {
    const ask = await openShop(context, shop);
    money = await readMoney(context, shop, ask, orderId);
    suggested = money && (await suggestRefund(ask, { orderId, lineId: planLineId, units }));
  } catch (error) {
    if (!(error instanceof AdminError)) throw error;
    const dueAt = context.now() + afterTroubleMs;
    await changeRefund(context.pool, shop, refund.id, ["planned"], { dueAt, words: error.message });
    return;
  }
  const isAsking = await withOrder(context, shop, orderId, (inHand) =>
    beginPlanned(inHand, refund, money, suggested),
  );
  if (isAsking === null) await dropPlanned(context, shop, refund);
  if (!isAsking) return;
  const stored = await refundById(context.pool, shop, refund.id);
  if (stored?.state === "asking") await carryOut(context, shop, stored);
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
  if (!shop.refundsAlone) {
    await change({ state: "dropped", problem: "switched_off", dueAt: null, endedAt: now });
    return false;
  }
  const standing = plans.find(({ plan }) => plan.id === refund.planLineId);
  const earlier = await refundsOfOrder(client, domain, order.id);
  const own = earlier.filter(({ planLineId }) => planLineId === refund.planLineId);
  const reasons = new Set<WhyNot>(
    standing && money ? reasonsFor(inHand, standing, money, own) : ["order_differs"],
  );
  if (standing?.owed?.units !== refund.units) reasons.add("order_differs");
  if (suggested === null || suggested.amount !== suggested.price) reasons.add("not_the_price");
  const isManual = suggested?.payments.some((payment) => payment.isManual) ?? true;
  if (isManual || suggested?.payments.length === 0) reasons.add("manual_payment");
  if (reasons.has("shop_held")) {
    await change({ problem: "shop_held", dueAt: now + hourMs });
    return false;
  }
  if (reasons.size > 0 || !standing || !suggested) {
    const isDropped = {
      state: "dropped",
      problem: "not_clear",
      dueAt: null,
      endedAt: now,
    } as const;
    if (await change(isDropped)) {
      tell(eventOf(refund, "not_clear"));
      order.refundWhyNot = { ...order.refundWhyNot, [refund.planLineId]: [...reasons] };
      order.refundLookAt = now + (reasons.has("order_differs") ? afterTroubleMs : lookAgainMs);
    }
    return false;
  }
  const words = wordsFor(refund, suggested, shop.refundNotify);
  const asked = { ...refund, ...words };
  const isBegun = await change({
    ...{ state: "asking", problem: null, words: null, askedAt: now, dueAt: now + 60_000 },
    ...words,
  });
  if (!isBegun) return false;
  capGone(inHand, standing.plan);
  tell(eventOf(asked, "asked"));
  return true;
}
