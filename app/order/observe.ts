import { type Finding, finding } from "./findings.ts";
import type { Line } from "./lines.ts";
import type { MappedLine } from "./map.ts";
import type { Pairing } from "./pair.ts";
import type { Head } from "./state.ts";
import { sum } from "./units.ts";

/** What there is to say about an order that can be sent. */
export function observe(
  head: Head,
  lines: readonly MappedLine[],
  pairing: Pairing,
  { inexact, reported }: { inexact: readonly string[]; reported: Record<string, number> },
): Finding[] {
  const byId = new Map(lines.map((mapped) => [mapped.line.id, mapped]));
  const get = (ids: readonly string[]): Line[] => ids.flatMap((id) => byId.get(id)?.line ?? []);
  const plans = lines.filter(({ line }) => line.isProtection);
  const each = (code: Finding["code"], found: readonly MappedLine[]) =>
    found.map(({ line }) => finding(code, [line]));
  const { suggestion } = pairing;
  return [
    ...each(
      "plan_without_product",
      plans.filter(
        ({ line }) =>
          line.id !== suggestion?.planLineId && productsOf(line.id, pairing, byId).length === 0,
      ),
    ),
    ...pairing.danglingProducts.map((id) => finding("plan_not_in_order", get([id]))),
    ...each(
      "plan_without_offer",
      plans.filter(({ offerId, planId }) => offerId === null || planId === null),
    ),
    ...plans.flatMap((plan) => planAgainstProducts(plan, productsOf(plan.line.id, pairing, byId))),
    ...[...pairing.contested].map(([productId, planIds]) =>
      finding("several_plans_for_product", get([productId, ...planIds])),
    ),
    ...each(
      "refunded_by_money_only",
      head.fullyRefunded ? plans.filter(({ line, returned }) => sum(returned) < line.quantity) : [],
    ),
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
  if (plan.line.quantity > ordered) {
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
