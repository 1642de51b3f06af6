import { type Finding, finding } from "./findings.ts";
import type { Line } from "./lines.ts";
import type { MappedLine } from "./map.ts";
import type { Pairing } from "./pair.ts";
import { sum } from "./units.ts";

/** What the findings depend on besides lines and pairs. */
export type Circumstances = {
  cancelled: boolean;
  /** the order's money was refunded whole */
  fullyRefunded: boolean;
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
  { cancelled, fullyRefunded, inexact, reported }: Circumstances,
): Finding[] {
  const byId = new Map(lines.map((mapped) => [mapped.line.id, mapped]));
  const get = (ids: readonly string[]): Line[] => ids.flatMap((id) => byId.get(id)?.line ?? []);
  const plans = lines.filter(({ line }) => line.isProtection);
  const activePlans = plans.filter((plan) => unitsLeft(plan) > 0);
  const activeIds = new Set(activePlans.map(({ line }) => line.id));
  const each = (code: Finding["code"], found: readonly MappedLine[]) =>
    found.map(({ line }) => finding(code, [line]));
  const { suggestion } = pairing;
  return [
    ...each(
      "plan_without_product",
      activePlans.filter(({ line }) => productsOf(line.id, pairing, byId).length === 0),
    ),
    ...pairing.danglingProducts.map((id) => finding("plan_not_in_order", get([id]))),
    ...each(
      "plan_without_offer",
      activePlans.filter(({ offerId, planId }) => offerId === null || planId === null),
    ),
    ...plans.flatMap((plan) => planAgainstProducts(plan, productsOf(plan.line.id, pairing, byId))),
    ...pairing.contested.flatMap(({ productLineId, planLineIds }) => {
      const active = planLineIds.filter((id) => activeIds.has(id));
      if (active.length === 0) return [];
      return [finding("several_plans_for_product", get([productLineId, ...active]))];
    }),
    ...each("refunded_by_money_only", fullyRefunded && !cancelled ? activePlans : []),
    ...each(
      "fulfillment_withdrawn",
      lines.filter(({ line, fulfilled }) => sum(fulfilled) < (reported[line.id] ?? 0)),
    ),
    ...each(
      "refunded_more_than_ordered",
      lines.filter(({ cut }) => cut),
    ),
    ...inexact.map((id) => finding("excess_decimals", get([id]))),
    ...each(
      "discounted_plan",
      plans.filter(({ line }) => line.discounted),
    ),
    ...(suggestion
      ? [finding("pair_suggested", get([suggestion.productLineId, suggestion.planLineId]))]
      : []),
  ];
}

function productsOf(
  planLineId: string,
  { pairs }: Pairing,
  byId: ReadonlyMap<string, MappedLine>,
): MappedLine[] {
  return pairs
    .filter((pair) => pair.planLineId === planLineId)
    .flatMap(({ productLineId }) => byId.get(productLineId) ?? []);
}

/** One plan covers one unit: neither more plans than products, nor plans whose product is gone. */
function planAgainstProducts(plan: MappedLine, products: readonly MappedLine[]): Finding[] {
  if (products.length === 0) return [];
  const findings: Finding[] = [];
  const ordered = sum(products.map(({ line }) => line));
  if (unitsLeft(plan) > ordered) {
    findings.push(finding("more_plans_than_products", [plan.line]));
  }
  const productsLeft = products.reduce((left, product) => left + unitsLeft(product), 0);
  const gone = products.filter(({ returned }) => returned.length > 0).map(({ line }) => line);
  if (gone.length > 0 && unitsLeft(plan) > productsLeft) {
    findings.push(finding("product_gone_plan_not", [...gone, plan.line]));
  }
  return findings;
}

function unitsLeft({ line, returned }: MappedLine): number {
  return line.quantity - sum(returned);
}
