import { createClient } from "../server/client.ts";
import { violations } from "./accessibility.ts";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";

test("a new merchant is led to the settings, and each step is checked by the app", async ({
  page,
  world,
  shop,
}) => {
  const app = await openApp(page, world, shop.domain);
  await expect(app.getByText("0 of 5 steps done")).toBeVisible();
  await expect(app.getByRole("link", { name: "Enter the API key" })).toBeVisible();

  world.admin.liveBlocks.add(shop.domain);
  await page.reload();
  await app.getByRole("button", { name: "Add plans to your theme" }).click();
  await expect(app.getByText("The protection block is live")).toBeVisible();
  await expect(app.getByText("0 of 5 steps done")).toBeVisible();
  world.admin.liveGuards.add(shop.domain);
  await page.reload();
  await expect(app.getByText("1 of 5 steps done")).toBeVisible();

  await shop.set({ connection: "connected" });
  await page.reload();
  await expect(app.getByText("2 of 5 steps done")).toBeVisible();
  await app.getByRole("button", { name: "Test connection" }).click();
  await expect(page.getByRole("status")).toContainText("There is no API key yet");

  await shop.set({ testedAt: new Date(), lastAcceptedAt: new Date() });
  await page.reload();
  await expect(app.getByText("4 of 5 steps done")).toBeVisible();
  await expect(app.getByRole("link", { name: "Choose products" })).toBeVisible();
  await shop.addPlanOffer();
  await page.reload();
  await expect(app.getByText("5 of 5 steps done")).toBeVisible();
  await app.getByRole("button", { name: "Hide the setup guide" }).click();
  await expect(app.getByText("Set up Hakuna Order Sync")).toHaveCount(0);
  await page.reload();
  await expect(app.getByText("Everything is in sync")).toBeVisible();
});

test("the guide is closed before all of it is done, and stays closed", async ({
  page,
  world,
  shop,
}) => {
  const app = await openApp(page, world, shop.domain);
  await expect(app.getByText("0 of 5 steps done")).toBeVisible();
  await app.getByRole("button", { name: "Hide the setup guide" }).click();
  await expect(app.getByText("This shop is not connected to Hakuna")).toBeVisible();
  await openApp(page, world, shop.domain);
  await expect(app.getByText("This shop is not connected to Hakuna")).toBeVisible();
  await expect(app.getByText("0 of 5 steps done")).toHaveCount(0);
});

test("a page that is being read bears its own name, in German too", async ({
  page,
  world,
  shop,
}) => {
  const app = await openApp(page, world, shop.domain, "/app?locale=de");
  const read = Promise.withResolvers<void>();
  await page.route("**/app/*.data*", async (route) => {
    await read.promise;
    await route.continue();
  });
  for (const name of ["Bestellungen", "Schutzpläne", "Auswertung", "Einstellungen", "Hilfe"]) {
    await page.getByRole("link", { name }).click();
    await expect(app.getByRole("heading", { level: 1 })).toHaveText(name);
    await expect(app.locator(".Polaris-SkeletonBodyText").first()).toBeVisible();
  }
  read.resolve();
  await expect(app.locator(".Polaris-SkeletonBodyText").first()).toBeHidden();
  await page.unrouteAll({ behavior: "wait" });
});

test("a theme that links plans by itself ends that step by hand", async ({ page, world, shop }) => {
  const app = await openApp(page, world, shop.domain);
  await app.getByRole("button", { name: "Add plans to your theme" }).click();
  const editor = `https://${shop.domain}/admin/themes/current/editor?template=product&`;
  await expect(app.getByRole("link", { name: "Add the protection block" })).toHaveAttribute(
    "href",
    `${editor}addAppBlockId=${world.apiKey}%2Fprotection&target=mainSection`,
  );
  await expect(app.getByRole("link", { name: "Turn on the cart guard" })).toHaveAttribute(
    "href",
    `${editor}context=apps&activateAppId=${world.apiKey}%2Fcart-guard`,
  );
  await app.getByRole("button", { name: "My theme already does this" }).click();
  await expect(app.getByText("1 of 5 steps done")).toBeVisible();
});

test("the figures are exact, and each leads to its orders", async ({ page, world, shop }) => {
  await shop.set({ connection: "connected", guideDismissedAt: new Date() });
  await shop.addOrder({ id: "1", status: "sent" });
  await shop.addOrder({ id: "2", status: "confirmed" });
  await shop.addOrder({ id: "3", status: "pending" });
  await shop.addOrder({ id: "4", name: "#BAD", status: "blocked" });
  await shop.addDay(0, { sent: 2, failed: 1, plans: 7 });
  await shop.addDay(40, { sent: 9, failed: 0, plans: 100 });
  const app = await openApp(page, world, shop.domain);
  const figure = (name: string) => app.getByRole("heading", { name, exact: true }).locator("..");
  await expect(figure("Synced")).toContainText("2");
  await expect(figure("Pending")).toContainText("1");
  await expect(figure("Need attention")).toContainText("1");
  await expect(figure("Plans sold, 30 days")).toContainText("7");
  await expect(app.getByText("1 order needs your attention")).toBeVisible();

  await app.getByRole("link", { name: "Need attention" }).click();
  await expect(app.getByRole("row", { name: /#BAD/ })).toBeVisible();
  await expect(app.getByRole("row")).toHaveCount(2);
});

test("the chart is a table too", async ({ page, world, shop }) => {
  await shop.set({ connection: "connected", guideDismissedAt: new Date() });
  await shop.addDay(0, { sent: 1234, failed: 5, plans: 0 });
  const app = await openApp(page, world, shop.domain);
  await expect(
    app.getByRole("img", { name: /last 30 days: 1,234 synced, 5 failed/ }),
  ).toBeVisible();
  await app.getByRole("button", { name: "Show as table" }).click();
  await expect(app.getByRole("row")).toHaveCount(31);
  await expect(app.getByRole("row").nth(1)).toContainText("1,234");
});

for (const [state, title, button] of [
  ["key_refused", "Hakuna does not accept the API key", "Enter a new key"],
  ["wrong_address", "There is no order feed at Hakuna's address", "Check settings"],
  ["feed_refuses", "Hakuna refuses every order", "Check settings"],
] as const) {
  test(`a broken connection is the one thing said, with its remedy: ${state}`, async ({
    page,
    world,
    shop,
  }) => {
    await shop.set({ connection: state, connectionReason: "the feed's own words" });
    await shop.addOrder({ id: "1", status: "blocked" });
    const app = await openApp(page, world, shop.domain);
    await expect(app.getByText(title)).toBeVisible();
    await expect(app.getByText("the feed's own words")).toBeVisible();
    await expect(app.getByText("needs your attention")).toHaveCount(0);
    await app.getByRole("link", { name: button }).click();
    await expect(app.getByRole("heading", { name: "Settings" })).toBeVisible();
  });
}

test("while Hakuna cannot be reached, the page says since when and what follows", async ({
  page,
  world,
  shop,
}) => {
  await shop.set({
    connection: "connected",
    backoffSince: new Date(Date.now() - 3 * 3_600_000),
    backoffUntil: new Date(Date.now() + 600_000),
    backoffReason: "503 Service Unavailable",
  });
  const app = await openApp(page, world, shop.domain);
  await expect(app.getByText("Hakuna cannot be reached")).toBeVisible();
  await expect(app.getByText("3 hours ago")).toBeVisible();
  await expect(app.getByText("in 9 minutes")).toBeVisible();
  await expect(app.getByText("503 Service Unavailable")).toBeVisible();
});

test("while the app cannot read from Shopify, nothing says that all is well", async ({
  page,
  world,
  shop,
}) => {
  await shop.set({
    ...{ connection: "connected", guideDismissedAt: new Date(), lastAcceptedAt: new Date() },
  });
  const client = createClient(world);
  const pause = (reason: string | null) =>
    client.pool.query(
      `INSERT INTO "OrderScan" ("shop", "kind", "pausedReason", "pausedSince")
       VALUES ($1, 'reconciliation', $2, now())
       ON CONFLICT ("shop", "kind") DO UPDATE SET "pausedReason" = $2`,
      [shop.domain, reason],
    );
  await pause("unavailable");
  const app = await openApp(page, world, shop.domain);
  await expect(app.getByText("Shopify does not answer")).toBeVisible();
  await expect(app.getByText("Everything is in sync")).toHaveCount(0);
  await expect(app.getByText("takes place in a few minutes")).toHaveCount(0);
  expect(await violations(page)).toEqual([]);
  await pause(null);
  await openApp(page, world, shop.domain);
  await expect(app.getByText("Everything is in sync")).toBeVisible();

  await client.pool.query(
    `INSERT INTO "InboxWebhook" ("shop", "webhookId", "topic", "triggeredAt", "quarantinedAt", "attempts")
     VALUES ($1, 'unreadable', 'orders/updated', now(), now(), 3)`,
    [shop.domain],
  );
  await client.close();
  await openApp(page, world, shop.domain);
  await expect(app.getByText("1 message from Shopify could not be read")).toBeVisible();
  await expect(app.getByText("It was set aside.")).toBeVisible();
  await app.getByRole("link", { name: "Contact support" }).click();
  await expect(app.getByRole("heading", { name: "Help", level: 1 })).toBeVisible();
});

test("another shop's orders never show", async ({ page, world, shop }) => {
  await shop.set({ connection: "key_refused", connectionReason: "not for others" });
  await shop.addOrder({ id: "1", name: "#SECRET1", status: "blocked" });
  const app = await openApp(page, world, `other-of-${shop.domain}`);
  await expect(app.getByText("Set up Hakuna Order Sync")).toBeVisible();
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
  for (const path of ["/app", "/app/orders", "/app/orders/1"]) {
    const app = await openApp(page, world, shop.domain, path);
    await expect(app.getByText(evil).first()).toBeVisible();
    await expect(app.locator("img[src=x]")).toHaveCount(0);
  }
  expect(alerted).toBe(false);
});

test("the page follows along while something is pending", async ({ page, world, shop }) => {
  await shop.set({ connection: "connected" });
  await shop.addOrder({ id: "1", name: "#1001", status: "pending" });
  const app = await openApp(page, world, shop.domain);
  await expect(app.getByText("Pending").last()).toBeVisible();
  await shop.setOrder("1", { status: "confirmed" });
  await expect(app.getByText("Confirmed")).toBeVisible();
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

test("in German, every page speaks German, with German dates and money", async ({
  page,
  world,
  shop,
}) => {
  await shop.set({ connection: "connected", timeZone: "Europe/Berlin", factsReadAt: new Date() });
  await shop.addOrder({
    id: "1",
    name: "#1001",
    status: "sent",
    needsAttention: true,
    placedAt: new Date("2026-11-20T23:30:00Z"),
    planTotal: 123450,
    currency: "EUR",
    findings: [
      {
        code: "discounted_plan",
        severity: "warning",
        lineItemIds: ["2"],
        titles: ["Schutz"],
        message: "",
      },
    ],
    findingSeverity: "warning",
  });
  const app = await openApp(page, world, shop.domain, "/app?locale=de");
  await expect(app.getByText("1 Bestellung braucht deine Aufmerksamkeit")).toBeVisible();
  await page.getByRole("link", { name: "Bestellungen" }).click();
  const row = app.getByRole("row", { name: /#1001/ });
  await expect(row).toContainText("21.11.2026, 00:30");
  await expect(row).toContainText("1.234,50 €");
  await expect(row).toContainText("„Schutz“ wurde mit Rabatt verkauft");
  await page.getByRole("link", { name: "Einstellungen" }).click();
  await expect(app.getByText("Verbindung zu Hakuna")).toBeVisible();
  await page.getByRole("link", { name: "Hilfe" }).click();
  await expect(
    app.getByRole("heading", { name: "Wie Produkte und Schutzpläne zusammenfinden" }),
  ).toBeVisible();
});

test("an address that leads nowhere says so, inside the admin and outside", async ({
  page,
  world,
  shop,
}) => {
  const app = await openApp(page, world, shop.domain, "/app/nowhere");
  await expect(app.getByRole("heading", { name: "Page not found" })).toBeVisible();
  await app.getByRole("link", { name: "Go to the overview" }).click();
  await expect(app.getByRole("heading", { name: "Overview" })).toBeVisible();

  const answer = await page.goto(`${world.appUrl}/nowhere`);
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
  await page.goto(world.appUrl);
  await expect(page.getByText("open it from the Apps list in Shopify")).toBeVisible();
});
