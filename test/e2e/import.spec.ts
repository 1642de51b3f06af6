import { createClient } from "../server/client.ts";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";

const dayMs = 86_400_000;

test("past orders are imported with a progress bar, ended by hand and begun again", async ({
  page,
  world,
  shop,
}) => {
  const client = createClient(world);
  const simulated = world.shopify.shop(shop.domain);
  simulated.live({ count: 60, firstSeed: 700_000, startedAt: Date.now() - 20 * dayMs });
  // the first page is read, the next one not before the import is cancelled
  const cancelled = Promise.withResolvers<void>();
  simulated.faults.plan({ kind: "slow", ms: 0 }, { of: "OrdersToSync" });
  simulated.faults.plan({ kind: "held", until: cancelled.promise }, { of: "OrdersToSync" });
  const app = await openApp(page, world, shop.domain, "/app/settings");
  await client.connect(shop.domain);
  await expect(app.getByText("Orders of the last 60 days.")).toBeVisible();
  await app.getByRole("button", { name: "Import past orders" }).click();
  await expect(page.getByRole("status")).toContainText("The import has begun");
  await expect(app.getByText(/^\d+ of 60 orders read, \d+ for Hakuna$/)).toBeVisible();
  await expect(app.getByRole("progressbar")).toBeVisible();
  await app.getByRole("button", { name: "Cancel import" }).click();
  await expect(app.getByText(/^Canceled: \d+ orders? read/)).toBeVisible();
  await expect(app.getByRole("progressbar")).toHaveCount(0);
  cancelled.resolve();

  await app.getByRole("button", { name: "Import again" }).click();
  await expect(app.getByText(/^Imported: 6\d orders read, [1-5]\d for Hakuna$/)).toBeVisible();
  await client.quiet(shop.domain);
  await page.getByRole("link", { name: "Orders" }).click();
  await expect(app.getByRole("row").nth(1)).toContainText("Synced");
  await client.close();
});

test("the home page tells what the reconciliation mended, and what holds it up", async ({
  page,
  world,
  shop,
}) => {
  const client = createClient(world);
  // what day it is depends on it, also before Shopify has been asked
  await shop.set({
    ...{ connection: "connected", guideDismissedAt: new Date(), timeZone: "Europe/Berlin" },
  });
  const since = new Date(Date.now() - 5 * 60_000);
  const dueAt = new Date(Date.now() + dayMs);
  await client.pool.query(
    `INSERT INTO "OrderScan" ("shop", "kind", "finishedAt", "dueAt") VALUES ($1, 'reconciliation', $2, $3)`,
    [shop.domain, since, dueAt],
  );
  const app = await openApp(page, world, shop.domain);
  await expect(
    app.getByText("Checked against Shopify 5 minutes ago: nothing missing"),
  ).toBeVisible();
  await client.pool.query(
    `INSERT INTO "ShopDay" ("shop", "day", "recovered")
     VALUES ($1, (now() AT TIME ZONE 'Europe/Berlin')::date, 3)`,
    [shop.domain],
  );
  await page.reload();
  await expect(app.getByText("3 missing orders fetched from Shopify today")).toBeVisible();
  await expect(app.getByText("Last checked against Shopify: 5 minutes ago")).toBeVisible();
  await client.pool.query(
    `UPDATE "OrderScan" SET "pausedReason" = 'unavailable', "pausedSince" = $2,
            "pausedWords" = 'It answered with HTTP status 503.' WHERE "shop" = $1`,
    [shop.domain, since],
  );
  await page.reload();
  await expect(
    app.getByText("Checking against Shopify is delayed: Shopify does not answer"),
  ).toBeVisible();
  await expect(app.getByText("It answered with HTTP status 503.")).toBeVisible();
  await client.close();
});
