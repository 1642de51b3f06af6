import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";

test("before the shop is connected, the page says how it gets connected", async ({
  page,
  world,
  shop,
}) => {
  const app = await openApp(page, world, shop.domain);
  await expect(app.getByText("This shop is not connected to Hakuna yet")).toBeVisible();
  await expect(app.getByText(`ops -- connect ${shop.domain}`)).toBeVisible();
  await expect(app.getByText("No orders yet")).toBeVisible();
});

test("orders are listed with their status and what to do", async ({ page, world, shop }) => {
  await shop.set({ connection: "connected", environment: "production" });
  await shop.addOrder({
    id: "1",
    name: "#1001",
    status: "blocked",
    placedAt: new Date("2026-11-20T10:00:00Z"),
    findings: [
      { code: "pair_suggested", severity: "info", lineItemIds: [], titles: ["a"] },
      { code: "no_country", severity: "error", lineItemIds: [], titles: [] },
    ],
  });
  await shop.addOrder({
    id: "2",
    name: "#1002",
    status: "confirmed",
    planUnits: 3,
    placedAt: new Date("2026-11-21T10:00:00Z"),
  });
  await shop.addOrder({
    id: "3",
    name: null,
    status: "waiting",
    reasonCode: "parts_first",
    placedAt: new Date(),
  });
  await shop.addOrder({
    id: "4",
    name: "#1004",
    status: "rejected",
    statusReason: "Unsupported region",
    placedAt: new Date("2026-11-19T10:00:00Z"),
  });

  const app = await openApp(page, world, shop.domain);

  await expect(app.getByText("Connected", { exact: true })).toBeVisible();
  await expect(app.getByText("Production", { exact: true })).toBeVisible();
  const rows = app.getByRole("row");
  await expect(rows).toHaveCount(5);
  await expect(rows.nth(1)).toContainText("Order 3");
  await expect(rows.nth(1)).toContainText("Waiting");
  await expect(rows.nth(1)).toContainText("came before its order");
  await expect(rows.nth(2)).toContainText(/#1002.*Nov 21, 2026, 11:00.*Confirmed.*3/);
  await expect(rows.nth(3)).toContainText(/#1001.*Blocked.*Add the country/);
  await expect(rows.nth(4)).toContainText(/#1004.*Rejected.*Unsupported region/);
  await expect(app.getByText("Needs attention").locator("..")).toContainText("2");
  await expect(app.getByText("At Hakuna", { exact: true }).locator("..")).toContainText("1");
});

test("orders that need attention stay in sight when newer ones push them down", async ({
  page,
  world,
  shop,
}) => {
  await shop.set({ connection: "connected" });
  await shop.addOrder({
    id: "900",
    name: "#OLD",
    status: "rejected",
    placedAt: new Date("2026-01-01T10:00:00Z"),
  });
  for (let id = 1; id <= 26; id++) {
    await shop.addOrder({ id: String(id), name: `#${2000 + id}`, status: "confirmed" });
  }
  const app = await openApp(page, world, shop.domain);
  await expect(
    app.getByRole("heading", { name: "Older orders that need attention" }),
  ).toBeVisible();
  await expect(app.getByText("#OLD")).toBeVisible();
  await expect(app.getByRole("row", { name: /#20\d\d/ })).toHaveCount(25);
});

for (const [state, title] of [
  ["key_refused", "Hakuna does not accept the API key"],
  ["wrong_address", "There is no order feed at Hakuna's address"],
  ["feed_refuses", "Hakuna refuses every order"],
] as const) {
  test(`a broken connection is said at the top: ${state}`, async ({ page, world, shop }) => {
    await shop.set({ connection: state, connectionReason: "the feed's own words" });
    await shop.addOrder({ id: "1", status: "pending" });
    const app = await openApp(page, world, shop.domain);
    await expect(app.getByText(title)).toBeVisible();
    await expect(app.getByText("the feed's own words")).toBeVisible();
    await expect(app.getByText("1 order is on the way to Hakuna")).toBeVisible();
    await expect(app.getByText("Paused", { exact: true })).toBeVisible();
    await expect(app.getByText("Sent once the connection to Hakuna works again.")).toBeVisible();
  });
}

test("while Hakuna cannot be reached, the page says when it is tried again", async ({
  page,
  world,
  shop,
}) => {
  await shop.set({
    connection: "connected",
    backoffUntil: new Date("2026-11-24T12:30:00Z"),
    backoffReason: "503 Service Unavailable",
  });
  const app = await openApp(page, world, shop.domain);
  await expect(app.getByText("Hakuna cannot be reached at the moment")).toBeVisible();
  await expect(app.getByText("Nov 24, 2026, 1:30 PM")).toBeVisible();
  await expect(app.getByText("503 Service Unavailable")).toBeVisible();
});

test("another shop's orders never show", async ({ page, world, shop }) => {
  await shop.set({ connection: "key_refused", connectionReason: "not for others" });
  await shop.addOrder({ id: "1", name: "#SECRET1", status: "blocked" });
  const app = await openApp(page, world, `other-of-${shop.domain}`);
  await expect(app.getByText("This shop is not connected to Hakuna yet")).toBeVisible();
  await expect(app.getByText("SECRET1")).toHaveCount(0);
  await expect(app.getByText("not for others")).toHaveCount(0);
});

test("names from outside are text, never markup", async ({ page, world, shop }) => {
  const evil = "<img src=x onerror=alert(1)>";
  let alerted = false;
  page.on("dialog", async (dialog) => {
    alerted = true;
    await dialog.dismiss();
  });
  await shop.set({ connection: "key_refused", connectionReason: evil });
  await shop.addOrder({
    id: "1",
    name: evil,
    status: "rejected",
    statusReason: `${evil}</script>`,
  });
  const app = await openApp(page, world, shop.domain);
  await expect(app.getByText(evil)).toHaveCount(3);
  await expect(app.locator("img[src=x]")).toHaveCount(0);
  expect(alerted).toBe(false);
});

test("the page follows along while something is pending", async ({ page, world, shop }) => {
  await shop.set({ connection: "connected" });
  await shop.addOrder({ id: "1", name: "#1001", status: "pending" });
  const app = await openApp(page, world, shop.domain);
  await expect(app.getByRole("row", { name: /#1001/ })).toContainText("On its way to Hakuna.");
  await shop.setOrder("1", { status: "sent" });
  await expect(app.getByRole("row", { name: /#1001/ })).toContainText("Synced");
});

test("a failure is told in the page, and trying again helps", async ({ page, world, shop }) => {
  await shop.addOrder({ id: "1", name: "#1001", status: "sent" });
  await shop.setOrder("1", { findings: "null" });
  const app = await openApp(page, world, shop.domain);
  await expect(app.getByRole("heading", { name: "This page could not be loaded" })).toBeVisible();
  await shop.setOrder("1", { findings: "[]" });
  await app.getByRole("button", { name: "Try again" }).click();
  await expect(app.getByText("#1001")).toBeVisible();
});

test("an address that leads nowhere says so, inside the admin and outside", async ({
  page,
  world,
  shop,
}) => {
  const app = await openApp(page, world, shop.domain, "/app/nowhere");
  await expect(app.getByRole("heading", { name: "There is no such page" })).toBeVisible();
  await app.getByRole("link", { name: "Go to the overview" }).click();
  await expect(app.getByRole("heading", { name: "Order sync" })).toBeVisible();

  const answer = await page.goto(`${world.appUrl}/nowhere`);
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("heading", { name: "There is no such page" })).toBeVisible();
  await page.goto(world.appUrl);
  await expect(page.getByText("open it from the Apps list in Shopify")).toBeVisible();
});
