import { Ajv, type ValidateFunction } from "ajv";

const text = { type: "string" };
const id = { type: "string", minLength: 1 };
const time = { type: "integer", minimum: 0 };

function object(properties: Record<string, unknown>, optional: string[] = []) {
  const required = Object.keys(properties).filter((key) => !optional.includes(key));
  return { type: "object", properties, required, additionalProperties: false };
}

const dated = (at: string) => ({
  type: "array",
  items: object({ quantity: { type: "integer", minimum: 1 }, [at]: time }),
});

/** The contract's examples as a JSON schema: written from Hakuna's page, not from the app. */
const schema = {
  type: "array",
  items: object({
    id,
    status: { enum: ["placed", "cancelled"] },
    placed_at: time,
    cancelled_at: { type: ["integer", "null"] },
    customer: object({ first_name: text, last_name: text, email: text, phone: text }),
    customer_billing_address: object({
      address_line_1: text,
      address_line_2: text,
      city: text,
      country: { type: "string", pattern: "^[a-z]{2}$" },
      zip: text,
    }),
    line_items: {
      type: "array",
      items: object({
        id,
        quantity: { type: "integer", minimum: 0 },
        product_data: object({
          id,
          price: object({
            amount: { type: "integer" },
            currency: { type: "string", pattern: "^[a-z]{3}$" },
          }),
          brand: text,
          title: text,
        }),
        custom_properties: object({ protection_line_item_id: id, offer_id: id, plan_id: id }, [
          "protection_line_item_id",
          "offer_id",
          "plan_id",
        ]),
        fulfillments: dated("fulfilled_at"),
        refunds: dated("refunded_at"),
      }),
    },
  }),
};

const validate: ValidateFunction<FeedState[]> = new Ajv({ allErrors: true }).compile(schema);

/** An order as the feed was told of it. */
export type FeedState = {
  id: string;
  status: string;
  line_items: {
    id: string;
    quantity: number;
    product_data: {
      id: string;
      title: string;
      brand: string;
      price: { amount: number; currency: string };
    };
    custom_properties: Record<string, string>;
    fulfillments: { quantity: number }[];
    refunds: { quantity: number }[];
  }[];
  [key: string]: unknown;
};

/** What is wrong with a request's body, each as "path: what"; empty: nothing. */
export function contractErrors(body: unknown): string[] {
  if (!validate(body)) {
    return (validate.errors ?? []).map(
      ({ instancePath, message }) => `${instancePath}: ${message}`,
    );
  }
  const orders = body as FeedState[];
  const errors = orders.flatMap((order, index) => orderErrors(order, `/${index}`));
  if (new Set(orders.map(({ id }) => id)).size < orders.length) errors.push(": an id occurs twice");
  return errors;
}

function orderErrors(order: FeedState, path: string): string[] {
  const errors: string[] = [];
  const plans = new Set(
    order.line_items.filter((line) => line.product_data.brand === "hakuna").map(({ id }) => id),
  );
  const currencies = new Set(order.line_items.map((line) => line.product_data.price.currency));
  if (currencies.size > 1) errors.push(`${path}/line_items: several currencies`);
  order.line_items.forEach((line, index) => {
    const at = `${path}/line_items/${index}`;
    const { protection_line_item_id: plan, offer_id, plan_id } = line.custom_properties;
    if (plan !== undefined && !plans.has(plan)) errors.push(`${at}: names no plan of this order`);
    if ((offer_id || plan_id) && line.product_data.brand !== "hakuna") {
      errors.push(`${at}: a plan's brand is hakuna`);
    }
    for (const key of ["fulfillments", "refunds"] as const) {
      const units = line[key].reduce((sum, { quantity }) => sum + quantity, 0);
      if (units > line.quantity) errors.push(`${at}/${key}: more units than ordered`);
    }
  });
  return errors;
}
