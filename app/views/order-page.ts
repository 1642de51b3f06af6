import type pg from "pg";
import type { PrismaClient } from "#app/database/generated/prisma/client.ts";
import { mapForFeed } from "#app/hakuna/map-for-feed.ts";
import { type Finding, isMendedInShopify } from "#app/order/findings.ts";
import type { Mapping } from "#app/order/map.ts";
import type { CoverIds } from "#app/order/mapping/covers.ts";
import type { MappedLine } from "#app/order/mapping/mapped-lines.ts";
import { type Cause, oneCause, severityOf } from "#app/order/one-cause.ts";
import type { ManualPair, Tier } from "#app/order/pair.ts";
import type { PlanStanding, RequestedPlan } from "#app/order/refunds/owed.ts";
import type { Head, OrderState } from "#app/order/state.ts";
import { agreedPairs, readState, type StoredState } from "#app/order/stored-state.ts";
import { sum } from "#app/order/units.ts";
import { acceptedAttempts } from "#app/store/attempts/accepted-attempts.ts";
import { payloadsOf } from "#app/store/attempts/accepted-payload.ts";
import { declinedKey, findingKey } from "#app/store/attention.ts";
import { offersOf } from "#app/store/plan-offers.ts";
import { standingsOf } from "#app/store/refund-standing.ts";
import { type ListedOrder, listedColumns, listedOrder, refusalOf } from "./listed-order.ts";
import { type DiffLine, payloadDiff } from "./payload-diff.ts";
import { type TimelineEntry, timelineOf } from "./timeline.ts";

/** What the page of one order shows. Times are epoch milliseconds, amounts minor units. */
export type OrderPage = {
  order: ListedOrder & {
    /** Hakuna's own words why it refused the order; null: it did not */
    refusal: string | null;
    sentAt: number | null;
    skippedByHand: boolean;
    /** the customer's data was erased */
    redacted: boolean;
    isCancelled: boolean;
    /** null: not known, or let go of */
    customer: string | null;
  };
  lines: PageLine[];
  pairs: PagePair[];
  /** of the shop */
  timeZone: string;
  suggestion: { productLineId: string; planLineId: string } | null;
  findings: PageFinding[];
  timeline: TimelineEntry[];
  /** its plans: what is to be refunded of them, and what is possible until when */
  standings: PageStanding[];
  /** the feed order that was sent last and what would be sent now; null: nothing to show */
  payload: { lines: DiffLine[]; isSent: boolean; differs: boolean } | null;
  /** Hakuna gave a request ID for what it accepted last, so that its processing can be asked for */
  canCheck: boolean;
  /** its processing is asked for within `soonMs`: news may come any moment */
  isChecking: boolean;
};

const soonMs = 10_000;

export type PageStanding = Pick<
  PlanStanding,
  "owed" | "cancelledUnits" | "requestedAt" | "windows"
> & {
  plan: { id: string; title: string; left: number };
  /** line items that it protects */
  productIds: string[];
};

export type PageLine = {
  id: string;
  title: string;
  isPlan: boolean;
  quantity: number;
  price: { amount: number; currency: string };
  fulfilled: number;
  refunded: number;
  offerId: string | null;
  planId: string | null;
};

export type PagePair = { productLineId: string; planLineId: string; tier: Tier };

export type PageFinding = Pick<
  Finding,
  "code" | "severity" | "titles" | "lineItemIds" | "refused" | "message"
> & {
  /** what it is put away by: its own key, and those of findings with the same cause */
  keys: string[];
  /** it can be mended in Shopify's own order page */
  inShopify: boolean;
  dismissed: boolean;
};

/**
 * Reads what an order's page shows; null: the shop has no such order. Bound to the shop. Holds the
 * customer's data in the payload.
 *
 * @param domain the shop of the session token, never of the address
 */
export async function orderPage(
  { prisma, pool }: { prisma: PrismaClient; pool: pg.Pool },
  domain: string,
  id: string,
): Promise<OrderPage | null> {
  const [row, document, shop, timeline, [accepted]] = await Promise.all([
    prisma.order.findUnique({
      where: { shop_id: { shop: domain, id } },
      select: {
        ...listedColumns,
        sentAt: true,
        skippedByHand: true,
        redacted: true,
        dismissed: true,
        cancelledByHandAt: true,
        acceptedAttempt: true,
        acceptedHash: true,
      },
    }),
    prisma.orderDocument.findUnique({ where: { shop_orderId: { shop: domain, orderId: id } } }),
    prisma.shop.findUniqueOrThrow({ where: { domain }, omit: { apiKeySealed: true } }),
    timelineOf(prisma, domain, id),
    acceptedAttempts(pool, domain, [id]),
  ]);
  if (row === null) return null;
  const {
    sentAt,
    skippedByHand,
    redacted,
    dismissed,
    cancelledByHandAt,
    acceptedAttempt,
    acceptedHash,
    ...listed
  } = row;
  const known = document && payloadsOf({ ...document, acceptedAttempt, acceptedHash });
  const state = document ? readState(document.state as unknown as StoredState) : null;
  const mapping =
    state?.head && document
      ? tryMapping(state, {
          shopCountry: shop.country,
          productIdentifier: shop.productIdentifier,
          manualPairs: document.manualPairs as unknown as ManualPair[],
          acceptSuggestions: shop.acceptSuggestions,
          isDeclined: (pair) => (dismissed as string[]).includes(declinedKey(pair)),
          reportedUnits: known?.reportedUnits ?? {},
          agreedPairs: agreedPairs({
            ...(document as unknown as Parameters<typeof agreedPairs>[0]),
            lastPayload: known?.lastPayload ?? null,
          }),
          coverIds: document.coverIds as unknown as Record<string, CoverIds>,
          offers: await offersOf(pool, domain, [state]),
          cancelledByHandAt: cancelledByHandAt?.getTime() ?? null,
          goneCaps: document.goneCaps as Record<string, number>,
        })
      : null;
  return {
    order: {
      ...listedOrder(listed),
      refusal: refusalOf(listed),
      sentAt: sentAt?.getTime() ?? null,
      skippedByHand,
      redacted,
      isCancelled: isCancelled(state, cancelledByHandAt),
      customer: state?.head ? customerName(state.head) : null,
    },
    lines: mapping?.lines.map(pageLine) ?? [],
    pairs: mapping?.pairing.pairs ?? [],
    timeZone: shop.timeZone,
    suggestion: mapping?.pairing.suggestions[0] ?? null,
    findings: oneCause(row.findings as unknown as Finding[]).map((cause) =>
      pageFinding(cause, dismissed as string[]),
    ),
    timeline,
    standings:
      state && mapping && document
        ? standings(mapping, shop.timeZone, {
            ...{ state, cancelledByHandAt: cancelledByHandAt?.getTime() ?? null },
            requests: document.requests as unknown as Record<string, RequestedPlan>,
          })
        : [],
    payload: payloadDiff(
      known?.lastPayload ?? null,
      state?.head?.stripped ? null : (mapping?.feedOrder ?? null),
    ),
    canCheck: accepted !== undefined,
    isChecking: accepted?.pollAt ? accepted.pollAt.getTime() < Date.now() + soonMs : false,
  };
}

function pageFinding({ finding, also }: Cause<Finding>, dismissed: readonly string[]): PageFinding {
  const all = [finding, ...also];
  const keys = all.map(findingKey);
  return {
    ...finding,
    severity: severityOf({ finding, also }),
    keys,
    inShopify: all.some(({ code }) => isMendedInShopify(code)),
    dismissed: keys.every((key) => dismissed.includes(key)),
  };
}

function isCancelled(state: OrderState | null, byHandAt: Date | null): boolean {
  if (byHandAt !== null) return true;
  return state !== null && (state.cancelledAt !== null || state.head?.voided === true);
}

function customerName({ customer, billingAddress }: Head): string | null {
  const { firstName, lastName } = customer?.lastName ? customer : (billingAddress ?? {});
  return [firstName, lastName].filter(Boolean).join(" ") || null;
}

function standings(
  mapping: Mapping,
  timeZone: string,
  order: Parameters<typeof standingsOf>[0],
): PageStanding[] {
  return standingsOf(order, mapping, timeZone).map(({ plan, products, ...rest }) => ({
    ...{ owed: rest.owed, requestedAt: rest.requestedAt, windows: rest.windows },
    cancelledUnits: rest.cancelledUnits,
    productIds: products.map(({ line }) => line.id),
    plan: { id: plan.id, title: plan.title, left: plan.left },
  }));
}

/** Null where the order cannot be mapped: its status says so. */
function tryMapping(...of: Parameters<typeof mapForFeed>): ReturnType<typeof mapForFeed> | null {
  try {
    return mapForFeed(...of);
  } catch {
    return null;
  }
}

function pageLine({ line, price, fulfilled, offerId, planId }: MappedLine): PageLine {
  return {
    id: line.id,
    title: line.title,
    isPlan: line.isProtection,
    quantity: line.quantity,
    price: { amount: price.amount, currency: price.currency.toUpperCase() },
    fulfilled: sum(fulfilled),
    refunded: sum(line.gone.units),
    offerId,
    planId,
  };
}
