import type { Line } from "#app/order/lines.ts";
import type { Tier } from "#app/order/pair.ts";
import { type Dated, sum } from "#app/order/units.ts";
import { nearestEnd, stateAt, type Window, windowsOf } from "./windows.ts";

/**
 * Why units of a plan are to be refunded: a product that they protect was refunded or removed; the
 * whole order was cancelled; the buyer asked to give the plan back.
 */
export type OwedReason = "product_gone" | "order_cancelled" | "plan_requested";

/** What a buyer asked to give back of a plan line, and how many units were left then. */
export type RequestedPlan = {
  units: number;
  left: number;
  /** epoch milliseconds */
  at: number;
};

/** A plan line of an order: what is to be refunded of it, and what may be until when. */
export type PlanStanding = {
  plan: Line;
  products: { line: Line; tier: Tier }[];
  /** units to be refunded, and why; null: none */
  owed: { units: number; reason: OwedReason } | null;
  /** units that went, of an order that was cancelled: whether they were paid back Shopify alone says */
  cancelledUnits: number;
  /** when the buyer asked to give it back, epoch milliseconds; null: they did not, or it is done */
  requestedAt: number | null;
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
 * @param requests what the buyer asked to give back, by the plan's line
 * @param timeZone the shop's (IANA)
 */
export function plansOf(
  { lines, pairing }: MappedOrder,
  {
    cancelled,
    requests = {},
    timeZone,
  }: { cancelled: boolean; requests?: Record<string, RequestedPlan>; timeZone: string },
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
      const request = requests[plan.id];
      const requested = stillRequested(plan, request);
      return {
        plan,
        products,
        owed: owedOf(
          plan,
          products.map(({ line }) => line),
          { cancelled, requested },
        ),
        cancelledUnits: cancelled ? sum(plan.gone.units) : 0,
        requestedAt: request && requested > 0 ? request.at : null,
        windows: windowsOf(plan.quantity, shipped, timeZone),
      };
    });
}

/** What went since the buyer asked, by whatever way, was what they asked for. */
export function stillRequested(plan: Pick<Line, "left">, request?: RequestedPlan): number {
  if (request === undefined) return 0;
  const gone = Math.max(0, request.left - plan.left);
  return Math.max(0, Math.min(plan.left, request.units - gone));
}

function owedOf(
  plan: Line,
  products: readonly Line[],
  { cancelled, requested }: { cancelled: boolean; requested: number },
): PlanStanding["owed"] {
  if (plan.left === 0) return null;
  if (cancelled) return { units: plan.left, reason: "order_cancelled" };
  const isGone = products.some((product) => product.gone.units.length > 0);
  const left = products.reduce((total, product) => total + product.left, 0);
  const units = isGone ? plan.left - left : 0;
  if (requested > units) return { units: requested, reason: "plan_requested" };
  return units > 0 ? { units, reason: "product_gone" } : null;
}

/** Which of a plan's ends counts: what goes back alone has less time than what goes with its product. */
export function windowFor(owed: PlanStanding["owed"]): "planUntil" | "productUntil" {
  return owed === null || owed.reason === "plan_requested" ? "planUntil" : "productUntil";
}

/**
 * How many units Hakuna takes back now: all that are left while the plan alone may go, else those
 * that go with their product. What the buyer asked for in time may be refunded whenever.
 *
 * @param now epoch milliseconds
 */
export function mostUnits(
  {
    plan,
    owed,
    requestedAt,
    windows,
  }: Pick<PlanStanding, "owed" | "requestedAt" | "windows"> & { plan: { left: number } },
  now: number,
): number {
  if (stateAt(windows, "planUntil", now) !== "past") return plan.left;
  const at = owed?.reason === "plan_requested" ? (requestedAt ?? now) : now;
  return owed !== null && stateAt(windows, windowFor(owed), at) !== "past" ? owed.units : 0;
}

/** All that is to be refunded in an order: how many units, and the nearest end of a window. */
export function owedTogether(
  plans: readonly PlanStanding[],
  now: number,
): { units: number; until: number | null } {
  const owed = plans.filter((plan) => plan.owed !== null);
  const ends = owed.flatMap((plan) => nearestEnd(plan.windows, windowFor(plan.owed), now) ?? []);
  const coming = ends.filter((end) => end >= now);
  return {
    units: owed.reduce((total, plan) => total + (plan.owed?.units ?? 0), 0),
    until: ends.length === 0 ? null : Math.min(...(coming.length > 0 ? coming : ends)),
  };
}
