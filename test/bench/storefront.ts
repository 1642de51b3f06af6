import { type Browser, chromium } from "@playwright/test";
import { chromiumLaunch } from "#test/e2e/chromium.ts";
import { startStorefront } from "#test/simulator/storefront/storefront.ts";
import { below, type Figure, median, plain } from "./figures.ts";

const rounds = 15;

/** Where the parts of the extension are: the block and the guard; these and the offer in the cart. */
const pages = [
  { name: "", path: "/products/city-bike", cart: [] },
  { name: "cart_", path: "/cart", cart: [4101, 4102, 4201] },
];

/**
 * What block and guard cost a product page on load, and guard and cart offer a cart page, where the
 * drawer's offer is on as well: the main thread's busy time with them less that without them, in turns,
 * as the difference of medians; and how much they move the page. All together is the sum.
 */
export async function measureStorefront(): Promise<Figure[]> {
  const storefront = await startStorefront();
  const browser = await chromium.launch(await chromiumLaunch());
  try {
    const figures: Figure[] = [];
    const shifts: number[] = [];
    let all = 0;
    for (const { name, path, cart } of pages) {
      const busy: Record<"on" | "off", number[]> = { on: [], off: [] };
      const url = (extension: string) =>
        `${storefront.url}${path}?manner=drawer&cart_offer=on&drawer_offer=on&extension=${extension}`;
      await load(browser, url("on"), cart);
      for (let round = 0; round < rounds; round += 1) {
        for (const extension of ["on", "off"] as const) {
          const { taskMs, shift } = await load(browser, url(extension), cart);
          busy[extension].push(taskMs);
          if (extension === "on") shifts.push(shift);
        }
      }
      const added = Math.max(0, median(busy.on) - median(busy.off));
      all += added;
      figures.push(
        below(`storefront.${name}main_thread_ms`, added, "ms", 20),
        plain(`storefront.${name}page_main_thread_ms`, median(busy.off), "ms"),
      );
    }
    return [
      ...figures,
      below("storefront.all_main_thread_ms", all, "ms", 20),
      { ...below("storefront.cls", Math.max(...shifts), "", 0.001), aim: "0" },
    ];
  } finally {
    await browser.close();
    await storefront.close();
  }
}

/** Loads a page anew, with an empty cache and these variants in the cart, and lets it come to rest. */
async function load(
  browser: Browser,
  url: string,
  cart: readonly number[],
): Promise<{ taskMs: number; shift: number }> {
  const context = await browser.newContext();
  for (const id of cart) {
    await context.request.post(new URL("/cart/add.js", url).href, { data: { id, quantity: 1 } });
  }
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.addInitScript(() => {
    Object.assign(window, { shift: 0 });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        (window as unknown as { shift: number }).shift += (
          entry as unknown as { value: number }
        ).value;
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(url, { waitUntil: "networkidle" });
  const { metrics } = await session.send("Performance.getMetrics");
  const task = metrics.find(({ name }) => name === "TaskDuration");
  const shift = await page.evaluate(() => (window as unknown as { shift: number }).shift);
  await context.close();
  return { taskMs: (task?.value ?? 0) * 1000, shift };
}
