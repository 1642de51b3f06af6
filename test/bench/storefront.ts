import { type Browser, chromium } from "@playwright/test";
import { chromiumLaunch } from "#test/e2e/chromium.ts";
import { startStorefront } from "#test/simulator/storefront/storefront.ts";
import { below, type Figure, median, plain } from "./figures.ts";

const rounds = 15;

/**
 * What block and guard cost a product page on load: the main thread's busy time with them less that
 * without them, in turns, as the difference of medians; and how much they move the page.
 */
export async function measureStorefront(): Promise<Figure[]> {
  const storefront = await startStorefront();
  const browser = await chromium.launch(await chromiumLaunch());
  try {
    const page = (extension: string) =>
      `${storefront.url}/products/city-bike?manner=drawer&extension=${extension}`;
    await load(browser, page("on"));
    const busy: Record<"on" | "off", number[]> = { on: [], off: [] };
    const shifts: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      for (const extension of ["on", "off"] as const) {
        const { taskMs, shift } = await load(browser, page(extension));
        busy[extension].push(taskMs);
        if (extension === "on") shifts.push(shift);
      }
    }
    const added = median(busy.on) - median(busy.off);
    return [
      below("storefront.main_thread_ms", Math.max(0, added), "ms", 20),
      { ...below("storefront.cls", Math.max(...shifts), "", 0.001), aim: "0" },
      plain("storefront.page_main_thread_ms", median(busy.off), "ms"),
    ];
  } finally {
    await browser.close();
    await storefront.close();
  }
}

/** Loads a page anew, with an empty cache, and lets it come to rest. */
async function load(browser: Browser, url: string): Promise<{ taskMs: number; shift: number }> {
  const context = await browser.newContext();
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
