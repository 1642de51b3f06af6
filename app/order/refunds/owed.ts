import type { Line } from "#app/order/lines.ts";
import type { Tier } from "#app/order/pair.ts";
import type { Dated } from "#app/order/units.ts";
import { nearestEnd, type Window, windowsOf } from "./windows.ts";

/**
 * Why units of a plan are to be refunded: a product that they protect was refunded or removed; the
 * whole order was cancelled.
 */
export type OwedReason = "product_gone" | "order_cancelled";

/** A plan line of an order: what is to be refunded of it, and what may be until when. */
export type PlanStanding = {
  plan: Line;
  products: { line: Line; tier: Tier }[];
  /** units to be refunded, and why; null: none */
  owed: { units: number; reason: OwedReason } | null;
  windows: Window[];
};

/** What of a mapped order this is told from; see `Mapping`. */
export type MappedOrder = {
  lines: readonly { line: Line; fulfilled: readonly Dated[] }[];
  pairing: { pairs: readonly { productLineId: string; planLineId: string; tier: Tier }[] };
};

/**
 * How the order's plans stand, by line id. A plan whose product went is owed as far as more units of
 * it are left than of its products; one plan covers one unit.
 *
 * @param cancelled the order was cancelled, in Shopify or at Hakuna, and its payment not voided
 * @param timeZone the shop's (IANA)
 */
export function plansOf(
  { lines, pairing }: MappedOrder,
  { cancelled, timeZone }: { cancelled: boolean; timeZone: string },
): PlanStanding[] {
  const byId = new Map(lines.map((mapped) => [mapped.line.id, mapped]));
  const pairsOf = Map.groupBy(pairing.pairs, ({ planLineId }) => planLineId);
  return lines
    .filter(({ line }) => line.isProtection)
    .map(({ line: plan }) => {
      const paired = (pairsOf.get(plan.id) ?? []).flatMap(({ productLineId, tier }) => {
        const product = byId.get(productLineId);
        return product ? [{ ...product, tier }] : [];
      });
      const shipped = paired.flatMap(({ fulfilled }) => fulfilled);
      const products = paired.map(({ line, tier }) => ({ line, tier }));
      return {
        plan,
        products,
        owed: owedOf(
          plan,
          products.map(({ line }) => line),
          cancelled,
        ),
        windows: windowsOf(plan.quantity, shipped, timeZone),
      };
    });
}

function owedOf(plan: Line, products: readonly Line[], cancelled: boolean): PlanStanding["owed"] {
  if (plan.left === 0) return null;
  if (cancelled) return { units: plan.left, reason: "order_cancelled" };
  const isGone = products.some((product) => product.gone.units.length > 0);
  const left = products.reduce((total, product) => total + product.left, 0);
  const units = isGone ? plan.left - left : 0;
  return units > 0 ? { units, reason: "product_gone" } : null;
}

/** All that is to be refunded in an order: how many units, and the nearest end of a window. */
export function owedTogether(
  plans: readonly PlanStanding[],
  now: number,
): { units: number; until: number | null } {
  const owed = plans.filter((plan) => plan.owed !== null);
  const ends = owed.flatMap(({ windows }) => nearestEnd(windows, "productUntil", now) ?? []);
  const coming = ends.filter((end) => end >= now);
  return {
    units: owed.reduce((total, plan) => total + (plan.owed?.units ?? 0), 0),
    until: ends.length === 0 ? null : Math.min(...(coming.length > 0 ? coming : ends)),
  };
}
