import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { build } from "vite";
import { boughtOrder, planIds } from "#test/simulator/shopify/bought-order.ts";
import { createClient } from "../server/client.ts";
import { mintSessionToken } from "../simulator/admin/session-token.ts";
import type { World } from "../world/world.ts";
import { expect, test } from "./fixtures.ts";

const folder = new URL("../../extensions/order-status/", import.meta.url);
/** where Shopify runs the block */
const origin = "https://extensions.shopifycdn.com";

/** The block's code as Shopify's command line would bundle it. */
async function bundle(): Promise<string> {
  const configFile = new URL("vite.config.ts", folder).pathname;
  const built = await build({ configFile, logLevel: "warn", build: { write: false } });
  const [{ output }] = built as unknown as [{ output: [{ code: string }] }];
  return output[0].code;
}

/**
 * Runs the block at Shopify's origin with what its host gives it: the order that is open, its words,
 * and a `fetch` that completes the address and adds a session token. Its elements have no looks.
 */
async function openBlock(page: Page, world: World, shop: string, order: string): Promise<void> {
  const texts = readFileSync(new URL("locales/en.default.json", folder), "utf8");
  const token = mintSessionToken({ ...world, shop }, Date.now());
  const host = `
    const texts = ${texts};
    const asked = globalThis.fetch;
    globalThis.fetch = (path, init) =>
      asked("${world.appUrl}" + path, { ...init, headers: { Authorization: "Bearer ${token}" } });
    globalThis.shopify = {
      data: { selected: [{ id: "gid://shopify/Order/${order}" }] },
      i18n: {
        translate: (key, values = {}) => texts[key].replace(/{{(\\w+)}}/g, (_, name) => values[name]),
        formatDate: (date) => date.toISOString(),
      },
    };
    const { default: block } = await import("/block.js");
    await block();`;
  const code = await bundle();
  await page.context().grantPermissions(["local-network-access"], { origin });
  await page.route(`${origin}/**`, (route) =>
    route.request().url().endsWith("/block.js")
      ? route.fulfill({ contentType: "text/javascript", body: code })
      : route.fulfill({
          contentType: "text/html",
          body: `<!doctype html><body></body><script type="module">${host}</script>`,
        }),
  );
  await page.goto(`${origin}/`);
}

test("the block on Shopify's order page shows an order's status and has it sent again", async ({
  page,
  world,
  shop,
}) => {
  const client = createClient(world);
  await client.connect(shop.domain);
  const id = 820_982_911_946_400_001n;
  const bicycle = { id: 11n, title: "Bicycle", isPlan: false };
  const plan = { id: 12n, title: "Protection, 2 years", isPlan: true, properties: planIds };
  await client.send([boughtOrder(shop.domain, id, [bicycle, plan])]);
  await client.quiet(shop.domain);
  await openBlock(page, world, shop.domain, String(id));
  await expect(page.getByText("Needs attention")).toBeVisible();
  await expect(page.getByText("probably belong together")).toBeVisible();
  await page.locator("s-button").click();
  await expect(page.getByText("The order is on its way to Hakuna.")).toBeVisible();
  await expect.poll(() => world.hakuna.states(String(id)).length).toBe(2);
  await client.close();
});

test("the block says of an order that the app does not know that it does not", async ({
  page,
  world,
  shop,
}) => {
  await openBlock(page, world, shop.domain, "820982911946400009");
  await expect(page.getByText("does not know this order yet")).toBeVisible();
});
