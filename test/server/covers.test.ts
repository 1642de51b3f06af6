import { beforeEach, expect, it } from "vitest";
import type { FeedOrder } from "#app/order/feed-order.ts";
import { type KeptOffer, keepOffers } from "#app/store/plan-offers.ts";
import { insured, type Payload, syncByHand } from "./sync-by-hand.ts";

const { current, pool, hakuna, take, stored } = await syncByHand();

const day = 24 * 60 * 60_000;
/** when the orders are placed */
const placedAt = Date.parse("2026-11-24T10:00:00Z");

/** An offer of the plan 1-year for the bike, on the variant 70. */
const offer = {
  ...{ planVariantId: "70", offerId: "off-1", planId: "pl-1", productId: "10", termMonths: 12 },
  ...{ productPrice: 10_000, price: 1200, currency: "eur", country: "de" },
  validUntil: placedAt + 25 * day,
};

beforeEach(async () => {
  await bears(offer, placedAt - 5 * day);
});

/** Shopify has taken the offer for the variant. */
async function bears(kept: KeptOffer, at: number): Promise<void> {
  await keepOffers(pool, current.shop, [kept], { moment: "current", at });
}

const ids = (offerId: string, planId: string) => [
  { name: "_hakuna_offer_id", value: offerId },
  { name: "_hakuna_plan_id", value: planId },
];

/** An order of the bike with its plan as the app sells it, but for what is given. */
function bought(id: number, { bike = {}, plan = {} }: { bike?: Payload; plan?: Payload } = {}) {
  const ref = { name: "_hakuna_ref", value: "r" };
  const { properties = ids("off-1", "pl-1"), ...more } = plan;
  return insured(id, {
    line_items: [
      {
        ...{ id: 1, quantity: 1, title: "Bike", price: "100.00", vendor: "Rad", properties: [ref] },
        ...{ variant_id: 11, product_id: 10 },
        ...bike,
      },
      {
        ...{ id: 2, quantity: 1, title: "Plan", price: "12.00", vendor: "hakuna" },
        ...{ variant_id: 70, product_id: 71 },
        ...more,
        properties: [ref, ...(properties as object[])],
      },
    ],
  });
}

const sent = (id: number) => {
  const order = hakuna.last(String(id)) as FeedOrder | null;
  return order?.line_items[1]?.custom_properties;
};
const found = async (id: number) =>
  ((await stored(id)).findings as { code: string }[]).map(({ code }) => code);

it("a plan that was sold as it was offered is sent so, without a word", async () => {
  await take("orders/create", bought(1));
  expect(sent(1)).toEqual({ offer_id: "off-1", plan_id: "pl-1" });
  expect(await found(1)).toEqual([]);
});

it("a buyer's cart with another plan's ids is sent with those of the plan that was paid", async () => {
  await take("orders/create", bought(2, { plan: { properties: ids("off-9", "pl-9") } }));
  expect(sent(2)).toEqual({ offer_id: "off-1", plan_id: "pl-1" });
  expect(await found(2)).toEqual(["plan_ids_differ"]);
  expect(await stored(2)).toMatchObject({ needsAttention: true, status: "sent" });

  // decided once: a renewal changes nothing about it
  await bears({ ...offer, offerId: "off-2", planId: "pl-2" }, placedAt - day);
  await take("orders/updated", {
    ...bought(2, { plan: { properties: ids("off-9", "pl-9") } }),
    ...{ updated_at: "2026-11-24T12:00:00Z", email: "new@example.com" },
  });
  expect(hakuna.states("2")).toHaveLength(2);
  expect(sent(2)).toEqual({ offer_id: "off-1", plan_id: "pl-1" });
});

it("an order that was bought before a renewal and shipped after it keeps its ids", async () => {
  await take("orders/create", bought(3));
  await bears({ ...offer, offerId: "off-2", planId: "pl-2" }, placedAt + day);
  await take("fulfillments/create", {
    ...{ id: 900, order_id: 3, status: "success", created_at: "2026-11-26T10:00:00Z" },
    line_items: [{ id: 1, quantity: 1 }],
  });
  expect(hakuna.states("3")).toHaveLength(2);
  expect(sent(3)).toEqual({ offer_id: "off-1", plan_id: "pl-1" });
  expect(await found(3)).toEqual([]);

  // a cart that was filled before the renewal
  await take("orders/create", { ...bought(4), processed_at: "2026-11-26T11:00:00Z" });
  expect(sent(4)).toEqual({ offer_id: "off-1", plan_id: "pl-1" });
  expect(await found(4)).toEqual([]);
});

it.each<[string, string, Parameters<typeof bought>[1], Payload]>([
  [
    "a sticker of a cent that bears a plan's ids",
    "plan_not_hakuna",
    { plan: { vendor: "Stickers", price: "0.01", variant_id: 99, product_id: 98 } },
    {},
  ],
  [
    "a plan whose key was copied to a dearer product",
    "plan_for_other_product",
    { bike: { product_id: 20, variant_id: 21, price: "900.00" } },
    {},
  ],
  ["a plan at another price", "plan_price_differs", { plan: { price: "9.99" } }, {}],
  [
    "a plan to another country",
    "country_differs",
    {},
    {
      billing_address: { address1: "Rue 1", city: "Paris", zip: "75001", country_code: "FR" },
    },
  ],
])("%s is sent as it was sold, and told", async (_name, code, lines, more) => {
  await take("orders/create", { ...bought(5, lines), ...more });
  expect(sent(5)).toEqual({ offer_id: "off-1", plan_id: "pl-1" });
  expect(await found(5)).toEqual([code]);
});

it("a plan that an edit adds gets the offer of the day on which it was added", async () => {
  const first = bought(11, { plan: { properties: [] } });
  const [bike, plan] = first.line_items as Payload[];
  await take("orders/create", { ...first, line_items: [bike] });
  const renewed = { ...offer, offerId: "off-2", planId: "pl-2", price: 1500 };
  await bears(renewed, placedAt + 30 * day);
  await take("orders/updated", {
    ...{ ...first, updated_at: "2026-12-31T10:00:00Z" },
    line_items: [bike, { ...plan, price: "15.00" }],
  });
  expect(sent(11)).toEqual({ offer_id: "off-2", plan_id: "pl-2" });
  expect(await found(11)).toEqual([]);
});

it("a plan that was first offered after the order, and added to it, has its ids", async () => {
  await pool.query(`DELETE FROM "PlanOffer" WHERE "shop" = $1`, [current.shop]);
  const first = bought(12, { plan: { properties: [] } });
  const [bike, plan] = first.line_items as Payload[];
  await take("orders/create", { ...first, line_items: [bike] });
  await bears(offer, placedAt + 2 * day);
  await take("orders/updated", {
    ...{ ...first, updated_at: "2026-11-28T10:00:00Z" },
    line_items: [bike, plan],
  });
  expect(sent(12)).toEqual({ offer_id: "off-1", plan_id: "pl-1" });
  expect(await found(12)).toEqual([]);
});

it("a plan whose product bears the merchant's own vendor is a plan, also without properties", async () => {
  const plan = { vendor: "Vogelsang", properties: [] };
  await take("orders/create", bought(10, { plan }));
  expect(hakuna.last("10")).toMatchObject({
    line_items: [
      { product_data: { brand: "Rad" }, custom_properties: { protection_line_item_id: "2" } },
      {
        product_data: { brand: "hakuna" },
        custom_properties: { offer_id: "off-1", plan_id: "pl-1" },
      },
    ],
  });
  expect(await found(10)).toEqual([]);

  // its product is deleted, and says nothing any more
  const gone = { vendor: null, variant_id: null, product_id: null, properties: [] };
  const sold = bought(10, { plan: gone });
  await take("orders/updated", {
    ...sold,
    ...{ updated_at: "2026-11-24T12:00:00Z", email: "new@example.com" },
  });
  expect(hakuna.last("10")).toMatchObject({ customer: { email: "new@example.com" } });
  expect(sent(10)).toEqual({ offer_id: "off-1", plan_id: "pl-1" });
});

it("a shop without offers of the app's own hears nothing of it", async () => {
  await pool.query(`DELETE FROM "PlanOffer" WHERE "shop" = $1`, [current.shop]);
  await take("orders/create", bought(6, { plan: { price: "9.99" }, bike: { product_id: 20 } }));
  expect(await found(6)).toEqual([]);
});

it("offers of another shop count for nothing", async () => {
  await pool.query(`UPDATE "PlanOffer" SET "shop" = 'other.myshopify.com' WHERE "shop" = $1`, [
    current.shop,
  ]);
  await take("orders/create", bought(7, { plan: { properties: ids("off-9", "pl-9") } }));
  expect(sent(7)).toEqual({ offer_id: "off-9", plan_id: "pl-9" });
  expect(await found(7)).toEqual([]);
});

it("what Shopify did not take is never sent in the place of what is missing", async () => {
  const refused = { ...offer, offerId: "off-x", planId: "pl-x" };
  await keepOffers(pool, current.shop, [refused], { moment: "coming", at: placedAt - day });
  await take("orders/create", bought(8, { plan: { properties: [] } }));
  expect(sent(8)).toEqual({ offer_id: "off-1", plan_id: "pl-1" });
  // a typo that was corrected
  await bears({ ...offer, offerId: "off-t", planId: "pl-t" }, placedAt - 3 * day);
  await bears(offer, placedAt - 2 * day);
  await take("orders/create", bought(9, { plan: { properties: ids("off-9", "pl-9") } }));
  expect(sent(9)).toEqual({ offer_id: "off-1", plan_id: "pl-1" });
});
