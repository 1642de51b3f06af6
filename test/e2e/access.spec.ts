import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import type { AxeResults } from "axe-core";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";
import type { ShopData } from "./shop-data.ts";

const axe = await readFile(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/** Every kind of content that the home page knows. */
async function fill(shop: ShopData): Promise<void> {
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

async function violations(page: Page): Promise<string[]> {
  const frame = page.frame({ name: "app-iframe" });
  if (!frame) throw new Error("The app's frame is not there.");
  await frame.evaluate(axe);
  const results = await frame.evaluate(() =>
    (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

for (const width of [1280, 390]) {
  test(`the page can be used by everybody, ${width} px wide`, async ({ page, world, shop }) => {
    await page.setViewportSize({ width, height: 844 });
    await openApp(page, world, shop.domain);
    expect(await violations(page)).toEqual([]);

    await fill(shop);
    const app = await openApp(page, world, shop.domain);
    await expect(app.getByText("Rejected", { exact: true })).toBeVisible();
    expect(await violations(page)).toEqual([]);
  });

  test(`nothing is wider than the screen, ${width} px wide`, async ({ page, world, shop }) => {
    await page.setViewportSize({ width, height: 844 });
    await fill(shop);
    const app = await openApp(page, world, shop.domain);
    await expect(app.getByText("Rejected", { exact: true })).toBeVisible();
    const body = app.locator("html");
    expect(
      await body.evaluate((element) => [
        element.scrollWidth - element.clientWidth,
        ...[...element.querySelectorAll(".Polaris-IndexTable-ScrollContainer")].map(
          (table) => table.scrollWidth - table.clientWidth,
        ),
      ]),
    ).toEqual(width === 390 ? [0] : [0, 0]);
  });
}
