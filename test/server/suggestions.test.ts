import { beforeEach, describe, expect, it } from "vitest";
import { changeOrders } from "#app/actions/bulk-actions.ts";
import { unpair } from "#app/actions/order-actions.ts";
import type { FeedOrder } from "#app/order/feed-order.ts";
import { type KeptOffer, keepOffers } from "#app/store/plan-offers.ts";
import { insured, type Payload, syncByHand } from "./sync-by-hand.ts";

const { context, current, pool, hakuna, take, stored, save, run, setShop } = await syncByHand();

const placedAt = "2026-11-24T10:00:00Z";
const later = "2026-11-26T10:00:00Z";

const product = (id: number, of: number, more: Payload = {}): Payload => ({
  ...{ id, quantity: 1, current_quantity: 1, title: `Product ${of}`, price: "100.00" },
  ...{ vendor: "Rad", variant_id: of + 1, product_id: of, requires_shipping: true, properties: [] },
  ...more,
});
const plan = (id: number, variant: number, more: Payload = {}): Payload => ({
  ...{ id, quantity: 1, current_quantity: 1, title: "Plan", price: "12.00", vendor: "hakuna" },
  ...{ variant_id: variant, product_id: 79, requires_shipping: false, properties: [] },
  ...more,
});
const [bike, bikePlan, helmet, helmetPlan] = [
  product(1, 10),
  plan(2, 70),
  product(3, 20),
  plan(4, 80),
];
/** sold at a till: nothing links its lines */
const sold = (id: number, line_items: Payload[], more: Payload = {}) =>
  insured(id, { line_items, ...more });
const shipped = {
  fulfillments: [
    {
      ...{ id: 900, status: "success", created_at: "2026-11-25T10:00:00Z" },
      line_items: [{ id: 1, quantity: 1 }],
    },
  ],
};

/** The pairs that Hakuna knows of, and how many units of each plan it knows to be fulfilled. */
const atHakuna = (id: number) => {
  const { line_items } = hakuna.last(String(id)) as FeedOrder;
  return {
    pairs: line_items.flatMap(({ id, custom_properties: { protection_line_item_id: planId } }) =>
      planId === undefined ? [] : [`${id}-${planId}`],
    ),
    fulfilled: line_items
      .filter(({ product_data }) => product_data.brand === "hakuna")
      .map(({ fulfillments }) => fulfillments.length),
  };
};
const found = async (id: number) =>
  ((await stored(id)).findings as { code: string }[]).map(({ code }) => code);

const offerOf = (planVariantId: string, productId: string): KeptOffer => ({
  ...{ planVariantId, productId, offerId: `off-${planVariantId}`, planId: "pl-1" },
  ...{ productPrice: null, price: null, currency: null, country: null },
  ...{ termMonths: 12, validUntil: null },
});

beforeEach(async () => {
  const at = Date.parse(placedAt) - 86_400_000;
  const offers = [offerOf("70", "10"), offerOf("80", "20")];
  await keepOffers(pool, current.shop, offers, { moment: "current", at });
});

describe("a shop that takes suggestions", () => {
  beforeEach(() => setShop("acceptSuggestions", true));

  it("keeps a pair when an edit adds another product, and when it takes none any more", async () => {
    await take("orders/create", sold(1, [bike, bikePlan], shipped));
    expect(atHakuna(1)).toEqual({ pairs: ["1-2"], fulfilled: [1] });
    const more = product(5, 30);
    const edited = sold(1, [bike, bikePlan, more], { ...shipped, updated_at: later });
    await take("orders/updated", edited);
    expect(atHakuna(1)).toEqual({ pairs: ["1-2"], fulfilled: [1] });
    await save({ acceptSuggestions: false });
    await run();
    expect(atHakuna(1)).toEqual({ pairs: ["1-2"], fulfilled: [1] });
    expect(await found(1)).toEqual([]);
  });

  it("has a pair that is taken back, and does not pair it again", async () => {
    await take("orders/create", sold(5, [bike, bikePlan], shipped));
    await unpair(context, current.shop, "5", "1", "somebody");
    await run();
    expect(atHakuna(5).pairs).toEqual([]);
    await take("orders/updated", sold(5, [bike, bikePlan], { ...shipped, updated_at: later }));
    expect(atHakuna(5).pairs).toEqual([]);
    expect(await stored(5)).toMatchObject({ status: "sent" });
    // bringing warnings back is no word about pairs
    await changeOrders(context, current.shop, { ids: ["5"], action: "bring_back" }, "somebody");
    await run();
    expect(atHakuna(5).pairs).toEqual([]);
  });

  it("has a pair of before the setting taken back with one word", async () => {
    await setShop("acceptSuggestions", false);
    await take("orders/create", sold(8, [bike, bikePlan]));
    await changeOrders(context, current.shop, { ids: ["8"], action: "accept" }, "somebody");
    await setShop("acceptSuggestions", true);
    await run();
    expect(atHakuna(8).pairs).toEqual(["1-2"]);
    await unpair(context, current.shop, "8", "1", "somebody");
    await run();
    expect(atHakuna(8).pairs).toEqual([]);
  });

  it("keeps a pair that Hakuna has from before suggestions knew what a plan was made for", async () => {
    await pool.query(`DELETE FROM "PlanOffer" WHERE "shop" = $1`, [current.shop]);
    await take("orders/create", sold(6, [helmet, bikePlan]));
    expect(atHakuna(6).pairs).toEqual(["3-2"]);
    await pool.query(
      `UPDATE "OrderDocument" SET "agreedPairs" = '[]', "state" = "state" || '{"schemaVersion": 2}'
        WHERE "shop" = $1 AND "orderId" = '6'`,
      [current.shop],
    );
    const at = Date.parse(placedAt) - 86_400_000;
    await keepOffers(pool, current.shop, [offerOf("70", "10")], { moment: "current", at });
    await take(
      "orders/updated",
      sold(6, [helmet, bikePlan], { updated_at: later, email: "n@e.co" }),
    );
    expect(atHakuna(6).pairs).toEqual(["3-2"]);
    expect(await found(6)).toEqual(["plan_for_other_product"]);
  });

  it("writes a pair down once, and pairs nothing of which nothing was ordered", async () => {
    const none = { ...bikePlan, quantity: 0, current_quantity: 0 };
    await take("orders/create", sold(7, [bike, none]));
    await take("orders/updated", sold(7, [bike, none], { updated_at: later }));
    const { rows } = await pool.query(
      `SELECT jsonb_array_length("agreedPairs") AS pairs FROM "OrderDocument"
        WHERE "shop" = $1 AND "orderId" = '7'`,
      [current.shop],
    );
    expect(rows[0].pairs).toBeLessThanOrEqual(1);
  });

  it("has every plan paired with the product that it was made for, and with no other", async () => {
    await take("orders/create", sold(2, [bike, helmet, bikePlan, helmetPlan]));
    expect(atHakuna(2).pairs).toEqual(["1-2", "3-4"]);
    expect(await found(2)).toEqual([]);
    await take("orders/create", sold(3, [helmet, bikePlan]));
    expect(atHakuna(3).pairs).toEqual([]);
    expect(await found(3)).toEqual(["plan_without_product"]);
  });
});

it("a pair by hand in a state of an earlier version is gone once it is undone", async () => {
  await take("orders/create", sold(9, [bike, bikePlan]));
  await changeOrders(context, current.shop, { ids: ["9"], action: "accept" }, "somebody");
  await run();
  expect(atHakuna(9).pairs).toEqual(["1-2"]);
  await pool.query(
    `UPDATE "OrderDocument" SET "state" = "state" || '{"schemaVersion": 2}'
      WHERE "shop" = $1 AND "orderId" = '9'`,
    [current.shop],
  );
  await changeOrders(context, current.shop, { ids: ["9"], action: "unpair" }, "somebody");
  await run();
  expect(atHakuna(9).pairs).toEqual([]);
});

it("what was exchanged is suggested, and stays covered once somebody says so", async () => {
  const key = { properties: [{ name: "_hakuna_ref", value: "r" }] };
  const [returned, covered] = [
    { ...bike, ...key },
    { ...bikePlan, ...key },
  ];
  await take("orders/create", sold(4, [returned, covered], shipped));
  expect(atHakuna(4).pairs).toEqual(["1-2"]);
  const exchanged = [{ ...returned, current_quantity: 0 }, covered, product(5, 10)];
  const [first] = shipped.fulfillments;
  const sentAfter = { ...first, id: 901, line_items: [{ id: 5, quantity: 1 }] };
  const fulfillments = [first, sentAfter];
  await take("orders/updated", sold(4, exchanged, { fulfillments, updated_at: later }));
  expect(await found(4)).toEqual(["product_gone_plan_not", "exchange_suggested"]);
  await changeOrders(context, current.shop, { ids: ["4"], action: "accept" }, "somebody");
  await run();
  expect(atHakuna(4)).toEqual({ pairs: ["5-2"], fulfilled: [1] });
  expect(await found(4)).toEqual([]);
});
