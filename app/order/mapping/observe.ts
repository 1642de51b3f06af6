import { type Finding, finding } from "#app/order/findings.ts";
import type { Line } from "#app/order/lines.ts";
import type { Pairing } from "#app/order/pair.ts";
import { sum } from "#app/order/units.ts";
import type { MappedLine } from "./mapped-lines.ts";

/** What the findings depend on besides lines and pairs. */
export type Circumstances = {
  cancelled: boolean;
  /** only because its payment was voided */
  voided: boolean;
  /** the merchant deleted the order in Shopify */
  deleted: boolean;
  /** no address of the order has a country */
  countryIsShops: boolean;
  /** the order's money was refunded whole */
  fullyRefunded: boolean;
  /** plan lines of a cancelled order whose payment was kept */
  kept: readonly string[];
  /** lines whose price had more decimals than its currency */
  inexact: readonly string[];
  /** line item id → the most fulfilled units that the feed ever accepted */
  reported: Record<string, number>;
};

/**
 * What there is to say about an order's lines and plans. Whatever asks for a refund is said only
 * while units of the plan are left, so that doing it ends the finding.
 */
export function observe(
  lines: readonly MappedLine[],
  pairing: Pairing,
  {
    cancelled,
    voided,
    deleted,
    countryIsShops,
    fullyRefunded,
    kept,
    inexact,
    reported,
  }: Circumstances,
): Finding[] {
  const byId = new Map(lines.map(({ line }) => [line.id, line]));
  const get = (ids: readonly string[]): Line[] => ids.flatMap((id) => byId.get(id) ?? []);
  const plans = lines.filter(({ line }) => line.isProtection);
  const activePlans = plans.filter(({ line }) => line.left > 0);
  const productsOf = Map.groupBy(pairing.pairs, ({ planLineId }) => planLineId);
  const split = new Set(pairing.split.flatMap(({ planLineIds }) => planLineIds));
  const planOf = new Map(pairing.pairs.map((pair) => [pair.productLineId, pair.planLineId]));
  const each = (code: Finding["code"], found: readonly MappedLine[]) =>
    found.map(({ line }) => finding(code, [line]));
  const [suggestion] = pairing.suggestions;
  return [
    ...(deleted && !cancelled ? [finding("deleted_in_shopify", [])] : []),
    ...each(
      "plan_without_product",
      activePlans.filter(({ line }) => !productsOf.has(line.id) && !split.has(line.id)),
    ),
    ...pairing.danglingProducts.map((id) => finding("plan_not_in_order", get([id]))),
    ...pairing.uncovered.map((id) => finding("plan_used_up", get([id]))),
    ...each(
      "plan_without_offer",
      activePlans.filter(({ offerId, planId }) => offerId === null || planId === null),
    ),
    ...plans.flatMap(({ line }) => {
      const products = productsOf.get(line.id) ?? [];
      return planAgainstProducts(line, get(products.map(({ productLineId }) => productLineId)));
    }),
    ...pairing.contested.map(({ productLineId, planLineIds }) =>
      finding("several_plans_for_product", get([productLineId, ...planLineIds])),
    ),
    ...pairing.split.map(({ productLineId, planLineIds }) => {
      const own = planOf.get(productLineId) ?? [];
      return finding("plans_split", get([productLineId, ...own, ...planLineIds].flat()));
    }),
    ...each(
      "cancelled_not_refunded",
      plans.filter(({ line }) => kept.includes(line.id)),
    ),
    ...each("refunded_by_money_only", fullyRefunded && !cancelled ? activePlans : []),
    ...each(
      "voided_but_shipped",
      voided ? activePlans.filter(({ fulfilled }) => sum(fulfilled) > 0) : [],
    ),
    ...each(
      "fulfillment_withdrawn",
      lines.filter(({ line, fulfilled }) => sum(fulfilled) < (reported[line.id] ?? 0)),
    ),
    ...each(
      "refunded_more_than_ordered",
      lines.filter(({ line }) => line.gone.refundedTooMany),
    ),
    ...inexact.map((id) => finding("excess_decimals", get([id]))),
    ...each(
      "discounted_plan",
      plans.filter(({ line }) => line.discounted),
    ),
    ...(suggestion
      ? [
          finding(
            suggestion.replaces ? "exchange_suggested" : "pair_suggested",
            get([suggestion.productLineId, suggestion.planLineId]),
          ),
        ]
      : []),
    ...(countryIsShops ? [finding("country_is_shops", [])] : []),
  ];
}

/** One plan covers one unit: neither more plans than products, nor plans whose product is gone. */
function planAgainstProducts(plan: Line, products: readonly Line[]): Finding[] {
  if (products.length === 0) return [];
  const findings: Finding[] = [];
  if (plan.left > sum(products)) findings.push(finding("more_plans_than_products", [plan]));
  const productsLeft = products.reduce((total, { left }) => total + left, 0);
  const gone = products.filter((product) => product.gone.units.length > 0);
  const units = plan.left - productsLeft;
  if (gone.length > 0 && units > 0) {
    const of = finding("product_gone_plan_not", [...gone, plan]);
    findings.push(units > 1 ? { ...of, units } : of);
  }
  return findings;
}
