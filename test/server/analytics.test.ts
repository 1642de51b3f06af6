import { expect, it } from "vitest";
import { analyticsPage } from "#app/analytics/analytics-page.ts";
import { insured, type Payload, syncByHand } from "./sync-by-hand.ts";

const { current, pool, take, setShop } = await syncByHand();
const now = Date.parse("2026-11-24T23:30:00Z");
const page = (grain: "day" | "week" | "month") =>
  analyticsPage(pool, { domain: current.shop, timeZone: "Europe/Berlin" }, grain, now);

let ids = 0;

/** An order of a bike, or of a helmet without a plan. */
async function buy(day: string, more: { product?: number; plan?: boolean } = {}): Promise<void> {
  const { product = 1, plan = true } = more;
  ids += 1;
  const at = `${day}T12:00:00Z`;
  const order = insured(ids, { created_at: at, updated_at: at }) as { line_items: Payload[] };
  const lines = plan ? order.line_items : order.line_items.slice(0, 1);
  Object.assign(lines[0] ?? {}, { product_id: product, title: `Product ${product}` });
  await take("orders/create", { ...order, line_items: lines } as Payload);
}

it("tells a period, its steps and the period before, by product, term and country", async () => {
  await setShop("timeZone", "Europe/Berlin");
  await buy("2026-11-24");
  await buy("2026-11-24", { plan: false, product: 2 });
  await buy("2026-11-02", { plan: false, product: 2 });
  await buy("2026-11-02", { plan: false });
  await buy("2026-10-20");
  await buy("2025-11-24");
  await pool.query(
    `INSERT INTO "PlanOffer" ("shop", "planVariantId", "offerId", "planId", "productId", "knownFrom")
     VALUES ($1, '9', 'off-9', 'pl-9', '2', now())`,
    [current.shop],
  );
  const days = await page("day");
  expect(days).toMatchObject({
    period: { from: "2026-10-27", to: "2026-11-25" },
    currency: "EUR",
    total: { orders: 4, protected: 1, plans: 1, refunded: 0, net: 100 },
    totalBefore: { orders: 1, protected: 1, plans: 1, net: 100 },
    by: {
      product: [{ key: "1", title: "Product 1", plans: 1, refunded: 0, net: 100 }],
      term: [{ key: "", plans: 1 }],
      country: [{ key: "de", plans: 1 }],
    },
    unprotected: [
      { id: "2", title: "Product 2", units: 2, hasPlans: true },
      { id: "1", units: 1, hasPlans: true },
    ],
    months: ["2026-11", "2026-10", "2026-09"]
      .slice(0, 2)
      .concat(
        ...["2026-09", "2026-08", "2026-07", "2026-06", "2026-05", "2026-04", "2026-03"],
        ...["2026-02", "2026-01", "2025-12", "2025-11"],
      ),
    isCounting: false,
  });
  expect(days.steps.filter(({ orders }) => orders > 0)).toMatchObject([
    { from: "2026-11-02", orders: 2, protected: 0 },
    { from: "2026-11-24", orders: 2, protected: 1 },
  ]);
  expect((await page("week")).total).toMatchObject({ orders: 5, plans: 2 });
  const months = await page("month");
  expect(months.total).toMatchObject({ orders: 5, plans: 2 });
  expect(months.totalBefore).toMatchObject({ orders: 1, plans: 1 });
  expect(months.by.product).toMatchObject([{ key: "1", plans: 2 }]);
  expect(months.unprotected[0]).toMatchObject({ id: "2", units: 2 });
});

it("says of a product whose plans were taken off that it has none, though some were sold", async () => {
  await buy("2026-11-24");
  await buy("2026-11-24", { plan: false });
  expect((await page("day")).unprotected).toMatchObject([{ id: "1", hasPlans: true }]);
  await pool.query(
    `INSERT INTO "UncoveredProduct" ("shop", "productId", "title")
     VALUES ($1, 'gid://shopify/Product/1', 'Product 1')`,
    [current.shop],
  );
  expect((await page("day")).unprotected).toMatchObject([{ id: "1", hasPlans: false }]);
});

it("is empty where nothing was ordered, and says where orders are still to be counted", async () => {
  const none = { orders: 0, protected: 0, plans: 0, refunded: 0, net: 0 };
  expect(await page("day")).toMatchObject({
    ...{ total: none, totalBefore: none, unprotected: [], months: [], currency: "" },
    isCounting: false,
  });
  await buy("2026-11-24");
  await pool.query(`UPDATE "Order" SET "sale" = NULL WHERE "shop" = $1`, [current.shop]);
  expect(await page("day")).toMatchObject({ isCounting: true });
});
