import { grains } from "#app/analytics/periods.ts";
import { findingTexts } from "#app/order/findings.ts";
import { views } from "#app/views/order-views.ts";
import type { AdminServer } from "./admin-server.ts";
import { below, type Figure, percentile } from "./figures.ts";

const homeRoute = "routes/app._index";
const ordersRoute = "routes/app.orders._index";
const analyticsRoute = "routes/app.analytics";
const rounds = 5;

/**
 * How long the pages' data takes in a shop of a million orders, over HTTP and with the session
 * checked: home again and again; orders over tabs, sorting, search, filters, their combinations and
 * deep pages.
 */
export async function measureLoaders(server: AdminServer, shop: string): Promise<Figure[]> {
  const paths = [...listPaths(), ...(await deepPaths(server, shop))];
  const home: number[] = [];
  const orders: number[] = [];
  const searches: number[] = [];
  const analytics: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    for (const path of paths) {
      const atHome = await server.readData(shop, "/app", homeRoute);
      const { ms } = await server.readData(shop, path, ordersRoute);
      // the first round fills the caches
      if (round > 0) {
        home.push(atHome.ms);
        orders.push(ms);
        if (path.includes("query=")) searches.push(ms);
      }
    }
  }
  for (let round = 0; round <= rounds * 10; round += 1) {
    for (const grain of grains) {
      const path = `/app/analytics?by=${grain}`;
      const { ms } = await server.readData(shop, path, analyticsRoute);
      if (round > 0) analytics.push(ms);
    }
  }
  return [
    below("admin.home_loader_p95_ms_1m", percentile(home, 95), "ms", 100),
    below("admin.orders_loader_p95_ms_1m", percentile(orders, 95), "ms", 100),
    below("admin.search_p95_ms_1m", percentile(searches, 95), "ms", 100),
    below("admin.analytics_loader_p95_ms_1m", percentile(analytics, 95), "ms", 100),
  ];
}

function listPaths(): string[] {
  const searches = ["#10", "5", "#123456", "777", "6000000500000", "nothing", "#1"];
  const filters: Record<string, string>[] = [
    {},
    { sort: "oldest" },
    { plans: "yes" },
    { plans: "no" },
    { plans: "no", sort: "oldest" },
    { from: "2025-06-01", to: "2025-06-30" },
    { to: "2025-06-30", plans: "yes" },
    ...Object.keys(findingTexts).map((finding) => ({ finding })),
    ...searches.map((query) => ({ query })),
    { query: "#1", sort: "oldest", plans: "yes" },
  ];
  return views.flatMap((view) =>
    filters.map((filter) => `/app/orders?${new URLSearchParams({ view, ...filter })}`),
  );
}

/** Pages from the middle of the list: an address with a date shows where they begin. */
async function deepPaths(server: AdminServer, shop: string): Promise<string[]> {
  const found: string[] = [];
  for (const days of [100, 350, 690]) {
    const to = new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
    const { text } = await server.readData(shop, `/app/orders?to=${to}`, ordersRoute);
    const cursor = /"next","([\w-]+)"/.exec(text)?.[1];
    if (!cursor) throw new Error(`There is no page before ${to}.`);
    for (const view of views) {
      for (const direction of ["after", "before"]) {
        found.push(`/app/orders?${new URLSearchParams({ view, [direction]: cursor })}`);
      }
    }
  }
  return found;
}
