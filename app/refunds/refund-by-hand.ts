import { randomUUID } from "node:crypto";
import { databaseTime } from "#app/database/clock.ts";
import { seenOf } from "#app/order/refunds/meanwhile.ts";
import type { MoneyOrder } from "#app/order/refunds/money-order.ts";
import { mostUnits, type PlanStanding } from "#app/order/refunds/owed.ts";
import { numericId } from "#app/shopify/global-id.ts";
import { type SuggestedRefund, suggestRefund } from "#app/shopify/refunds/suggested-refund.ts";
import { carryOut, openShop } from "./carry-out.ts";
import { readMoney } from "./order-money.ts";
import { type PlanRefund, refundById, refundsOfOrder } from "./plan-refund.ts";
import { eventOf } from "./record-refund.ts";
import type { RefundContext } from "./refund-context.ts";
import { inputOf } from "./refund-input.ts";
import { changeRefund, openRefund, openRefundOf, releaseRefund } from "./refund-store.ts";
import { capGone, withOrder } from "./refunded-order.ts";

/** What a person confirmed: these units, for exactly this amount. */
export type ByHand = {
  orderId: string;
  planLineId: string;
  units: number;
  /** units of the plan that were left when the dialog was opened */
  left: number;
  notify: boolean;
  /** minor units, as the dialog showed it */
  amount: number;
  currency: string;
  /** what was paid back of the order before, as the dialog showed it; absent: it told nothing of it */
  refunded?: number;
};

export type ByHandResult =
  | { result: "asked"; refund: PlanRefund }
  /** somebody else was first: their refund */
  | { result: "open"; refund: PlanRefund }
  /** the order, or what Shopify would pay back, is not what the dialog showed: nothing was done */
  | { result: "changed" }
  /** its time is over: Hakuna's support decides, and nothing was done */
  | { result: "late" };

/**
 * Refunds units of a plan because a person said so. The refund is written down, with the exact words
 * to Shopify, before Shopify is asked.
 *
 * @param staffId whose rights were checked (`staffOf`)
 * @throws AdminError where Shopify cannot be asked what it would pay back: nothing was done
 */
export async function refundByHand(
  context: RefundContext,
  shop: string,
  asked: ByHand,
  staffId: string,
): Promise<ByHandResult> {
  const { orderId, planLineId, units } = asked;
  const ask = await openShop(context, shop);
  const lookedAt = await databaseTime(context.pool);
  // before the suggestion: whatever comes after it is news, if the answer is lost
  const money = await readMoney(context, shop, ask, orderId);
  const suggested = await suggestRefund(ask, { orderId, lineId: planLineId, units });
  const isSame =
    suggested?.amount === asked.amount &&
    suggested.currency === asked.currency &&
    suggested.left === asked.left;
  if (!isSame || money === null) return { result: "changed" };
  // as money, it may have been for these very units
  if (asked.refunded !== undefined && asked.refunded !== money.refunded)
    return { result: "changed" };
  const token = randomUUID();
  const written = await write(context, shop, asked, { staffId, money, suggested, token });
  if (written === null) return { result: "changed" };
  if (written.result !== "asked") return written;
  const lease = { shop, id: written.refund.id, token };
  try {
    return { result: "asked", refund: await carryOut(context, shop, written.refund, lookedAt) };
  } finally {
    await releaseRefund(context.pool, lease);
  }
}

type Writing = { staffId: string; money: MoneyOrder; suggested: SuggestedRefund; token: string };

async function write(
  context: RefundContext,
  shop: string,
  asked: ByHand,
  { staffId, money, suggested, token }: Writing,
): Promise<ByHandResult | null> {
  const { orderId, planLineId, units } = asked;
  return await withOrder(context, shop, orderId, async (inHand): Promise<ByHandResult> => {
    const { client, order, plans, shop: row, tell } = inHand;
    const standing = plans.find(({ plan }) => plan.id === planLineId);
    const other = await openRefundOf(client, shop, orderId, planLineId);
    if (other !== null && other.state !== "planned") return { result: "open", refund: other };
    // who was a moment earlier may have refunded what this dialog still showed
    const earlier = await refundsOfOrder(client, shop, orderId);
    const isUnread = earlier.some(
      ({ refundId }) => refundId !== null && !(refundId in order.state.refunds),
    );
    if (standing?.plan.left !== asked.left || units > asked.left || isUnread) {
      return { result: "changed" };
    }
    if (units > mostUnits(standing, row.now)) return { result: "late" };
    if (other !== null) {
      await changeRefund(client, shop, other.id, ["planned"], {
        ...{ state: "dropped", problem: "by_hand", dueAt: null },
        ...{ endedAt: row.now, endedBy: `user:${staffId}` },
      });
    }
    const refund = {
      ...newRefund(standing, { suggested, money, staffId }, asked),
      dueAt: row.now + 60_000,
    };
    if (!(await openRefund(client, shop, refund, row.now, token))) {
      throw new Error("Another refund of the plan was written down meanwhile.");
    }
    capGone(inHand, standing.plan);
    tell(eventOf(refund, "asked"));
    const stored = await refundById(client, shop, refund.id);
    if (stored === null) throw new Error("A refund was not written down.");
    return { result: "asked", refund: stored };
  });
}

/** A refund with its exact words to Shopify, not written down yet. */
function newRefund(
  { plan, owed }: PlanStanding,
  { suggested, money, staffId }: Omit<Writing, "token">,
  { units, notify }: Pick<ByHand, "units" | "notify">,
) {
  const id = randomUUID();
  const key = randomUUID();
  return {
    ...{ id, key, planLineId: plan.id, planTitle: plan.title, units, staffId },
    orderId: numericId(suggested.input.orderId),
    reason: owed?.reason ?? ("plan_cancelled" as const),
    state: "asking" as const,
    seen: seenOf(money),
    ...inputOf({ id, key }, suggested, notify),
  };
}
