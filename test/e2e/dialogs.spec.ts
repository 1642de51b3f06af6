import type { FrameLocator, Page } from "@playwright/test";
import { boughtOrder, planIds } from "#test/simulator/shopify/bought-order.ts";
import { createClient } from "../server/client.ts";
import type { World } from "../world/world.ts";
import { violations } from "./accessibility.ts";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";

const id = 820_982_911_946_410_000n;

/** An order whose plan can be paired and refunded. */
async function bought(world: World, shop: string): Promise<void> {
  const client = createClient(world);
  await client.connect(shop);
  await client.send([
    boughtOrder(shop, id, [
      { id: 11n, title: "Frutta Banana", isPlan: false },
      { id: 12n, title: "Warranty", isPlan: true, properties: planIds },
    ]),
  ]);
  await client.quiet(shop);
  await client.close();
}

/** Opens a dialog by a button, and closes it by Esc and by its cross: the focus is the button's again. */
async function comesBack(
  page: Page,
  app: FrameLocator,
  { button, opens }: { button: string | RegExp; opens?: string },
): Promise<void> {
  const opener = app.getByRole("button", { name: button, exact: true }).first();
  for (const close of ["Escape", "cross"]) {
    await opener.click();
    // an entry of a menu is gone with its menu: its button stands for it
    if (opens) await app.getByRole("button", { name: opens, exact: true }).click();
    const dialog = app.getByRole("dialog");
    await expect(dialog.getByRole("heading")).toBeVisible();
    expect(await violations(page), String(button)).toEqual([]);
    if (close === "Escape") await page.keyboard.press("Escape");
    else await dialog.getByRole("button", { name: "Close" }).click();
    await expect(dialog).toHaveCount(0);
    await expect(opener).toBeFocused();
  }
}

test("whoever closes a dialog is where they were", async ({ page, world, shop }) => {
  await bought(world, shop.domain);
  const app = await openApp(page, world, shop.domain, `/app/orders/${id}`);
  await comesBack(page, app, { button: "Pair by hand" });
  await comesBack(page, app, { button: "Skip this order" });
  // where there is less room, the same stands in a menu
  await page.setViewportSize({ width: 390, height: 844 });
  await comesBack(page, app, { button: /^View actions for/, opens: "Skip this order" });
  await page.setViewportSize({ width: 1280, height: 900 });
  await openApp(page, world, shop.domain, "/app/settings");
  await comesBack(page, app, { button: "Disconnect from Hakuna" });
});
