import { z } from "zod";
import type { FeedOrder } from "#app/order/feed-order.ts";

const id = z.string().min(1);
const time = z.int().nonnegative();
const units = z.int().positive();

/**
 * One order as Hakuna's Order feed takes it: the contract, taken strictly. Checked before anything
 * is sent, so that what cannot be right never leaves.
 */
export const feedOrderSchema: z.ZodType<FeedOrder> = z.strictObject({
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
        price: z.strictObject({ amount: z.int(), currency: z.string().regex(/^[a-z]{3}$/) }),
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
