import { type Mapping, type MappingContext, mapOrder } from "#app/order/map.ts";
import { refusedFields } from "#app/order/mapping/refused-fields.ts";
import type { OrderState } from "#app/order/state.ts";
import { feedOrderSchema } from "./feed-schema.ts";

/**
 * Maps an order as `mapOrder` does, and holds the result against the feed's schema: what the feed
 * cannot take is not sent but becomes findings of severity "error" that name field and value.
 *
 * @param state of an order whose head is known
 */
export function mapForFeed(state: OrderState, context: MappingContext): Mapping {
  const mapping = mapOrder(state, context);
  const { feedOrder, lines, findings } = mapping;
  const issues = feedOrder && feedOrderSchema.safeParse(feedOrder).error?.issues;
  if (!feedOrder || !issues) return mapping;
  const refused = refusedFields(
    feedOrder,
    lines,
    issues.map(({ path }) => path),
  );
  return { ...mapping, feedOrder: null, findings: [...refused, ...findings] };
}
