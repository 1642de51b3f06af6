import type { OrderTopic } from "./webhook-payload.ts";

const address = [
  ...["first_name", "last_name", "phone", "address1", "address2", "city", "zip"],
  "country_code",
];
const under = (parent: string, keys: readonly string[]) => keys.map((key) => `${parent}.${key}`);

/** Of an order, what tells of its customer. */
const customerFields = [
  ...["email", "phone"],
  ...under("customer", ["id", "first_name", "last_name", "email", "phone", "default_address"]),
  ...under("billing_address", address),
  ...under("shipping_address", address),
];

const orderFields = [
  ...["id", "name", "created_at", "updated_at", "processed_at", "cancelled_at"],
  ...["test", "financial_status", "currency"],
  ...under("line_items", ["id", "quantity", "current_quantity", "title", "vendor", "sku"]),
  ...under("line_items", ["variant_id", "product_id", "gift_card", "requires_shipping"]),
  ...under("line_items", ["price", "price_set", "total_discount", "discount_allocations"]),
  "line_items.properties",
  ...under("fulfillments", ["id", "status", "created_at", "updated_at", "line_items"]),
  ...under("refunds", ["id", "created_at", "processed_at", "refund_line_items"]),
];

/**
 * What the app reads of a webhook: what shopify.app.toml asks Shopify to send, in its notation
 * (nested with a period, two levels at most: what is deeper comes with its parent).
 */
export const webhookFields: Record<
  "order" | "deletion" | "fulfillment" | "refund",
  readonly string[]
> = {
  order: [...orderFields, ...customerFields],
  deletion: ["id"],
  fulfillment: [
    ...["id", "order_id", "status", "created_at", "updated_at"],
    ...under("line_items", ["id", "quantity"]),
  ],
  refund: [
    ...["id", "order_id", "created_at", "processed_at"],
    ...under("refund_line_items", ["line_item_id", "quantity"]),
  ],
};

/** The fields of a topic's payload; `bare`: without those that tell of the customer. */
export function fieldsOf(topic: OrderTopic, { bare }: { bare: boolean }): readonly string[] {
  if (topic === "orders/delete") return webhookFields.deletion;
  if (topic.startsWith("fulfillments/")) return webhookFields.fulfillment;
  if (topic.startsWith("refunds/")) return webhookFields.refund;
  return bare ? orderFields : webhookFields.order;
}
