import { liveOrder } from "#test/simulator/shopify/order-life.ts";
import { createClient } from "../server/client.ts";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";
import type { ShopData } from "./shop-data.ts";

/** One order in each status, and one that was sent with a warning. */
async function fill(shop: ShopData): Promise<void> {
  await shop.set({ connection: "connected", timeZone: "Europe/Berlin", factsReadAt: new Date() });
  const statuses = ["waiting", "pending", "sent", "confirmed", "blocked", "rejected", "skipped"];
  for (const [index, status] of statuses.entries()) {
    await shop.addOrder({
      id: String(index + 1),
      name: `#100${index + 1}`,
      status: status as "sent",
      placedAt: new Date(Date.UTC(2026, 10, index + 1, 12)),
      planUnits: status === "skipped" ? 0 : 1,
    });
  }
  await shop.addOrder({
    id: "8",
    name: "#1008",
    status: "sent",
    needsAttention: true,
    placedAt: new Date(Date.UTC(2026, 10, 8, 23, 30)),
    findingSeverity: "warning",
    findings: [
      { code: "discounted_plan", severity: "warning", lineItemIds: ["1"], titles: ["Schutz"] },
    ],
  });
}

test("tabs, with exact counts, hold the orders they name", async ({ page, world, shop }) => {
  await fill(shop);
  const app = await openApp(page, world, shop.domain, "/app/orders");
  const names = app.getByRole("row").locator("a");
  await expect(names).toHaveText([
    "#1008",
    "#1007",
    "#1006",
    "#1005",
    "#1004",
    "#1003",
    "#1002",
    "#1001",
  ]);
  for (const [tab, count, orders] of [
    ["Pending", 2, ["#1002", "#1001"]],
    ["Synced", 3, ["#1008", "#1004", "#1003"]],
    ["Needs attention", 3, ["#1008", "#1006", "#1005"]],
    ["Skipped", 1, ["#1007"]],
  ] as const) {
    const chosen = app.getByRole("tab").filter({ hasText: tab });
    await expect(chosen).toContainText(String(count));
    await chosen.click();
    await expect(names).toHaveText([...orders]);
  }
});

test("orders are found by name and id, and filtered; filters can be taken off", async ({
  page,
  world,
  shop,
}) => {
  await fill(shop);
  const app = await openApp(page, world, shop.domain, "/app/orders");
  const names = app.getByRole("row").locator("a");
  await app.getByRole("button", { name: /search and filter/i }).click();
  const search = app.getByPlaceholder("Search by order, ID or last name");
  await search.fill("1003");
  await expect(names).toHaveText(["#1003"]);
  await search.fill("7");
  await expect(names).toHaveText(["#1007"]);
  await search.fill("nothing like it");
  await expect(app.getByText("No orders found")).toBeVisible();
  await app.getByRole("button", { name: "Clear search and filters" }).click();
  await expect(names).toHaveCount(8);

  // half past eleven in the evening, UTC, is the next day in the shop's time zone
  await openApp(page, world, shop.domain, "/app/orders?from=2026-11-09&to=2026-11-09");
  await expect(names).toHaveText(["#1008"]);
  await openApp(page, world, shop.domain, "/app/orders?finding=discounted_plan");
  await expect(names).toHaveText(["#1008"]);
  await app.getByRole("button", { name: "Clear all" }).click();
  await expect(names).toHaveCount(8);
  await openApp(page, world, shop.domain, "/app/orders?plans=no&sort=oldest&view=nonsense");
  await expect(names).toHaveText(["#1007"]);
});

test("pages follow each other without losing or repeating an order", async ({
  page,
  world,
  shop,
}) => {
  for (let id = 1; id <= 60; id += 1) {
    await shop.addOrder({ id: String(id), name: `#${2000 + id}`, status: "confirmed" });
  }
  const app = await openApp(page, world, shop.domain, "/app/orders");
  const names = app.getByRole("row").locator("a");
  await expect(names).toHaveCount(50);
  const first = await names.allTextContents();
  await app.getByRole("button", { name: "Next" }).click();
  await expect(names).toHaveCount(10);
  const second = await names.allTextContents();
  expect(new Set([...first, ...second]).size).toBe(60);
  await app.getByRole("button", { name: "Previous" }).click();
  await expect(names).toHaveText(first);
});

test("chosen orders are sent again, and Hakuna receives them", async ({ page, world, shop }) => {
  const client = createClient(world);
  await client.connect(shop.domain);
  const lives = [0, 1, 3].map((seed) =>
    liveOrder({ shop: shop.domain, currency: "EUR", bigIds: true }, seed, Date.now() - 60_000),
  );
  await client.send(lives.flat());
  await client.quiet(shop.domain);
  const { rows } = await client.pool.query(
    `SELECT "id" FROM "Order" WHERE "shop" = $1 AND "status" IN ('sent', 'confirmed')`,
    [shop.domain],
  );
  const before = rows.map(({ id }) => world.hakuna.states(id).length);
  expect(rows.length).toBeGreaterThan(0);

  const app = await openApp(page, world, shop.domain, "/app/orders?view=synced");
  await expect(app.getByRole("row")).toHaveCount(rows.length + 1);
  await app.getByRole("row").first().getByRole("checkbox").check();
  await app.getByRole("button", { name: "Resend" }).click();
  await expect(page.getByRole("status")).toContainText(/sent again/);
  await expect
    .poll(() => rows.map(({ id }, index) => world.hakuna.states(id).length - (before[index] ?? 0)))
    .toEqual(rows.map(() => 1));
  await client.close();
});

test("the list, as it is filtered, is saved as a CSV file", async ({ page, world, shop }) => {
  await fill(shop);
  await shop.addOrder({
    id: "9",
    name: '=cmd("x")',
    status: "blocked",
    planTotal: 4990,
    currency: "EUR",
    planUnits: 2,
  });
  const app = await openApp(page, world, shop.domain, "/app/orders?view=attention");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    app.getByRole("button", { name: "Export" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("orders.csv");
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  const lines = Buffer.concat(chunks).toString().replace("\uFEFF", "").trim().split("\r\n");
  expect(lines).toHaveLength(5);
  expect(lines[0]).toBe(
    `"Shopify ID","Order","Date","Customer","Plan units","Plans total","Currency","Status","Needs attention","Refund until","Note"`,
  );
  expect(lines.find((line) => line.startsWith(`"9",`))).toContain(
    `"'=cmd(""x"")","Nov 20, 2026, 11:00 AM","","2","49.90","EUR","Blocked","yes","",`,
  );
});

test("in German the file is what a German spreadsheet opens: semicolons, decimal commas, times as in the list", async ({
  page,
  world,
  shop,
}) => {
  await shop.set({ connection: "connected", timeZone: "Europe/Berlin", factsReadAt: new Date() });
  const known = { planTotal: 4990, currency: "EUR", planUnits: 2, needsAttention: true };
  await shop.addOrder({
    ...{ id: "9", name: "#1009", status: "sent", ...known },
    placedAt: new Date("2026-11-20T11:00:00Z"),
  });
  const app = await openApp(page, world, shop.domain, "/app/orders?locale=de");
  await expect(app.getByRole("row", { name: /#1009/ })).toContainText("20.11.2026, 12:00");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    app.getByRole("button", { name: "Exportieren" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("bestellungen.csv");
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  // the mark by which spreadsheets know UTF-8
  expect(text.startsWith("\uFEFF")).toBe(true);
  const [header, line] = text.slice(1).split("\r\n");
  expect(header?.split(";")).toEqual(
    [
      ...["Shopify-ID", "Bestellung", "Datum", "Kunde", "Anzahl Schutzpläne"],
      ...["Summe Schutzpläne", "Währung", "Status", "Zu prüfen", "Erstatten bis", "Hinweis"],
    ].map((name) => `"${name}"`),
  );
  expect(line?.split(";").slice(1, 10)).toEqual(
    ["#1009", "20.11.2026, 12:00", "", "2", "49,90", "EUR", "Übertragen", "ja", ""].map(
      (cell) => `"${cell}"`,
    ),
  );
});

test("an empty list explains itself", async ({ page, world, shop }) => {
  const app = await openApp(page, world, shop.domain, "/app/orders");
  await expect(app.getByText("No orders yet")).toBeVisible();
  await shop.addOrder({ id: "1", status: "confirmed" });
  await openApp(page, world, shop.domain, "/app/orders?view=attention");
  await expect(app.getByText("Nothing needs your attention")).toBeVisible();
});
