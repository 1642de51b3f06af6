import { readFile } from "node:fs/promises";
import { type Browser, chromium, devices, type FrameLocator, type Page } from "@playwright/test";
import { bringStandIns, openApp } from "../e2e/admin-browser.ts";
import { chromiumLaunch } from "../e2e/chromium.ts";
import type { AdminServer } from "./admin-server.ts";
import { below, type Figure, percentile } from "./figures.ts";

const visits = 8;

/** What Chromium saw of one visit: milliseconds, and the score of layout shifts. */
type Vitals = { LCP: number; CLS: number; INP: number };

const interactions: Record<string, (app: FrameLocator) => Promise<void>> = {
  "/app": async (app) => {
    await app.getByRole("button", { name: "Show as table" }).click();
    await app.getByRole("button", { name: "Show as chart" }).click();
  },
  "/app/orders": async (app) => {
    await app.getByRole("row").nth(3).getByRole("checkbox").click();
    await app.getByRole("tab", { name: /Synced/ }).click();
    await app.getByRole("button", { name: "Search and filter" }).click();
    await app.getByRole("textbox").pressSequentially("#10");
  },
};

/**
 * The web vitals of home and orders in Chromium, as the 75th percentile of visits with an empty
 * cache, the worse of the two pages: https://web.dev/articles/vitals. The app's frame is measured,
 * as Shopify does it.
 */
export async function measurePages(server: AdminServer, shop: string): Promise<Figure[]> {
  const library = await readFile("node_modules/web-vitals/dist/web-vitals.iife.js", "utf8");
  const browser = await chromium.launch({
    ...(await chromiumLaunch()),
    // as ordinary browsers do: a frame of its own process knows of the clicks in it
    args: ["--site-per-process"],
  });
  const worst: Vitals = { LCP: 0, CLS: 0, INP: 0 };
  try {
    for (const [path, interact] of Object.entries(interactions)) {
      const seen: Vitals[] = [];
      // the first visit warms the server up
      for (let visit = 0; visit <= visits; visit += 1) {
        const vitals = await visitPage(browser, library, server, shop, path, interact);
        if (visit > 0) seen.push(vitals);
      }
      for (const name of ["LCP", "CLS", "INP"] as const) {
        const values = seen.map((vitals) => vitals[name]);
        worst[name] = Math.max(worst[name], percentile(values, 75));
      }
    }
  } finally {
    await browser.close();
  }
  return [
    below("admin.lcp_ms", worst.LCP, "ms", 1500),
    below("admin.cls", worst.CLS, "", 0.05),
    below("admin.inp_ms", worst.INP, "ms", 100),
  ];
}

async function visitPage(
  browser: Browser,
  library: string,
  server: AdminServer,
  shop: string,
  path: string,
  interact: (app: FrameLocator) => Promise<void>,
): Promise<Vitals> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 860 },
    // the app's library answers 410 to "HeadlessChrome"
    userAgent: devices["Desktop Chrome"].userAgent,
    locale: "en-US",
  });
  await bringStandIns(context, server);
  try {
    await context.addInitScript(`${library}
      window.vitals = { LCP: 0, CLS: 0, INP: 0 };
      const note = ({ name, value }) => { window.vitals[name] = value };
      webVitals.onLCP(note, { reportAllChanges: true });
      webVitals.onCLS(note, { reportAllChanges: true });
      webVitals.onINP(note, { reportAllChanges: true, durationThreshold: 16 });`);
    const page = await context.newPage();
    const app = await openApp(page, server, shop, path);
    await page.waitForLoadState("networkidle");
    await interact(app);
    await page.waitForLoadState("networkidle");
    return await vitalsOf(page);
  } finally {
    await context.close();
  }
}

async function vitalsOf(page: Page): Promise<Vitals> {
  const frame = page.frame("app-iframe");
  if (frame === null) throw new Error("The app's frame is gone.");
  const vitals = await frame.evaluate<Vitals>("window.vitals");
  if (vitals.LCP === 0) throw new Error("Chromium told of no largest contentful paint.");
  return vitals;
}
