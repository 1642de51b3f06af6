import { addressOf, customerOf } from "#app/order/mapping/buyer.ts";
import { type Cover, type CoverIds, coverOf, type KnownOffers } from "#app/order/mapping/covers.ts";
import { feedLine, type MappedLine, mapLines } from "#app/order/mapping/mapped-lines.ts";
import { observe } from "#app/order/mapping/observe.ts";
import { pricesOf } from "#app/order/mapping/prices.ts";
import { keptUnits } from "#app/order/refunds/kept-money.ts";
import type { FeedOrder, FeedPrice } from "./feed-order.ts";
import { type Finding, finding } from "./findings.ts";
import { type Line, linesOf, soldAt, withGoneAtMost } from "./lines.ts";
import { type AgreedPair, type ManualPair, type Pairing, pairLines } from "./pair.ts";
import type { Head, OrderState } from "./state.ts";
import { sum } from "./units.ts";

/** What pairs depend on besides the order itself. */
export type PairingContext = Pick<
  MappingContext,
  "manualPairs" | "agreedPairs" | "acceptSuggestions" | "isDeclined" | "offers"
>;

/** What the mapping depends on besides the order itself. */
export type MappingContext = {
  /** ISO 3166-1 alpha-2; used where no address of the order has a country */
  shopCountry: string | null;
  productIdentifier: "variant" | "sku";
  manualPairs: readonly ManualPair[];
  /** pairs that stay, see AgreedPair; absent: none */
  agreedPairs?: readonly AgreedPair[];
  /** pairs a suggested pair without asking */
  acceptSuggestions: boolean;
  /** suggestions that a person took back, and that are paired by hand alone; absent: none */
  isDeclined?: (pair: AgreedPair) => boolean;
  /** line item id → the most fulfilled units that the feed ever accepted */
  reportedUnits: Record<string, number>;
  /** absent: not asked for, and plans are held against nothing */
  offers?: KnownOffers;
  /** line item id → the ids that were decided for a plan before (`Mapping.coverIds`) */
  coverIds?: Record<string, CoverIds>;
  /** when a person cancelled the order at Hakuna, epoch milliseconds; absent: nobody did */
  cancelledByHandAt?: number | null;
  /**
   * line item id → as many units of it are gone at most, whatever Shopify says: a refund of more is
   * under way, and its payment has not succeeded yet; absent: there is none
   */
  goneCaps?: Record<string, number>;
};

export type Mapping = {
  /** null: blocked by a finding of severity "error" */
  feedOrder: FeedOrder | null;
  findings: Finding[];
  pairing: SentPairing;
  /** sorted by id */
  lines: MappedLine[];
  /** ordered units of protection */
  planUnits: number;
  /** what they cost before discounts; null: in several currencies */
  planTotal: FeedPrice | null;
  /** line item id → ids that are sent in the place of those that the plan was sold with */
  coverIds: Record<string, CoverIds>;
  /** of the billing address as it is sent, ISO 3166-1 alpha-2, lower case */
  country: string | null;
  /** when it was cancelled or its payment voided, epoch milliseconds */
  cancelledAt: number | null;
};

/**
 * Maps an order to Hakuna's feed, and tells what was noticed about it. What it maps to may still be
 * refused by the feed's schema: see `mapForFeed`.
 *
 * @param state of an order whose head is known
 */
export function mapOrder(state: OrderState, context: MappingContext): Mapping {
  const { head } = state;
  if (head === null) throw new TypeError("An order whose head is not known cannot be mapped.");
  const lines = withGoneAtMost(linesOf(state, head), context.goneCaps);
  const pairing = pairingOf(lines, context);
  const prices = pricesOf(lines);
  const buyer = addressOf(head, context.shopCountry);
  const { lines: mapped, covers } = coverPlans(
    mapLines(state, prices, pairing.pairs, context.manualPairs),
    { placedAt: head.placedAt, country: buyer?.countryIsShops ? null : buyer?.address.country },
    context,
  );
  const cancelledAt = cancelledAtOf(state, head, context);
  const errors: Finding[] = [];
  if (buyer === null) errors.push(finding("no_country", []));
  if (prices.currencies.length > 1) errors.push(finding("several_currencies", []));
  const findings = [
    ...errors,
    ...observe(mapped, pairing, {
      cancelled: cancelledAt !== null,
      voided: head.voided && state.cancelledAt === null,
      deleted: state.deletedAt !== null,
      countryIsShops: buyer?.countryIsShops ?? false,
      fullyRefunded: head.fullyRefunded,
      kept: mapped.flatMap(({ line }) =>
        line.isProtection && keptUnits(state, line) > 0 ? [line.id] : [],
      ),
      inexact: prices.inexact,
      reported: context.reportedUnits,
    }),
    ...covers.flatMap(({ plan, findings }) =>
      plan.left > 0 ? findings.map(({ code, lines }) => finding(code, lines)) : [],
    ),
  ];
  const plans = mapped.filter(({ line }) => line.isProtection);
  const noticed = {
    ...{ findings, pairing, lines: mapped },
    planUnits: sum(plans.map(({ line }) => line)),
    planTotal: totalOf(plans),
    coverIds: Object.fromEntries(
      covers.flatMap(({ plan, decided }) => (decided ? [[plan.id, decided]] : [])),
    ),
    ...{ country: buyer?.address.country ?? null, cancelledAt },
  };
  if (buyer === null || errors.length > 0) return { feedOrder: null, ...noticed };
  const feedOrder: FeedOrder = {
    id: state.id,
    status: cancelledAt === null ? "placed" : "cancelled",
    placed_at: head.placedAt,
    cancelled_at: cancelledAt,
    customer: customerOf(head),
    customer_billing_address: buyer.address,
    line_items: mapped.map((line) => feedLine(line, context.productIdentifier)),
  };
  return { feedOrder, ...noticed };
}

/** Holds the plans against what Hakuna offered; their ids become those that are sent. */
function coverPlans(
  mapped: readonly MappedLine[],
  { placedAt, country = null }: { placedAt: number; country?: string | null },
  { offers, coverIds = {} }: MappingContext,
): { lines: MappedLine[]; covers: (Cover & { plan: Line })[] } {
  if (offers === undefined) return { lines: [...mapped], covers: [] };
  const lines = mapped.map(({ line }) => line);
  const productsOf = Map.groupBy(mapped, ({ planLineId }) => planLineId);
  const covers = mapped.flatMap(({ line, offerId, planId, isEntered }) => {
    if (!line.isProtection) return [];
    const products = (productsOf.get(line.id) ?? []).map((product) => product.line);
    const decided = coverIds[line.id] ?? null;
    const said = { offerId, planId };
    const sale = { plan: line, said, isEntered, decided, products, offers, country };
    return [{ plan: line, ...coverOf({ ...sale, soldAt: soldAt(line, placedAt, lines) }) }];
  });
  const ids = new Map(covers.map(({ plan, ids }) => [plan.id, ids]));
  return { lines: mapped.map((one) => ({ ...one, ...ids.get(one.line.id) })), covers };
}

/** `accepted`: pairs that were suggested, and that the shop's setting takes. */
export type SentPairing = Pairing & { accepted: AgreedPair[] };

/** The pairs of an order's lines as they are sent. */
export function pairingOf(
  lines: readonly Line[],
  {
    manualPairs,
    agreedPairs = [],
    acceptSuggestions,
    isDeclined = () => false,
    offers,
  }: PairingContext,
): SentPairing {
  let accepted: AgreedPair[] = [];
  for (;;) {
    const agreed = [...agreedPairs, ...accepted];
    const pairing = pairLines(lines, { manual: manualPairs, agreed, offers });
    const taken = pairing.suggestions
      .filter(({ replaces }) => acceptSuggestions && !replaces)
      .map(({ productLineId, planLineId }) => ({ productLineId, planLineId }))
      .filter((pair) => !agreed.some((one) => one.productLineId === pair.productLineId))
      .filter((pair) => !isDeclined(pair));
    if (taken.length === 0) return { ...pairing, accepted };
    // what is left over then may be clear too
    accepted = [...accepted, ...taken];
  }
}

/** Shopify's word goes before a person's: what was cancelled there is told as ever. */
function cancelledAtOf(
  { cancelledAt, voidedAt }: OrderState,
  { voided }: Head,
  { cancelledByHandAt }: MappingContext,
): number | null {
  return cancelledAt ?? (voided ? voidedAt : null) ?? cancelledByHandAt ?? null;
}

/** What lines cost together; null where that is not one amount. */
function totalOf(lines: readonly MappedLine[]): FeedPrice | null {
  const currencies = new Set(lines.map(({ price }) => price.currency));
  const [currency] = currencies;
  if (currency === undefined || currencies.size > 1) return null;
  const amount = lines.reduce((sum, { line, price }) => sum + line.quantity * price.amount, 0);
  return { amount, currency };
}
