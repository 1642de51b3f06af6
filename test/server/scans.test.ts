import { afterEach, describe, expect, it } from "vitest";
import { usualLimits } from "#app/database/connection.server.ts";
import { createLog } from "#app/foundation/log.server.ts";
import { startQueue } from "#app/queue/queue.ts";
import { createSweeps } from "#app/queue/sweeps.ts";
import { type ScanContext, scanShop } from "#app/scan/scan.ts";
import { beginImport, beginReconciliation } from "#app/scan/scan-runs.ts";
import { claimScan, resumeScans } from "#app/scan/scan-store.ts";
import type { PageAnswer } from "#app/shopify/orders/order-pages.ts";
import { readWebhook } from "#app/shopify/webhooks/webhook-payload.ts";
import { eventually } from "./client.ts";
import { insured, syncByHand } from "./sync-by-hand.ts";

const { current, pool, context, arrive, run } = await syncByHand();

const dayMs = 86_400_000;
const overlapMs = 600_000;
const never = <Answer>() => new Promise<Answer>(() => undefined);

let ending = new AbortController();
afterEach(() => {
  ending = new AbortController();
});

/** What a scan of the shop works with; Shopify answers `page` to each page that is asked for. */
function scanning(page: (place: number) => Promise<PageAnswer>): ScanContext & { asked: number } {
  const scan = {
    ...context,
    asked: 0,
    ending: ending.signal,
    wake: async () => undefined,
    orderPages: {
      count: async () => ({ kind: "count" as const, total: null, oldest: null }),
      page: async () => {
        scan.asked += 1;
        return await page(scan.asked);
      },
    },
  };
  return scan;
}

/** A page without orders of a list that goes on. */
const emptyPage = async (place: number): Promise<PageAnswer> => ({
  ...{ kind: "page", orders: [], missingAccess: [], next: String(place) },
});

async function scan(kind: "reconciliation" | "import") {
  const { rows } = await pool.query(
    `SELECT * FROM "OrderScan" WHERE "shop" = $1 AND "kind" = $2::"ScanKind"`,
    [current.shop, kind],
  );
  return rows[0];
}

const begin = (since: number | null = null) =>
  beginReconciliation(pool, current.shop, { now: Date.now(), overlapMs, since });

describe("a scan whose process is to end", () => {
  it("begins no other page, and leaves the shop to the next process at once", async () => {
    await begin();
    const shopify = scanning(async (place) => {
      if (place === 3) ending.abort();
      return await emptyPage(place);
    });
    expect(await scanShop(shopify, current.shop)).toEqual({ again: false, nextInMs: null });
    // one may have been asked for ahead
    expect(shopify.asked).toBeLessThanOrEqual(4);
    expect(await scan("reconciliation")).toMatchObject({ running: true, leaseToken: null });
  });

  it.each([
    ["a page", { page: () => never<PageAnswer>() }],
    ["a count", { count: () => never<never>() }],
  ])("does not wait for %s that Shopify owes it", async (_, silent) => {
    await beginImport(pool, current.shop, { now: Date.now() });
    const shopify = scanning(emptyPage);
    Object.assign(shopify.orderPages, silent);
    const scanned = scanShop(shopify, current.shop);
    ending.abort();
    expect(await scanned).toEqual({ again: false, nextInMs: null });
    expect(await scan("import")).toMatchObject({ running: true, leaseToken: null, read: 0 });
  });
});

describe("a page that Shopify takes longer for than the lease lasts", () => {
  it("is read once: nobody else takes the scan meanwhile", async () => {
    const { config } = context;
    const leaseMs = 6_000;
    context.config = { ...config, worker: { ...config.worker, leaseMs } };
    await begin();
    const others: boolean[] = [];
    const shopify = scanning(async () => {
      const { leaseUntil } = await scan("reconciliation");
      await eventually("the lease would be over", async () => {
        return (await pool.query("SELECT 1 WHERE now() > $1", [leaseUntil])).rows.length > 0;
      });
      others.push((await claimScan(pool, current.shop, "another", leaseMs)) !== null);
      return { kind: "page", orders: [], missingAccess: [], next: null };
    });
    await scanShop(shopify, current.shop);
    expect(others).toEqual([false]);
    expect(await scan("reconciliation")).toMatchObject({ running: false });
  });
});

describe("a page whose shop has webhooks that nobody folds", () => {
  it("is not folded before them: it is read again a while later", async () => {
    await arrive("orders/create", insured(7001));
    await begin();
    const shopify = scanning(emptyPage);
    const before = Date.now();
    await scanShop(shopify, current.shop);
    const { running, leaseToken, read, dueAt } = await scan("reconciliation");
    expect({ running, leaseToken, read }).toEqual({ running: true, leaseToken: null, read: 0 });
    expect(dueAt.getTime()).toBeGreaterThan(before);
    await run();
    await pool.query(`UPDATE "OrderScan" SET "dueAt" = now() WHERE "shop" = $1`, [current.shop]);
    Object.assign(shopify.orderPages, {
      page: async () => ({ kind: "page", orders: [], missingAccess: [], next: null }),
    });
    await scanShop(shopify, current.shop);
    expect(await scan("reconciliation")).toMatchObject({ running: false });
  });
});

describe("a scan that is asked for while another is under way", () => {
  it("leaves out nothing that a wider reconciliation was to read", async () => {
    const since = Date.now() - 30 * dayMs;
    await begin(since);
    await begin();
    expect((await scan("reconciliation")).bound.getTime()).toBe(since);
    // what that has read is not read again
    const reached = Date.now() - 20 * dayMs;
    await pool.query(`UPDATE "OrderScan" SET "reached" = $2 WHERE "shop" = $1`, [
      current.shop,
      new Date(reached),
    ]);
    await begin();
    expect((await scan("reconciliation")).bound.getTime()).toBe(reached);
    await begin(since);
    expect((await scan("reconciliation")).bound.getTime()).toBe(since);
    // one that is through holds nothing back
    await pool.query(`UPDATE "OrderScan" SET "running" = false WHERE "shop" = $1`, [current.shop]);
    await begin();
    expect((await scan("reconciliation")).bound.getTime()).toBeGreaterThan(reached);
  });

  it("makes an import wider, never narrower", async () => {
    const ago = (days: number) => Date.now() - days * dayMs;
    const since = async () => (await scan("import")).since?.getTime() ?? null;
    const wide = ago(60);
    expect(await beginImport(pool, current.shop, { now: Date.now(), since: ago(1) })).toBe(true);
    await pool.query(`UPDATE "OrderScan" SET "read" = 8, "leaseToken" = 'page' WHERE "shop" = $1`, [
      current.shop,
    ]);
    expect(await beginImport(pool, current.shop, { now: Date.now(), since: wide })).toBe(true);
    expect(await scan("import")).toMatchObject({ running: true, read: 0, leaseToken: null });
    expect(await since()).toBe(wide);
    expect(await beginImport(pool, current.shop, { now: Date.now(), since: ago(30) })).toBe(false);
    expect(await since()).toBe(wide);
    await pool.query(
      `UPDATE "Shop" SET "scopes" = 'read_orders,read_all_orders'
      WHERE "domain" = $1`,
      [current.shop],
    );
    expect(await beginImport(pool, current.shop, { now: Date.now() })).toBe(true);
    expect(await since()).toBeNull();
    expect(await beginImport(pool, current.shop, { now: Date.now() })).toBe(false);
  });
});

it("wakes the sync when what was read is there, and not before", async () => {
  await begin();
  const { state } = readWebhook("orders/create", JSON.stringify(insured(701)), Date.now());
  const shopify = scanning(async () => ({
    kind: "page",
    orders: [{ id: "701", at: Date.now(), state }],
    ...{ missingAccess: [], next: null },
  }));
  const there: number[] = [];
  const wake = async () => {
    const { rows } = await pool.query(`SELECT 1 FROM "Order" WHERE "shop" = $1 AND "id" = '701'`, [
      current.shop,
    ]);
    there.push(rows.length);
  };
  await scanShop({ ...shopify, wake }, current.shop);
  expect(there[0]).toBe(1);
});

it("fifty shops are read at once, while each waits until its bucket has refilled", async () => {
  const shops = Array.from({ length: 50 }, (_, place) => `import-${place}.myshopify.com`);
  for (const shop of shops) {
    await pool.query(`INSERT INTO "Shop" ("domain") VALUES ($1)`, [shop]);
    await beginImport(pool, shop, { now: Date.now() });
  }
  const waiting = new Set<string>();
  const refilled = Promise.withResolvers<void>();
  const ended: string[] = [];
  const shopify: ScanContext = {
    ...context,
    wake: async () => undefined,
    orderPages: {
      count: async () => ({ kind: "count", total: null, oldest: null }),
      page: async (shop) => {
        waiting.add(shop);
        await refilled.promise;
        return { kind: "page", orders: [], missingAccess: [], next: null };
      },
    },
  };
  const queue = await startQueue({
    ...{ databaseUrl: context.config.DATABASE_URL ?? "", limits: usualLimits },
    ...{
      log: createLog("silent"),
      concurrency: { sync: 1, scan: 2, plans: 1, refunds: 1 },
      worker: true,
    },
    ...{ sweepIntervalMs: 1000, runLimitMs: 60_000, sweeps: createSweeps(() => undefined) },
  });
  try {
    const run = async (shop: string, place: Parameters<typeof scanShop>[2]) => {
      const result = await scanShop(shopify, shop, place);
      ended.push(shop);
      return result;
    };
    await queue.scan.work(run, async () => []);
    await queue.scan.wake(shops);
    await eventually("all wait for Shopify at once", () => waiting.size === shops.length);
    refilled.resolve();
    await eventually("all are through", () => new Set(ended).size === shops.length);
  } finally {
    refilled.resolve();
    await queue.stop();
  }
  const { rows } = await pool.query(
    `SELECT 1 FROM "OrderScan" WHERE "shop" = ANY($1) AND "running"`,
    [shops],
  );
  expect(rows).toEqual([]);
});

describe("a scan that is refused for want of a session", () => {
  const session = async () => {
    const { rows } = await pool.query(`SELECT "accessToken" FROM "Session" WHERE "shop" = $1`, [
      current.shop,
    ]);
    return rows[0]?.accessToken ?? null;
  };
  /** The app is opened: Shopify gives it an access of its own. */
  const open = async (accessToken: string) => {
    await pool.query(
      `INSERT INTO "Session" ("id", "shop", "state", "accessToken") VALUES ($1, $2, '', $3)
         ON CONFLICT ("id") DO UPDATE SET "accessToken" = EXCLUDED."accessToken"`,
      [`offline_${current.shop}`, current.shop, accessToken],
    );
    await resumeScans(pool, current.shop);
  };
  const refusedTwice = async (meanwhile: () => Promise<void>) => {
    await begin();
    const scanned = scanning(async (place) => {
      if (place === 2) await meanwhile();
      return { kind: "no_session" };
    });
    await scanShop(scanned, current.shop);
    await pool.query(`UPDATE "OrderScan" SET "dueAt" = now() WHERE "shop" = $1`, [current.shop]);
    await scanShop(scanned, current.shop);
  };
  const waitsMs = async () => (await scan("reconciliation")).dueAt.getTime() - Date.now();

  it("waits for the app to be opened, and forgets the session that was refused", async () => {
    await open("refused");
    await refusedTwice(async () => undefined);
    expect([await session(), (await scan("reconciliation")).pausedReason]).toEqual([
      null,
      "no_session",
    ]);
    expect(await waitsMs()).toBeGreaterThan(3_600_000);
  });

  it.each(["refused", null])(
    "goes on soon, and forgets nothing, where the app is opened while it asks (%s before)",
    async (before) => {
      if (before !== null) await open(before);
      await refusedTwice(() => open("given"));
      expect(await session()).toBe("given");
      expect(await waitsMs()).toBeLessThan(60_000);
    },
  );
});
