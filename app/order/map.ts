import { addressOf, customerOf } from "./buyer.ts";
import type { FeedLineItem, FeedOrder } from "./feed-order.ts";
import { type Finding, finding } from "./findings.ts";
import { type Line, linesOf, property } from "./lines.ts";
import { linkProperties } from "./link-properties.ts";
import { observe } from "./observe.ts";
import { type ManualPair, type Pairing, pairLines } from "./pair.ts";
import { type Price, type Prices, pricesOf } from "./prices.ts";
import type { OrderState } from "./state.ts";
import { type Dated, fulfilledUnits as fulfilledOf, returnedUnits, sum, upTo } from "./units.ts";

/** What the mapping depends on besides the order itself. */
export type MappingContext = {
  /** ISO 3166-1 alpha-2; used where the order's address has no country */
  shopCountry: string | null;
  productIdentifier: "variant" | "sku";
  manualPairs: ManualPair[];
  /** pairs a suggested pair without asking */
  acceptSuggestions: boolean;
  /** line item id → the most fulfilled units that the feed ever accepted */
  reportedUnits: Record<string, number>;
};

export type Mapping = {
  /** null: blocked by a finding of severity "error" */
  feedOrder: FeedOrder | null;
  findings: Finding[];
  pairing: Pairing;
  /** sorted by id */
  lines: MappedLine[];
  /** ordered units of protection */
  planUnits: number;
  /** what they cost before discounts; null: in several currencies */
  planTotal: Price | null;
};

/** How a line is sent: what it is, its price, its plan, its units. */
export type MappedLine = {
  line: Line;
  price: Price;
  /** of a product with a plan */
  planLineId: string | null;
  fulfilled: Dated[];
  returned: Dated[];
  /** more was refunded than ordered */
  cut: boolean;
  /** counts on protection alone: other apps use the short names too */
  offerId: string | null;
  planId: string | null;
};

/**
 * Maps an order to Hakuna's feed, and tells what was noticed about it.
 *
 * @param state of an order whose head is known
 * @throws RangeError when a price is not a decimal number
 */
export function mapOrder(state: OrderState, context: MappingContext): Mapping {
  const { head } = state;
  if (head === null) throw new TypeError("An order whose head is not known cannot be mapped.");
  const lines = linesOf(state, head);
  const pairing = withSuggestion(pairLines(lines, context.manualPairs), context.acceptSuggestions);
  const prices = pricesOf(lines);
  const mapped = mapLines(state, prices, pairing, context.manualPairs);
  const address = addressOf(head, context.shopCountry);
  const cancelledAt = state.cancelledAt ?? (head.voided ? state.voidedAt : null);
  const errors: Finding[] = [];
  if (address === null) errors.push(finding("no_country", []));
  if (prices.currencies.length > 1) errors.push(finding("several_currencies", []));
  const findings = [
    ...errors,
    ...observe(mapped, pairing, {
      cancelled: cancelledAt !== null,
      fullyRefunded: head.fullyRefunded,
      inexact: prices.inexact,
      reported: context.reportedUnits,
    }),
  ];
  const planUnits = sum(lines.filter((line) => line.isProtection));
  const planTotal = totalOf(mapped.filter(({ line }) => line.isProtection));
  if (address === null || errors.length > 0) {
    return { feedOrder: null, findings, pairing, lines: mapped, planUnits, planTotal };
  }
  const feedOrder: FeedOrder = {
    id: state.id,
    status: cancelledAt === null ? "placed" : "cancelled",
    placed_at: head.placedAt,
    cancelled_at: cancelledAt,
    customer: customerOf(head),
    customer_billing_address: address,
    line_items: mapped.map((line) => feedLine(line, context.productIdentifier)),
  };
  return { feedOrder, findings, pairing, lines: mapped, planUnits, planTotal };
}

/** What lines cost together; null where that is not one amount. */
function totalOf(lines: readonly MappedLine[]): Price | null {
  const currencies = new Set(lines.map(({ price }) => price.currency));
  const [currency] = currencies;
  if (currency === undefined || currencies.size > 1) return null;
  const amount = lines.reduce((sum, { line, price }) => sum + line.quantity * price.amount, 0);
  return { amount, currency };
}

/** Line item id → how many of its units a feed order says are fulfilled. */
export function fulfilledUnits(feedOrder: FeedOrder): Record<string, number> {
  return Object.fromEntries(feedOrder.line_items.map((line) => [line.id, sum(line.fulfillments)]));
}

function withSuggestion(pairing: Pairing, accept: boolean): Pairing {
  const { suggestion } = pairing;
  if (!accept || suggestion === null) return pairing;
  return { ...pairing, suggestion: null, pairs: [...pairing.pairs, { ...suggestion, tier: 0 }] };
}

function mapLines(
  state: OrderState,
  { priced }: Prices,
  { pairs }: Pairing,
  manual: readonly ManualPair[],
): MappedLine[] {
  const planOf = new Map(pairs.map((pair) => [pair.productLineId, pair.planLineId]));
  return priced.map(({ line, price }) => {
    const { units, cut } = returnedUnits(state, line);
    const byHand = manual.filter(({ planLineId }) => planLineId === line.id);
    const entered = (id: "offerId" | "planId") => byHand.findLast((pair) => pair[id])?.[id];
    return {
      line,
      price,
      planLineId: planOf.get(line.id) ?? null,
      fulfilled: fulfilledLine(state, line, pairs),
      returned: units,
      cut,
      offerId: entered("offerId") ?? property(line, linkProperties.offerId),
      planId: entered("planId") ?? property(line, linkProperties.planId),
    };
  });
}

/** A plan is fulfilled when its products are, whatever its own line says (the contract's rule). */
function fulfilledLine(state: OrderState, line: Line, pairs: Pairing["pairs"]): Dated[] {
  const products = pairs.filter(({ planLineId }) => planLineId === line.id);
  const sources =
    products.length > 0 ? products.map(({ productLineId }) => productLineId) : [line.id];
  const units = sources.flatMap((id) => fulfilledOf(state, id));
  return upTo(
    line.quantity,
    units.toSorted((a, b) => a.at - b.at),
  ).kept;
}

function feedLine(
  { line, price, planLineId, fulfilled, returned, offerId, planId }: MappedLine,
  identifier: MappingContext["productIdentifier"],
): FeedLineItem {
  const properties: FeedLineItem["custom_properties"] = {};
  if (planLineId !== null) properties.protection_line_item_id = planLineId;
  if (line.isProtection && offerId !== null) properties.offer_id = offerId;
  if (line.isProtection && planId !== null) properties.plan_id = planId;
  const ids = [line.variantId, line.productId, line.sku];
  if (identifier === "sku") ids.unshift(line.sku);
  return {
    id: line.id,
    quantity: line.quantity,
    product_data: {
      id: ids.find((id) => id !== null) ?? line.id,
      price,
      brand: line.isProtection ? "hakuna" : (line.vendor ?? ""),
      title: line.title,
    },
    custom_properties: properties,
    fulfillments: fulfilled.map(({ quantity, at }) => ({ quantity, fulfilled_at: at })),
    refunds: returned.map(({ quantity, at }) => ({ quantity, refunded_at: at })),
  };
}
