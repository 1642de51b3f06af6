import { boughtOrder, planIds } from "#test/simulator/shopify/bought-order.ts";
import { createClient } from "../server/client.ts";
import { violations } from "./accessibility.ts";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";

const first = 820_982_911_946_400_000n;

/** Orders with a product and a plan that nothing links: each needs attention. */
async function unlinked(world: Parameters<typeof createClient>[0], shop: string, count: number) {
  const client = createClient(world);
  await client.connect(shop);
  await client.send(
    Array.from({ length: count }, (_, index) =>
      boughtOrder(
        shop,
        first + BigInt(index),
        [
          { id: 11n, title: "Frutta Banana", isPlan: false },
          { id: 12n, title: "Warranty", isPlan: true, properties: planIds },
        ],
        Date.now() - index * 60_000,
      ),
    ),
  );
  await client.quiet(shop);
  return client;
}

test("ten orders of the attention list are worked off with two clicks each, and back is the list", async ({
  page,
  world,
  shop,
}) => {
  test.setTimeout(240_000);
  const client = await unlinked(world, shop.domain, 10);
  const app = await openApp(page, world, shop.domain, "/app/orders?view=attention&sort=newest");
  await app.getByRole("row").nth(1).getByRole("link").click();
  for (let index = 0; index < 10; index += 1) {
    await app.getByRole("button", { name: "Accept suggestion" }).click();
    await expect(app.getByText("Paired by hand").first()).toBeVisible();
    if (index < 9) await app.getByRole("link", { name: "Next" }).click();
    await expect(app.getByRole("heading", { level: 1 })).toContainText("#");
  }
  expect(await violations(page)).toEqual([]);
  await app.getByRole("link", { name: "Orders" }).click();
  await expect(app.getByText("Nothing needs your attention")).toBeVisible();
  const { rows } = await client.pool.query(
    `SELECT count(*)::int AS "left" FROM "Order" WHERE "shop" = $1 AND "needsAttention"`,
    [shop.domain],
  );
  expect(rows).toEqual([{ left: 0 }]);
  await client.close();
});

test("several orders are dismissed, and that is undone; suggestions of several are accepted; some of several are sent", async ({
  page,
  world,
  shop,
}) => {
  test.setTimeout(240_000);
  const client = await unlinked(world, shop.domain, 3);
  const app = await openApp(page, world, shop.domain, "/app/orders?view=attention");
  const all = app.getByRole("row").first().getByRole("checkbox");
  await all.check();
  await app.getByRole("button", { name: "Dismiss", exact: true }).click();
  await expect(app.getByText("3 orders dismissed")).toBeVisible();
  await expect(app.getByText("Nothing needs your attention")).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await app.getByRole("button", { name: "Undo" }).click();
  await expect(app.getByRole("row")).toHaveCount(4);
  await all.check();
  await app.getByRole("button", { name: "Accept suggestion" }).click();
  await expect(app.getByText("3 suggestions accepted")).toBeVisible();

  await client.quiet(shop.domain);
  await openApp(page, world, shop.domain, "/app/orders");
  await expect(app.getByRole("row")).toHaveCount(4);
  await app.getByRole("row").nth(1).getByRole("checkbox").check();
  await app.getByRole("button", { name: "Skip", exact: true }).click();
  await expect(app.getByText("1 order skipped")).toBeVisible();
  await all.check();
  await app.getByRole("button", { name: "Resend" }).click();
  await expect(page.getByRole("status")).toContainText(
    "2 orders are sent again. 1 is skipped and stays so",
  );
  await client.close();
});
