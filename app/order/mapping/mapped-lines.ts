import type { FeedLineItem, FeedPrice } from "#app/order/feed-order.ts";
import { type Line, property } from "#app/order/lines.ts";
import { linkProperties } from "#app/order/link-properties.ts";
import type { ManualPair, Pair } from "#app/order/pair.ts";
import type { OrderState } from "#app/order/state.ts";
import { type Dated, fulfilledUnits, upTo } from "#app/order/units.ts";
import type { CoverIds } from "./covers.ts";
import type { Prices } from "./prices.ts";

/** How a line is sent: what it is, its price, its plan, its fulfilled units. */
export type MappedLine = {
  line: Line;
  price: FeedPrice;
  /** of a product with a plan */
  planLineId: string | null;
  fulfilled: Dated[];
  /** counts on protection alone: other apps use the short names too */
  offerId: string | null;
  planId: string | null;
  /** a person entered the ids */
  isEntered: boolean;
};

export function mapLines(
  state: OrderState,
  { priced }: Prices,
  pairs: readonly Pair[],
  manual: readonly ManualPair[],
): MappedLine[] {
  const fulfilled = fulfilledUnits(state);
  const planOf = new Map(pairs.map((pair) => [pair.productLineId, pair.planLineId]));
  const productsOf = Map.groupBy(pairs, ({ planLineId }) => planLineId);
  const entered = Map.groupBy(manual, ({ planLineId }) => planLineId);
  return priced.map(({ line, price }) => {
    const products = productsOf.get(line.id)?.map(({ productLineId }) => productLineId);
    const byHand = entered.get(line.id) ?? [];
    return {
      line,
      price,
      planLineId: planOf.get(line.id) ?? null,
      fulfilled: fulfilledLine(line, products, fulfilled),
      ...soldIds(line, byHand),
    };
  });
}

/** What a person entered, else what the line's properties say. */
function soldIds(line: Line, byHand: readonly ManualPair[]): CoverIds & { isEntered: boolean } {
  const entered = { offerId: enteredId(byHand, "offerId"), planId: enteredId(byHand, "planId") };
  return {
    offerId: entered.offerId ?? property(line, linkProperties.offerId),
    planId: entered.planId ?? property(line, linkProperties.planId),
    isEntered: entered.offerId !== null || entered.planId !== null,
  };
}

function enteredId(pairs: readonly ManualPair[], id: "offerId" | "planId"): string | null {
  return pairs.findLast((pair) => pair[id])?.[id] ?? null;
}

/** A plan is fulfilled when its products are, whatever its own line says (the contract's rule). */
function fulfilledLine(
  line: Line,
  products: readonly string[] | undefined,
  fulfilled: ReadonlyMap<string, Dated[]>,
): Dated[] {
  const units = (products ?? [line.id]).flatMap((id) => fulfilled.get(id) ?? []);
  return upTo(
    line.quantity,
    units.toSorted((a, b) => a.at - b.at),
  ).kept;
}

/** The line as the feed takes it. */
export function feedLine(
  { line, price, planLineId, fulfilled, offerId, planId }: MappedLine,
  identifier: "variant" | "sku",
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
    refunds: line.gone.units.map(({ quantity, at }) => ({ quantity, refunded_at: at })),
  };
}
