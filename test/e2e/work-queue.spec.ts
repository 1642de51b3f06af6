import { readFileSync } from "node:fs";
import { parse } from "toml";
import { boughtOrder, planIds } from "#test/simulator/shopify/bought-order.ts";
import { createClient } from "../server/client.ts";
import { overflow, violations } from "./accessibility.ts";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";

const first = 820_982_911_946_600_000n;

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
  await expect(page.getByRole("status")).toContainText("2 orders are sent again. 1 stays skipped");
  await client.close();
});

test("a list by deadline is worked through, also where an order has left it", async ({
  page,
  world,
  shop,
}) => {
  const client = await unlinked(world, shop.domain, 3);
  for (const [index, hours] of [5, 1, 3].entries()) {
    await client.pool.query(
      `UPDATE "Order" SET "refundUntil" = now() + $3 * interval '1 hour' WHERE "shop" = $1 AND "id" = $2`,
      [shop.domain, String(first + BigInt(index)), hours],
    );
  }
  const app = await openApp(page, world, shop.domain, "/app/orders?view=attention");
  const links = app.getByRole("row").getByRole("link");
  await expect(links).toHaveCount(3);
  const names = await links.allTextContents();
  await links.first().click();
  const title = app.getByRole("heading", { level: 1 });
  await expect(title).toContainText(names[0] ?? "");
  await app.getByRole("button", { name: "Accept suggestion" }).click();
  await expect(app.getByText("Paired by hand").first()).toBeVisible();
  await app.getByRole("link", { name: "Next" }).click();
  await expect(title).toContainText(names[1] ?? "");
  await app.getByRole("link", { name: "Next" }).click();
  await expect(title).toContainText(names[2] ?? "");
  await client.close();
});

test("the way back from an order leads to the list as it was: view, filter, sort, page and place", async ({
  page,
  world,
  shop,
}) => {
  await shop.set({ connection: "connected" });
  for (let id = 1; id <= 130; id += 1) {
    await shop.addOrder({
      id: String(id),
      name: `#${2000 + id}`,
      status: "confirmed",
      planUnits: 1,
      placedAt: new Date(Date.UTC(2026, 9, 1, 0, id)),
    });
  }
  const path = "/app/orders?view=synced&plans=yes&sort=oldest";
  const app = await openApp(page, world, shop.domain, path);
  await app.getByRole("button", { name: "Next" }).click();
  await expect(app.getByRole("link", { name: "#2051" })).toBeVisible();
  const frame = page.frame({ name: "app-iframe" });
  const placed = () =>
    frame?.evaluate(() => ({ search: location.search, top: Math.round(scrollY) }));
  await app.getByRole("link", { name: "#2095" }).scrollIntoViewIfNeeded();
  await expect.poll(async () => (await placed())?.top).toBeGreaterThan(100);
  const before = await placed();
  expect(before?.search).toMatch(/view=synced.*plans=yes.*sort=oldest.*after=/);

  await app.getByRole("link", { name: "#2095" }).click();
  await expect(app.getByRole("heading", { level: 1 })).toContainText("#2095");
  await app.getByRole("link", { name: "Next" }).click();
  await expect(app.getByRole("heading", { level: 1 })).toContainText("#2096");
  await app.getByRole("link", { name: "Orders" }).click();
  await expect(app.getByRole("link", { name: "#2095" })).toBeInViewport();
  const params = (search = "") =>
    [...new URLSearchParams(search)].filter(([name]) => /^(view|plans|sort|after)$/.test(name));
  const after = await placed();
  expect(params(after?.search)).toEqual(params(before?.search));
  expect(after?.top).toBe(before?.top);
});

test("what one cause has is one finding, its button does the remedy, and each step is undone", async ({
  page,
  world,
  shop,
}) => {
  const client = await unlinked(world, shop.domain, 1);
  const id = String(first);
  const app = await openApp(page, world, shop.domain, `/app/orders/${id}`);
  const toast = page.getByRole("status");
  await expect(app.getByText("probably belong together")).toBeVisible();
  await expect(app.getByText("protects no product")).toHaveCount(0);
  await app.getByRole("button", { name: "Dismiss" }).click();
  await expect.poll(() => client.order(shop.domain, id)).toMatchObject({ needsAttention: false });
  await toast.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => client.order(shop.domain, id)).toMatchObject({ needsAttention: true });
  await app.getByRole("button", { name: "Accept suggestion" }).click();
  await expect(app.getByText("Paired by hand").first()).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await toast.getByRole("button", { name: "Undo" }).click();
  await expect(app.getByRole("button", { name: "Accept suggestion" })).toBeVisible();
  await client.close();
});

test("a view is saved without what was searched for, opened by its link, renamed and deleted", async ({
  page,
  world,
  shop,
}) => {
  await shop.addOrder({ id: "1", status: "blocked" });
  await shop.addOrder({ id: "2", status: "confirmed" });
  const app = await openApp(
    page,
    world,
    shop.domain,
    "/app/orders?view=attention&plans=yes&sort=value&query=1",
  );
  await app.getByRole("button", { name: "Save as" }).click();
  await app.getByLabel("Name", { exact: true }).fill("Dear ones");
  await app.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  const tab = app.getByRole("tab", { name: "Dear ones" });
  await expect(tab).toHaveAttribute("aria-selected", "true");
  expect(await violations(page)).toEqual([]);
  const saved = (await shop.savedViews()) as { id: string; query: string }[];
  expect(saved.map(({ query }) => query)).toEqual(["view=attention&plans=yes&sort=value"]);

  // its link, for somebody else
  await openApp(page, world, shop.domain, `/app/orders?${saved[0]?.query}&saved=${saved[0]?.id}`);
  await expect(tab).toHaveAttribute("aria-selected", "true");
  await expect(app.getByRole("row")).toHaveCount(2);
  await app.getByRole("tab", { name: "All" }).click();
  await expect(app.getByRole("row")).toHaveCount(3);
  await tab.click();
  await expect(app.getByRole("row")).toHaveCount(2);
  await tab.click();
  await expect(app.getByRole("menuitem", { name: "Rename" })).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await app.getByRole("menuitem", { name: "Rename" }).click();
  await app.getByLabel("Name", { exact: true }).fill("Dearest");
  await app.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await app.getByRole("tab", { name: "Dearest" }).click();
  await app.getByRole("menuitem", { name: "Delete" }).click();
  await app.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(app.getByRole("tab", { name: "Dearest" })).toHaveCount(0);
  expect(await shop.savedViews()).toEqual([]);
});

test.describe("on a phone", () => {
  test.use({
    viewport: { width: 390, height: 844 },
    userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148",
  });

  test("orders are chosen and dismissed", async ({ page, world, shop }) => {
    test.setTimeout(120_000);
    const client = await unlinked(world, shop.domain, 2);
    const app = await openApp(page, world, shop.domain, "/app/orders?view=attention");
    await app.getByRole("checkbox", { name: "Select #" }).first().check({ force: true });
    await expect(app.getByText("1 selected")).toBeVisible();
    await app.getByRole("checkbox", { name: "1 selected" }).check({ force: true });
    await expect(app.getByText("2 selected")).toBeVisible();
    expect(await violations(page)).toEqual([]);
    expect(await overflow(page)).toEqual([]);
    await app.getByRole("button", { name: "Dismiss", exact: true }).click();
    await expect(app.getByText("2 orders dismissed")).toBeVisible();
    await client.close();
  });
});

test("an order's entry in Shopify opens it here", async ({ page, world, shop }) => {
  await shop.addOrder({ id: "820982911946154500", status: "confirmed" });
  const extension = new URL("../../extensions/order-link/shopify.extension.toml", import.meta.url);
  const [{ targeting }] = parse(readFileSync(extension, "utf8")).extensions;
  const [{ target, url }] = targeting;
  expect(target).toBe("admin.order-details.action.link");
  for (const id of ["820982911946154500", "gid://shopify/Order/820982911946154500"]) {
    const address = `${url}?${new URLSearchParams({ id })}`;
    const app = await openApp(page, world, shop.domain, address);
    await expect(app.getByRole("heading", { level: 1 })).toContainText("#820982911946154500");
  }
});

test("popovers and a choice of some orders say what they are to everybody", async ({
  page,
  world,
  shop,
}) => {
  const client = await unlinked(world, shop.domain, 3);
  await client.close();
  const app = await openApp(page, world, shop.domain, "/app/orders?view=attention");
  await app.getByRole("row").nth(1).getByRole("checkbox").check();
  await expect(app.getByText("1 selected").first()).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await app.getByRole("row").nth(1).getByRole("checkbox").uncheck();

  const address = () => page.frame({ name: "app-iframe" })?.url();
  await app.getByRole("button", { name: "Sort the results" }).click();
  for (const name of ["Nearest deadline first", "Highest plan value first"]) {
    await expect(app.getByRole("button", { name })).toBeVisible();
  }
  expect(await violations(page)).toEqual([]);
  await app.getByRole("button", { name: "Highest plan value first" }).click();
  await expect.poll(address).toContain("sort=value");
  await app.getByRole("radio", { name: "Date" }).click({ force: true });
  await expect.poll(address).toContain("sort=newest");
  await page.keyboard.press("Escape");
  await app.getByRole("button", { name: /^Search and filter/ }).click();
  await app.getByRole("button", { name: "Add filter" }).click();
  await expect(app.getByText("Finding", { exact: true }).last()).toBeVisible();
  expect(await violations(page)).toEqual([]);
});
