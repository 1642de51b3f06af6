import { boughtOrder } from "#test/simulator/shopify/bought-order.ts";
import { createClient } from "../server/client.ts";
import { violations } from "./accessibility.ts";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";

test("orders that are on their way are said to be, not to be in sync", async ({
  page,
  world,
  shop,
}) => {
  await shop.set({
    ...{ connection: "connected", paused: false, guideDismissedAt: new Date() },
    lastAcceptedAt: new Date(),
  });
  for (const id of ["1", "2"]) await shop.addOrder({ id, status: "pending" });
  const app = await openApp(page, world, shop.domain);
  await expect(app.getByText("2 orders on their way to Hakuna")).toBeVisible();
  await expect(app.getByText("Everything is in sync")).toHaveCount(0);
});

test("the banner says of how many orders what is true, and an order has one state", async ({
  page,
  world,
  shop,
}) => {
  await shop.set({ connection: "connected", guideDismissedAt: new Date() });
  await shop.addOrder({ id: "1", status: "blocked" });
  for (const id of ["2", "3"]) {
    await shop.addOrder({ id, status: "confirmed", needsAttention: true });
  }
  const app = await openApp(page, world, shop.domain);
  await expect(app.getByText("1 order does not reach Hakuna as it is.")).toBeVisible();
  await expect(app.getByText(/2 orders that Hakuna has or will get/)).toBeVisible();
  await page.getByRole("link", { name: "Orders" }).click();
  const row = app.getByRole("row", { name: /#2/ });
  await expect(row).toContainText("Needs attention");
  await expect(row).not.toContainText("Confirmed");
  expect(await violations(page)).toEqual([]);
});

test("a canceled order says so on its page, and whose it is", async ({ page, world, shop }) => {
  const client = createClient(world);
  await client.connect(shop.domain);
  const bought = boughtOrder(shop.domain, 820_982_911_946_500_001n, [
    { id: 11n, title: "Frutta", isPlan: false },
    { id: 12n, title: "Warranty", isPlan: true },
  ]);
  await client.send([bought]);
  await client.quiet(shop.domain);
  const path = "/app/orders/820982911946500001";
  const app = await openApp(page, world, shop.domain, path);
  await expect(app.getByText(/Customer: Max Mustermann/)).toBeVisible();
  await expect(app.getByText("Canceled", { exact: true })).toHaveCount(0);
  await shop.setOrder("820982911946500001", { cancelledByHandAt: new Date().toISOString() });
  await page.reload();
  await expect(app.getByText("Canceled", { exact: true })).toBeVisible();
  await client.close();
});

test("a block that left the theme is noticed on any page, taken back, and told once", async ({
  page,
  world,
  shop,
}) => {
  await shop.set({ connection: "connected", guideDismissedAt: new Date() });
  world.admin.liveBlocks.add(shop.domain);
  world.admin.liveGuards.add(shop.domain);
  const app = await openApp(page, world, shop.domain);
  await expect(app.getByRole("heading", { name: "Overview" })).toBeVisible();
  const seen = () => shop.read("blockSeenAt");
  await expect.poll(seen).not.toBeNull();
  await expect(app.getByText("does not show plans anymore")).toHaveCount(0);

  world.admin.liveBlocks.delete(shop.domain);
  await openApp(page, world, shop.domain, "/app/settings");
  await expect.poll(seen).toBeNull();
  await openApp(page, world, shop.domain);
  await expect(app.getByText("Your theme does not show plans anymore")).toBeVisible();
  await expect(app.getByRole("link", { name: "Add the protection block" })).toBeVisible();
  expect(await violations(page)).toEqual([]);

  await app.getByRole("button", { name: "My theme already does this" }).click();
  await expect(app.getByText("does not show plans anymore")).toHaveCount(0);
});

test("where plans used to be sold and none is, the page says since when", async ({
  page,
  world,
  shop,
}) => {
  await shop.set({
    ...{ connection: "connected", guideDismissedAt: new Date(), lastAcceptedAt: new Date() },
    blockLookedAt: new Date(Date.now() - 3 * 86_400_000),
  });
  world.admin.liveBlocks.add(shop.domain);
  world.admin.liveGuards.add(shop.domain);
  for (const ago of [9, 10, 11, 12, 13]) {
    await shop.addDay(ago, { sent: 2, failed: 0, plans: 2 });
  }
  const app = await openApp(page, world, shop.domain);
  await expect(app.getByText("No plan was sold for 9 days")).toBeVisible();
  await expect(app.getByText("Your theme was last checked")).toBeVisible();
});

test("of several things that are wrong, the one that matters is said, one at a time", async ({
  page,
  world,
  shop,
}) => {
  const known = { guideDismissedAt: new Date(), missingAccess: "protected:name" };
  await shop.set({ ...known, connection: "connected" });
  await shop.addOrder({ id: "1", status: "blocked" });
  const app = await openApp(page, world, shop.domain);
  await expect(app.getByText("1 order needs your attention")).toBeVisible();
  await expect(app.getByText("does not show the app everything")).toHaveCount(0);
  await shop.set({ connection: "key_refused" });
  await page.reload();
  await expect(app.getByText("Hakuna does not accept the API key")).toBeVisible();
  await expect(app.getByText("needs your attention")).toHaveCount(0);
});

test("links that lead outside open elsewhere", async ({ page, world, shop }) => {
  const app = await openApp(page, world, shop.domain, "/app/help");
  const outside = app.locator('.help a[href^="https://"]');
  expect(await outside.count()).toBeGreaterThan(0);
  for (const link of await outside.all()) await expect(link).toHaveAttribute("target", "_blank");
});

test("support is a click away, outside the frame, also by e-mail", async ({
  page,
  world,
  shop,
}) => {
  const app = await openApp(page, world, shop.domain, "/app/help");
  await expect(app.getByText("support@app.example")).toBeVisible();
  const write = app.getByRole("link", { name: "Write to support" });
  await expect(write).toHaveAttribute("href", "mailto:support@app.example");
  await expect(write).toHaveAttribute("target", "_blank");
});

test("what Hakuna has is not sent again in front of all else, and what cannot be done says why", async ({
  page,
  world,
  shop,
}) => {
  const client = createClient(world);
  await client.connect(shop.domain);
  const id = 820_982_911_946_500_101n;
  await client.send([
    boughtOrder(shop.domain, id, [
      { id: 11n, title: "Frutta", isPlan: false },
      { id: 12n, title: "Warranty", isPlan: true },
    ]),
  ]);
  await client.quiet(shop.domain);
  await client.close();
  const app = await openApp(page, world, shop.domain, `/app/orders/${id}`);
  const resend = app.getByRole("button", { name: "Resend" });
  await expect(resend).toBeVisible();
  await expect(resend).not.toHaveClass(/variantPrimary/);
  await app.getByRole("button", { name: "Check processing status" }).hover({ force: true });
  await expect(app.getByText("Hakuna gave this order no request ID")).toBeVisible();
});

test("on a phone the settings' headings keep their distance from the edge", async ({
  page,
  world,
  shop,
}) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const app = await openApp(page, world, shop.domain, "/app/settings");
  const headings = await app.getByRole("heading", { level: 2 }).all();
  expect(headings.length).toBeGreaterThan(5);
  for (const heading of headings) {
    expect(
      (await heading.boundingBox())?.x,
      String(await heading.textContent()),
    ).toBeGreaterThanOrEqual(12);
  }
});
