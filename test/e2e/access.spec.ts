import { createClient } from "../server/client.ts";
import type { World } from "../world/world.ts";
import { overflow, violations } from "./accessibility.ts";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";
import type { ShopData } from "./shop-data.ts";

/** Every kind of content that the home page knows. */
async function fill(world: World, shop: ShopData): Promise<void> {
  const { catalog } = world.shopify.shop(shop.domain);
  for (let index = 0; index < 25; index += 1) {
    const variants = [{ price: "10.00" }, { price: "20000.00" }];
    catalog.add({ title: `${"LONG".repeat(index + 1)} bike`, vendor: "x".repeat(60), variants });
  }
  await shop.addPlanJob([
    { kind: "failed", code: "no_offer", words: "not_in_this_region_".repeat(10) },
    { kind: "linked", plans: ["1 year", "x".repeat(100)] },
  ]);
  await shop.set({ connection: "feed_refuses", connectionReason: "no_space_in_this_".repeat(20) });
  const states = ["waiting", "pending", "sent", "confirmed", "blocked", "rejected", "skipped"];
  for (const [index, status] of states.entries()) {
    await shop.addOrder({
      id: `82098291194615450${index}`,
      name: status === "waiting" ? null : `#${"LONG".repeat(8)}${index}`,
      status: status as "sent",
      placedAt: new Date("2026-11-20T10:00:00Z"),
      ...(status === "rejected" && { statusReason: "not_in_this_region_".repeat(10) }),
      findings:
        status === "sent"
          ? [
              {
                code: "discounted_plan",
                severity: "warning",
                lineItemIds: ["1"],
                titles: ["x".repeat(200)],
              },
            ]
          : [],
    });
  }
}

const paths = [
  "/app",
  "/app/orders",
  "/app/orders/820982911946154503",
  "/app/plans",
  "/app/analytics",
  "/app/settings",
  "/app/help",
];

for (const width of [1280, 390]) {
  test(`every page can be used by everybody and is no wider than the screen, ${width} px`, async ({
    page,
    world,
    shop,
  }) => {
    await page.setViewportSize({ width, height: 844 });
    await openApp(page, world, shop.domain);
    expect(await violations(page)).toEqual([]);
    await fill(world, shop);
    for (const path of paths) {
      await openApp(page, world, shop.domain, path);
      expect(await violations(page), path).toEqual([]);
      expect(await overflow(page), path).toEqual([]);
      // a tablet's screen lies between
      await page.setViewportSize({ width: 768, height: 844 });
      await expect.poll(() => overflow(page), { message: path }).toEqual([]);
      await page.setViewportSize({ width, height: 844 });
    }
  });
}

/** What can be amiss with a shop, or under way, and a word by which the page is known to say so. */
const states = [
  [{ connection: "none" }, "/app", "Verbinden"],
  [{ connection: "key_refused", connectionReason: "no" }, "/app", "Hakuna nimmt den API-Schlüssel"],
  [{ connection: "wrong_address" }, "/app", "Order Feed"],
  [{ connection: "feed_refuses" }, "/app", "Hakuna lehnt jede Bestellung ab"],
  [{ connection: "connected", paused: true }, "/app", "angehalten"],
  [{ connection: "connected", paused: true }, "/app/settings", "Übertragung"],
  [
    {
      ...{ connection: "connected", paused: false, backoffReason: "503" },
      ...{ backoffSince: new Date(0), backoffUntil: new Date("2100-01-01") },
    },
    "/app",
    "nicht erreichbar",
  ],
  [
    {
      backoffSince: null,
      backoffUntil: null,
      backoffReason: null,
      missingAccess: "protected:name",
    },
    "/app",
    "zeigt der App nicht alles",
  ],
] as const;

for (const width of [1280, 390]) {
  test(`nor does anything that can be amiss keep somebody from a page, ${width} px`, async ({
    page,
    world,
    shop,
  }) => {
    await page.setViewportSize({ width, height: 844 });
    const isWell = async (of: string) => {
      expect(await violations(page), of).toEqual([]);
      expect(await overflow(page), of).toEqual([]);
    };
    await shop.set({ guideDismissedAt: new Date() });
    for (const [columns, path, words] of states) {
      await shop.set(columns);
      const app = await openApp(page, world, shop.domain, `${path}?locale=de`);
      await expect(app.getByText(words).first()).toBeVisible();
      await isWell(words);
    }
    await shop.set({ missingAccess: null });
    const client = createClient(world);
    await client.pool.query(
      `INSERT INTO "InboxWebhook" ("shop", "webhookId", "topic", "triggeredAt", "quarantinedAt", "attempts")
       VALUES ($1, 'unreadable', 'orders/updated', now(), now(), 3)`,
      [shop.domain],
    );
    await client.pool.query(
      `INSERT INTO "OrderScan" ("shop", "kind", "running", "startedAt", "read", "found", "total")
       VALUES ($1, 'import', true, now(), 12, 3, 40)`,
      [shop.domain],
    );
    await client.close();
    const app = await openApp(page, world, shop.domain, "/app?locale=de");
    await expect(app.getByText("beiseitegelegt").first()).toBeVisible();
    await isWell("unreadable");
    await openApp(page, world, shop.domain, "/app/settings?locale=de");
    await expect(app.getByRole("progressbar").first()).toBeVisible();
    await isWell("import");
  });
}
