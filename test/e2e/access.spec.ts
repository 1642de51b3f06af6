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

const paths = [
  "/app",
  "/app/orders",
  "/app/orders/820982911946154503",
  "/app/settings",
  "/app/help",
];

/** What is wider than the place it has: the page itself, or a table that scrolls sideways. */
async function overflow(page: Page): Promise<number[]> {
  const frame = page.frame({ name: "app-iframe" });
  if (!frame) throw new Error("The app's frame is not there.");
  return await frame.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll(".Polaris-IndexTable-ScrollContainer")]
      .map((element) => element.scrollWidth - element.clientWidth)
      .filter((wider) => wider > 0),
  );
}

for (const width of [1280, 768, 390]) {
  test(`every page can be used by everybody and is no wider than the screen, ${width} px`, async ({
    page,
    world,
    shop,
  }) => {
    await page.setViewportSize({ width, height: 844 });
    await openApp(page, world, shop.domain);
    expect(await violations(page)).toEqual([]);
    await fill(shop);
    for (const path of paths) {
      await openApp(page, world, shop.domain, path);
      expect(await violations(page), path).toEqual([]);
      expect(await overflow(page), path).toEqual([]);
    }
  });
}
