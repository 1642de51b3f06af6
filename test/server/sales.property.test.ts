import fc from "fast-check";
import { expect, it } from "vitest";
import { recountSales } from "#app/analytics/recount-sales.ts";
import { purgeOrders } from "#app/privacy/purge.ts";
import { type Payload, syncByHand } from "./sync-by-hand.ts";

const { current, pool, context, take, setShop } = await syncByHand();

/** An order as it was bought, and what became of it. */
type Bought = {
  placedAt: number;
  product: number;
  units: number;
  /** units of its plan; 0: it has none */
  plans: number;
  currency: "EUR" | "USD";
  country: "DE" | "AT";
  later: ("refund" | "cancel" | "again" | "purge" | "recount")[];
};

const bought: fc.Arbitrary<Bought> = fc.record({
  // around midnight in Berlin and around the end of a month
  placedAt: fc
    .integer({ min: -180, max: 180 })
    .map((minutes) => Date.parse("2026-10-31T23:00:00Z") + minutes * 60_000),
  product: fc.constantFrom(11, 12, 13),
  units: fc.integer({ min: 1, max: 3 }),
  plans: fc.integer({ min: 0, max: 3 }),
  currency: fc.constantFrom("EUR", "USD"),
  country: fc.constantFrom("DE", "AT"),
  later: fc.array(fc.constantFrom("refund", "cancel", "again", "purge", "recount"), {
    maxLength: 3,
  }),
});

const planPrice = 1999;
const planPriceText = "19.99";

/** As Shopify tells of the order after so many of its events. */
function payloadOf(id: number, one: Bought, done: readonly string[]): Payload {
  const refunded = Math.min(one.plans, done.filter((event) => event === "refund").length);
  const cancelled = done.includes("cancel");
  const ref = { name: "_hakuna_ref", value: "r" };
  const at = (minutes: number) => new Date(one.placedAt + minutes * 60_000).toISOString();
  return {
    id,
    name: `#${id}`,
    created_at: at(0),
    updated_at: at(1 + done.length),
    cancelled_at: cancelled ? at(1 + done.indexOf("cancel")) : null,
    currency: one.currency,
    email: "max@example.com",
    billing_address: {
      ...{ first_name: "Max", last_name: "Mustermann", address1: "Musterstrasse 1" },
      ...{ city: "Berlin", zip: "10115", country_code: one.country },
    },
    line_items: [
      {
        ...{ id: 1, product_id: one.product, quantity: one.units, title: `Bike ${one.product}` },
        ...{ price: "100.00", vendor: "Rad", properties: [ref] },
      },
      ...(one.plans > 0
        ? [
            {
              ...{ id: 2, quantity: one.plans, title: "Plan", price: planPriceText },
              ...{ current_quantity: one.plans - refunded, vendor: "Hakuna", properties: [ref] },
            },
          ]
        : []),
    ],
    fulfillments: [],
    refunds: Array.from({ length: refunded }, (_, index) => ({
      ...{ id: id * 10 + index, created_at: at(1), processed_at: at(1) },
      refund_line_items: [{ id: index, line_item_id: 2, quantity: 1 }],
    })),
  };
}

/** What the orders come to, told from nothing but what was bought and became of it. */
function expected(orders: readonly { one: Bought; done: readonly string[] }[]) {
  const sums = new Map<string, number[]>();
  const add = (name: string, amounts: number[]) => {
    const before = sums.get(name) ?? amounts.map(() => 0);
    sums.set(
      name,
      before.map((value, index) => value + (amounts[index] ?? 0)),
    );
  };
  for (const { one, done } of orders) {
    const { currency, plans } = one;
    // Berlin left summer time on 25 October
    const day = new Date(one.placedAt + 3_600_000).toISOString().slice(0, 10);
    const month = `${day.slice(0, 7)}-01`;
    const refunds = done.filter((event) => event === "refund").length;
    const refunded = done.includes("cancel") ? plans : Math.min(plans, refunds);
    const money = [plans, refunded, plans * planPrice, refunded * planPrice];
    add(`day all ${day}  ${currency}`, [1, plans > 0 ? 1 : 0, 0, ...money]);
    for (const [span, at] of [
      ["day", day],
      ["month", month],
    ]) {
      add(`${span} product ${at} ${one.product} ${currency}`, [0, 0, one.units, ...money]);
      if (plans === 0) continue;
      add(`${span} term ${at}  ${currency}`, [0, 0, 0, ...money]);
      add(`${span} country ${at} ${one.country.toLowerCase()} ${currency}`, [0, 0, 0, ...money]);
    }
  }
  return Object.fromEntries([...sums].sort());
}

async function counted(): Promise<Record<string, number[]>> {
  const { rows } = await pool.query<{ name: string; sums: number[] }>(
    `SELECT concat_ws(' ', "span", "kind", "day"::text, "key", "currency") AS "name",
            ARRAY["orders", "protected", "units", "plans", "refunded", "value", "returned"]::float8[] AS "sums"
       FROM "SaleCount" WHERE "shop" = $1`,
    [current.shop],
  );
  const found = rows.filter(({ sums }) => sums.some((sum) => sum !== 0));
  return Object.fromEntries(found.map(({ name, sums }) => [name, sums] as const).sort());
}

let ids = 7_000_000;

it("sums equal the orders, whatever becomes of them, and after their documents are gone", async () => {
  await setShop("timeZone", "Europe/Berlin");
  await fc.assert(
    fc.asyncProperty(fc.array(bought, { minLength: 1, maxLength: 5 }), async (orders) => {
      await pool.query(`DELETE FROM "SaleCount" WHERE "shop" = $1`, [current.shop]);
      await pool.query(
        `UPDATE "Order" SET "sale" = '{"day": null, "plans": [], "products": []}'
                         WHERE "shop" = $1`,
        [current.shop],
      );
      const known = orders.map((one) => ({ id: ++ids, one, done: [] as string[] }));
      for (const { id, one } of known) await take("orders/create", payloadOf(id, one, []));
      expect(await counted()).toEqual(expected(known));
      for (const { id, one, done } of known) {
        for (const event of one.later) {
          if (event === "purge") {
            await purgeOrders(context, current.shop, Date.now() + 500 * 86_400_000);
          } else if (event === "recount") {
            expect(await recountSales(context, current.shop)).toMatchObject({ wrong: 0 });
          } else {
            done.push(event);
            await take("orders/updated", payloadOf(id, one, done));
          }
        }
      }
      expect(await counted()).toEqual(expected(known));
      expect(await recountSales(context, current.shop)).toMatchObject({ counted: 0, wrong: 0 });
      expect(await counted()).toEqual(expected(known));
    }),
    { numRuns: 15 },
  );
});
