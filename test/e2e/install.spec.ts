import { randomUUID } from "node:crypto";
import { boughtOrder, planIds } from "#test/simulator/shopify/bought-order.ts";
import { createClient } from "../server/client.ts";
import { uninstalledWebhook } from "../simulator/shopify/shop-payloads.ts";
import { sendWebhook } from "../simulator/shopify/webhook.ts";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";

test("install, first visit, settings, uninstall, reinstall", async ({ page, world, shop }) => {
  const { domain } = shop;
  const client = createClient(world);
  const given = () => world.admin.given.filter((token) => token.shop === domain);
  const row = async () => {
    const { rows } = await client.pool.query(
      `SELECT s.*, (SELECT count(*)::int FROM "Session" WHERE "shop" = s."domain") AS sessions
         FROM "Shop" s WHERE s."domain" = $1`,
      [domain],
    );
    return rows[0];
  };
  const connect = async ({ isAgain }: { isAgain: boolean }) => {
    const key = `sk_test_${randomUUID()}`;
    world.hakuna.apiKeys.sandbox.push(key);
    await app.getByLabel("API key").fill(key);
    await page.getByRole("button", { name: "Save" }).click();
    if (isAgain) await app.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await expect(app.getByText(`A key ending in ${key.slice(-4)} is stored`)).toBeVisible();
  };
  const buy = async (id: bigint) => {
    const ref = [{ name: "_hakuna_ref", value: String(id) }];
    const lines = [
      { id: id + 1n, title: "Frutta Banana", isPlan: false, properties: ref },
      { id: id + 2n, title: "Warranty", isPlan: true, properties: [...ref, ...planIds] },
    ];
    await client.send([boughtOrder(domain, id, lines)]);
    await expect.poll(() => world.hakuna.states(String(id)).length).toBe(1);
  };

  // Shopify installs the app by itself; the first visit exchanges a token
  const app = await openApp(page, world, domain);
  await expect(app.getByText("0 of 5 steps done")).toBeVisible();
  expect(given()).toHaveLength(1);
  expect(await row()).toMatchObject({ sessions: 1, connection: "none" });
  await app.getByRole("link", { name: "Enter the API key" }).click();
  await app.getByLabel("Country of the shop").selectOption("at");
  await connect({ isAgain: false });
  await buy(820_982_911_946_700_000n);

  const at = Date.now();
  world.shopify.uninstall(domain);
  const uninstalled = uninstalledWebhook(domain, at);
  const door = "/webhooks/app/uninstalled";
  expect(await sendWebhook(world.appUrl, uninstalled, world.apiSecret, door)).toBe(200);
  expect(await row()).toMatchObject({ sessions: 0, connection: "none", apiKeySealed: null });

  // a session token of the same second could be from before
  await expect.poll(() => Math.floor(Date.now() / 1000) * 1000 > at).toBe(true);
  await openApp(page, world, domain, "/app/settings");
  expect(given()).toHaveLength(2);
  await expect(app.getByLabel("Country of the shop")).toHaveValue("at");
  await expect(app.getByText("You find it in your Hakuna account.")).toBeVisible();
  expect(await row()).toMatchObject({ sessions: 1, uninstalledAt: null });
  // the key may be another account's: what is to become of the order that Hakuna has?
  await connect({ isAgain: true });
  await buy(820_982_911_946_800_000n);
  await client.close();
});
