import type { PrismaClient } from "#app/database/generated/prisma/client.ts";
import type { FeedOrder } from "#app/order/feed-order.ts";
import type { Payment } from "#app/order/refunds/money-order.ts";
import { mostUnits, type OwedReason, windowFor } from "#app/order/refunds/owed.ts";
import { isReported } from "#app/order/refunds/reported.ts";
import type { WhyNot } from "#app/order/refunds/why-not.ts";
import { nearestEnd, stateAt, type Window, type WindowState } from "#app/order/refunds/windows.ts";
import { readState, type StoredState } from "#app/order/stored-state.ts";
import type { PlanRequest } from "#app/refunds/requests/plan-request.ts";
import type { ReturnUnits } from "#app/refunds/returns/return-store.ts";
import type { Failing } from "#app/store/lease.ts";
import { returnsTrouble } from "#app/store/returns-trouble.ts";
import type { RefundProblem, RefundReason, RefundState } from "./plan-refund.ts";
import { refundScopes } from "./refund-scopes.ts";

/** What the page of an order shows of its plans' refunds. Times are epoch milliseconds. */
export type OrderRefunds = {
  plans: RefundablePlan[];
  refunds: ShownRefund[];
  /** what the buyer asked for, the newest first */
  requests: ShownRequest[];
  /** scopes that refunds want and the shop has not granted */
  missing: string[];
  /** why Shopify does not tell the app of returns, in its words; null: it does, or is not asked */
  returnsUnseen: string | null;
  /** the shop's setting; null: a person refunds everything */
  alone: { waitHours: number } | null;
  /** the customer is told where nobody says otherwise */
  notify: boolean;
};

export type RefundablePlan = {
  id: string;
  title: string;
  left: number;
  /** units that Hakuna takes back now */
  most: number;
  owed: { units: number; reason: OwedReason } | null;
  /** units that went with a cancelled order: what was paid for them may not have been paid back */
  cancelledUnits: number;
  windows: Window[];
  /**
   * whether what is to be refunded, or else the plan alone, may be; until when. What the buyer asked
   * for in time may be
   */
  window: { state: WindowState; until: number | null };
  /** why it is not refunded by itself, where that was looked at */
  whyNot: WhyNot[];
  /** a refund of it is open; it is only planned, so that a person can be first */
  isOpen: boolean;
  isPlanned: boolean;
  /** returns of its products that are asked for or open */
  returns: ShownReturn[];
};

export type ShownReturn = {
  id: string;
  /** null: it could not be read yet */
  status: "REQUESTED" | "OPEN" | null;
  /** of the plan's products; null: Shopify does not say of which lines it is */
  units: number | null;
  isExchange: boolean;
  /** why it could not be read when it was tried last; null: it was */
  words: string | null;
};

export type ShownRefund = {
  id: string;
  planLineId: string;
  title: string;
  units: number;
  reason: RefundReason;
  state: RefundState;
  /** user:<id>; null: the shop's setting */
  by: string | null;
  /** minor units; null: not known yet */
  amount: { amount: number; currency: string } | null;
  createdAt: number;
  dueAt: number | null;
  refundId: string | null;
  payments: Payment[];
  problem: RefundProblem | null;
  words: string | null;
  /** Hakuna has accepted the order with these units refunded */
  isAtHakuna: boolean;
};

export type ShownRequest = Pick<
  PlanRequest,
  "id" | "planLineId" | "units" | "createdAt" | "answeredAt" | "receipt"
> & {
  title: string;
  state: "open" | NonNullable<PlanRequest["answer"]>;
};

type Standing = {
  plan: { id: string; title: string; left: number };
  owed: RefundablePlan["owed"];
  cancelledUnits: number;
  requestedAt: number | null;
  windows: Window[];
  productIds: readonly string[];
};

/** Reads what is known of an order's refunds. Bound to the shop of the session token. */
export async function readOrderRefunds(
  prisma: PrismaClient,
  domain: string,
  orderId: string,
  standings: readonly Standing[],
  now: number,
): Promise<OrderRefunds> {
  const key = { shop: domain, id: orderId };
  const [shop, order, document, rows, requests, returns] = await Promise.all([
    prisma.shop.findUniqueOrThrow({
      where: { domain },
      select: {
        ...{ scopes: true, failing: true },
        ...{ refundsAlone: true, refundWaitHours: true, refundNotify: true },
      },
    }),
    prisma.order.findUnique({
      where: { shop_id: key },
      select: { refundWhyNot: true, acceptedHash: true },
    }),
    prisma.orderDocument.findUnique({
      where: { shop_orderId: { shop: domain, orderId } },
      select: { lastPayload: true, state: true },
    }),
    prisma.planRefund.findMany({
      where: { shop: domain, orderId },
      orderBy: [{ createdAt: "desc" }, { id: "asc" }],
      omit: { variables: true, key: true },
    }),
    prisma.planRequest.findMany({
      where: { shop: domain, orderId },
      orderBy: [{ createdAt: "desc" }, { id: "asc" }],
    }),
    prisma.orderReturn.findMany({
      where: { shop: domain, orderId, OR: [{ status: { not: null } }, { words: { not: null } }] },
      orderBy: { id: "asc" },
    }),
  ]);
  const whyNot = (order?.refundWhyNot ?? {}) as Record<string, WhyNot[]>;
  const granted = shop.scopes?.split(",") ?? [];
  const state = document && readState(document.state as unknown as StoredState);
  const accepted = order?.acceptedHash ? (document?.lastPayload as FeedOrder | null) : null;
  return {
    plans: standings.map(({ plan, owed, cancelledUnits, requestedAt, windows, productIds }) => ({
      ...{ id: plan.id, title: plan.title, left: plan.left, owed, cancelledUnits, windows },
      most: mostUnits({ plan, owed, requestedAt, windows }, now),
      window: possible(
        windows,
        windowFor(owed),
        owed?.reason === "plan_requested" ? (requestedAt ?? now) : now,
      ),
      whyNot: whyNot[plan.id] ?? [],
      isOpen: rows.some(({ planLineId, endedAt }) => planLineId === plan.id && endedAt === null),
      isPlanned: rows.some(
        ({ planLineId, state }) => planLineId === plan.id && state === "planned",
      ),
      returns: returns.flatMap((one) => returnOf(one, [...productIds, plan.id])),
    })),
    refunds: rows.map((row) => ({
      ...{ id: row.id, planLineId: row.planLineId, title: row.planTitle, units: row.units },
      ...{ state: row.state, refundId: row.refundId, words: row.words },
      reason: row.reason as RefundReason,
      problem: row.problem as RefundProblem | null,
      by: row.staffId === null ? null : `user:${row.staffId}`,
      amount:
        row.amount === null || row.currency === null
          ? null
          : { amount: Number(row.amount), currency: row.currency },
      createdAt: row.createdAt.getTime(),
      dueAt: row.dueAt?.getTime() ?? null,
      payments: row.payments as unknown as Payment[],
      isAtHakuna: row.state === "done" && state !== null && isReported(row, state, accepted),
    })),
    requests: requests.map((row) => ({
      ...{ id: row.id, planLineId: row.planLineId, title: row.planTitle, units: row.units },
      createdAt: row.createdAt.getTime(),
      answeredAt: row.answeredAt?.getTime() ?? null,
      receipt: row.receipt as PlanRequest["receipt"],
      state: stateOf(row, standings),
    })),
    missing: refundScopes.filter((scope) => !granted.includes(scope)),
    returnsUnseen: returnsTrouble(shop.failing as Failing)?.words ?? null,
    alone: shop.refundsAlone ? { waitHours: shop.refundWaitHours } : null,
    notify: shop.refundNotify,
  };
}

/** What was asked for and is gone was refunded in Shopify. */
function stateOf(
  { answer, planLineId }: { answer: string | null; planLineId: string },
  standings: readonly Standing[],
): ShownRequest["state"] {
  if (answer !== null) return answer as NonNullable<PlanRequest["answer"]>;
  const standing = standings.find(({ plan }) => plan.id === planLineId);
  return standing && standing.requestedAt === null ? "elsewhere" : "open";
}

/** None where it is of other lines alone. */
function returnOf(
  row: Pick<ShownReturn, "id" | "isExchange" | "words"> & { status: string | null; units: unknown },
  lineIds: readonly string[],
): ShownReturn[] {
  const all = row.units as ReturnUnits[];
  const own = all.filter(({ lineItemId }) => lineIds.includes(lineItemId));
  if (all.length > 0 && own.length === 0) return [];
  const { id, isExchange, words } = row;
  const status = row.status as ShownReturn["status"];
  const units = own.reduce((total, one) => total + one.units, 0);
  return [{ id, status, isExchange, words, units: all.length === 0 ? null : units }];
}

function possible(windows: Window[], of: "planUntil" | "productUntil", now: number) {
  return { state: stateAt(windows, of, now), until: nearestEnd(windows, of, now) };
}
