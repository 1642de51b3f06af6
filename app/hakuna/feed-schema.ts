import { z } from "zod";
import type { FeedOrder } from "#app/order/feed-order.ts";

const id = z.string().min(1);
const time = z.int().nonnegative();
const units = z.int().positive();

const shape = z.strictObject({
  id,
  status: z.enum(["placed", "cancelled"]),
  placed_at: time,
  cancelled_at: time.nullable(),
  customer: z.strictObject({
    first_name: z.string(),
    last_name: z.string(),
    email: z.string(),
    phone: z.string(),
  }),
  customer_billing_address: z.strictObject({
    address_line_1: z.string(),
    address_line_2: z.string(),
    city: z.string(),
    country: z.string().regex(/^[a-z]{2}$/),
    zip: z.string(),
  }),
  line_items: z.array(
    z.strictObject({
      id,
      quantity: z.int().nonnegative(),
      product_data: z.strictObject({
        id,
        price: z.strictObject({
          amount: z.int().nonnegative(),
          currency: z.string().regex(/^[a-z]{3}$/),
        }),
        brand: z.string(),
        title: z.string(),
      }),
      custom_properties: z.strictObject({
        protection_line_item_id: id.optional(),
        offer_id: id.optional(),
        plan_id: id.optional(),
      }),
      fulfillments: z.array(z.strictObject({ quantity: units, fulfilled_at: time })),
      refunds: z.array(z.strictObject({ quantity: units, refunded_at: time })),
    }),
  ),
});

/**
 * One order as Hakuna's Order feed takes it: the contract, taken strictly, with what it says of how
 * the fields belong together. Checked before anything is sent, so that what cannot be right never
 * leaves.
 */
export const feedOrderSchema: z.ZodType<FeedOrder> = shape.check(({ value: order, issues }) => {
  const refuse = (message: string, ...path: (string | number)[]) => {
    issues.push({ code: "custom", input: order, message, path });
  };
  if ((order.status === "cancelled") !== (order.cancelled_at !== null)) {
    refuse("goes with the status cancelled, and only with it", "cancelled_at");
  }
  const plans = new Set<string>();
  const ids = new Set<string>();
  const currencies = new Set<string>();
  for (const { id, product_data } of order.line_items) {
    if (product_data.brand === "hakuna") plans.add(id);
    ids.add(id);
    currencies.add(product_data.price.currency);
  }
  if (ids.size < order.line_items.length) refuse("hold an id twice", "line_items");
  if (currencies.size > 1) refuse("are in several currencies", "line_items");
  order.line_items.forEach((line, index) => {
    const plan = line.custom_properties.protection_line_item_id;
    if (plan !== undefined && !plans.has(plan)) {
      refuse("names no plan of this order", "line_items", index, "custom_properties");
    }
    for (const part of ["fulfillments", "refunds"] as const) {
      const sum = line[part].reduce((total, { quantity }) => total + quantity, 0);
      if (sum > line.quantity) refuse("are more than ordered", "line_items", index, part);
    }
  });
});
