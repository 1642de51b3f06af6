import { fileURLToPath } from "node:url";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";
import { openShopData, type ShopData } from "./shop-data.ts";

const minutes = 60_000;

/** An ordinary day of a shop that sells bicycles. */
async function fill(shop: ShopData): Promise<void> {
  const now = Date.now();
  await shop.set({
    connection: "connected",
    environment: "production",
    connectionSince: new Date(now - 9 * 24 * 60 * minutes),
    lastAcceptedAt: new Date(now - 2 * minutes),
  });
  const orders: Parameters<ShopData["addOrder"]>[0][] = [
    {
      id: "5912034501",
      name: null,
      status: "waiting",
      statusReason: "A fulfillment or refund came before its order.",
      placedAt: new Date(),
      planUnits: 0,
    },
    { id: "1", name: "#1047", status: "pending" },
    { id: "2", name: "#1046", status: "sent" },
    { id: "3", name: "#1045", status: "confirmed", planUnits: 2 },
    {
      id: "4",
      name: "#1044",
      status: "blocked",
      statusReason:
        "The order has no country. Add a billing address to it in Shopify, or have the shop's country set.",
    },
    {
      id: "5",
      name: "#1043",
      status: "confirmed",
      findings: [
        {
          code: "product_gone_plan_not",
          severity: "warning",
          lineItemIds: [],
          titles: ["City bicycle", "Protection plan"],
        },
      ],
    },
    {
      id: "6",
      name: "#1042",
      status: "skipped",
      planUnits: 0,
      statusReason: "It holds no protection plan.",
    },
    { id: "7", name: "#1041", status: "confirmed" },
    { id: "8", name: "#1040", status: "confirmed" },
  ];
  for (const [index, order] of orders.entries()) {
    await shop.addOrder({ placedAt: new Date(now - index * 47 * minutes), ...order });
  }
}

test("the home page, on a desk and on a phone", async ({ page, world }) => {
  const shop = await openShopData(world.databaseUrl, "pedal-and-plan.myshopify.com");
  await fill(shop);
  await shop.close();
  for (const { name, width, height } of [
    { name: "home-desktop", width: 1280, height: 860 },
    { name: "home-phone", width: 390, height: 844 },
  ]) {
    await page.setViewportSize({ width, height });
    const app = await openApp(page, world, shop.domain);
    await expect(app.getByText("#1040")).toBeAttached();
    await expect(app.getByText("UTC")).toHaveCount(0);
    const folder = new URL("../../docs/images/", import.meta.url);
    await page.screenshot({ path: fileURLToPath(new URL(`${name}.png`, folder)) });
  }
});
