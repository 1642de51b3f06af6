import { canonicalJson, compareText } from "#app/order/canonical.ts";
import type { KnownOffers } from "#app/order/mapping/covers.ts";
import type { MappedLine } from "#app/order/mapping/mapped-lines.ts";
import { minorUnits } from "#app/order/money.ts";
import { sum } from "#app/order/units.ts";

/**
 * What an order is in its shop's figures. Kept in the order's row, so that what it was counted as is
 * known when it changes, and longer than its document. No customer data.
 */
export type Sale = {
  /** when it was placed, in the shop's time zone: 2026-11-24; null: the order is not counted */
  day: string | null;
  /** of the shop's money, ISO 4217, upper case; null: no line has a price */
  currency: string | null;
  /** where it was billed, ISO 3166-1 alpha-2, lower case; null: it has no plan, or it is not known */
  country: string | null;
  /** when the order was cancelled or its payment voided, epoch milliseconds; null: it was not */
  cancelledAt: number | null;
  /** products with their ordered units, sorted by id; null: forgotten with the order's document */
  products: { id: string; units: number }[] | null;
  /** sorted by line item */
  plans: SoldPlanLine[];
};

/** A line item that is protection. */
export type SoldPlanLine = {
  lineId: string;
  title: string;
  /** what it protects, the first of several; null: no product is known */
  productId: string | null;
  productTitle: string | null;
  /** as Hakuna is told them */
  offerId: string | null;
  planId: string | null;
  /** of the offer; null: not known */
  termMonths: number | null;
  units: number;
  /** of a cancelled order all, else the units that were refunded or removed */
  refunded: number;
  /** when the last of them went, epoch milliseconds */
  refundedAt: number | null;
  /** unit price before discounts as Hakuna is told it: minor units of `currency` (upper case) */
  price: number;
  currency: string;
  /** the same in the shop's money: minor units of the sale's currency */
  value: number;
};

/** What of a mapped order this is told from; see `Mapping`. */
type MappedOrder = {
  lines: readonly MappedLine[];
  country: string | null;
  cancelledAt: number | null;
};

/**
 * What the order is in the figures now.
 *
 * @param day when it was placed, in the shop's time zone; null: it is not to be counted
 * @param before what it was so far: a sale that is the same is that one
 * @param isStripped the customer's address is gone: the country is the one from before
 */
export function saleOf(
  { lines, country, cancelledAt }: MappedOrder,
  offers: KnownOffers,
  { day, before, isStripped }: { day: string | null; before: Sale | null; isStripped: boolean },
): Sale {
  const plans = lines.filter(({ line }) => line.isProtection);
  const sale: Sale = {
    day,
    currency: lines[0]?.line.shopPrice.currency.toUpperCase() ?? null,
    country: plans.length === 0 ? null : (isStripped && before?.country) || country,
    cancelledAt,
    products: before?.products === null ? null : productsOf(lines),
    plans: plans.map((plan) => planOf(plan, lines, offers, cancelledAt)),
  };
  return before !== null && canonicalJson(sale) === canonicalJson(before) ? before : sale;
}

function productsOf(lines: readonly MappedLine[]): { id: string; units: number }[] {
  const units = new Map<string, number>();
  for (const { line } of lines) {
    if (line.isProtection || line.productId === null) continue;
    units.set(line.productId, (units.get(line.productId) ?? 0) + line.quantity);
  }
  return [...units].map(([id, units]) => ({ id, units })).sort((a, b) => compareText(a.id, b.id));
}

function planOf(
  { line, price, offerId, planId }: MappedLine,
  lines: readonly MappedLine[],
  offers: KnownOffers,
  cancelledAt: number | null,
): SoldPlanLine {
  const product = lines.find(({ planLineId }) => planLineId === line.id)?.line;
  const offer = offers
    .ofPlan(line.variantId)
    .find((one) => one.offerId === offerId && one.planId === planId);
  const gone = line.gone.units;
  const refunded = cancelledAt === null ? sum(gone) : line.quantity;
  return {
    ...{ lineId: line.id, title: line.title },
    productId: product?.productId ?? null,
    productTitle: product?.title ?? null,
    ...{ offerId, planId, termMonths: offer?.termMonths ?? null },
    ...{ units: line.quantity, refunded },
    refundedAt: cancelledAt ?? gone.at(-1)?.at ?? null,
    ...{ price: price.amount, currency: price.currency.toUpperCase() },
    value: shopValue(line.shopPrice),
  };
}

/** An amount beyond what numbers hold exactly, which no feed takes either, counts as nothing. */
function shopValue({ amount, currency }: { amount: string; currency: string }): number {
  try {
    return minorUnits(amount, currency).amount;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return 0;
  }
}
