import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { takeSample } from "#app/agreement/sample.ts";
import { purgeOrders } from "#app/privacy/purge.ts";
import { retainShop } from "#app/privacy/retention.ts";
import { shopsWithWork } from "#app/queue/queue.ts";
import { beginAttempt } from "#app/run/attempt.ts";
import { takeRows } from "#app/run/inbox-rows.ts";
import { reviewStep } from "#app/run/review-step.ts";
import { breakConnection } from "#app/run/trouble.ts";
import { acquireLease, holdingShop, releaseLease } from "#app/store/lease.ts";
import { loadOrders } from "#app/store/order-store.ts";
import { alone, type StepContext } from "#app/store/run-context.ts";
import { pageOfOrders } from "#app/views/list-in-parts.ts";
import { orderFilterOf } from "#app/views/order-filter.ts";
import { createDatabase } from "#test/world/shared-postgres.ts";
import { fillRows } from "./fill-rows.ts";
import { rowsRead } from "./rows-read.ts";
import { syncByHand } from "./sync-by-hand.ts";

const database = await createDatabase();
const { context: shared } = await syncByHand(database);
/** one connection, so that all it read is counted */
const pool = new pg.Pool({ connectionString: database.url, max: 1 });
const context: StepContext = {
  ...{ ...shared, pool },
  pace: { spent: false, piece: async (work) => await work(), rest: async () => undefined },
  place: alone,
  hasTime: () => true,
};

/** Nine of ten orders that the statistics know are its own. */
const dominant = "dominant.myshopify.com";
/** It was installed after the statistics were taken. */
const newcomer = "newcomer.myshopify.com";
const shops = [
  ["a shop with nine of ten orders", dominant, 180_000],
  ["a shop that is newer than the statistics", newcomer, 20_000],
] as const;

beforeAll(async () => {
  for (const table of ["Order", "OrderDocument", "Attempt_first", "InboxWebhook"]) {
    // statistics are taken below, and not again
    await pool.query(`ALTER TABLE "${table}" SET (autovacuum_enabled = off)`);
  }
  for (let shop = 0; shop < 20; shop += 1) {
    await fillRows(pool, `small-${shop}.myshopify.com`, { orders: 300, ids: 1 });
  }
  await fillRows(pool, dominant, { orders: 180_000, ids: 1_000_000 });
  await pool.query("ANALYZE");
  await fillRows(pool, newcomer, { orders: 20_000, ids: 2_000_000 });
});

afterAll(() => pool.end());

describe.each(shops)("of %s no more is read than is asked for:", (_, shop, orders) => {
  /** Makes sure that `work` reads at most so many rows of these tables. */
  async function expectRead(most: Record<string, number>, work: () => Promise<unknown>) {
    const read = await rowsRead(pool, work);
    for (const [table, rows] of Object.entries(read)) {
      expect([table, Math.max(rows, most[table] ?? 200)]).toEqual([table, most[table] ?? 200]);
    }
  }

  it("orders by their ids", async () => {
    const first = await pool.query(`SELECT "id" FROM "Order" WHERE "shop" = $1 LIMIT 50`, [shop]);
    const ids = first.rows.map(({ id }) => id);
    await expectRead({}, async () => {
      const found = await holdingShop(pool, shop, (client) => loadOrders(client, shop, ids));
      expect(found?.size).toBe(50);
    });
  });

  it.each([
    [""],
    ["view=synced"],
    ["view=attention"],
    ["view=refund"],
    ["view=refund&sort=newest"],
    ["plans=no"],
    ["view=synced&plans=yes&sort=oldest"],
    ["from=2026-01-01"],
    // one of ten bears it, and up to 4,000 of them were counted first
    ["finding=plan_without_product", 14_500],
  ])("a page of 1,000 of the list and the next one: %s", async (query, most = 4200) => {
    const filter = orderFilterOf(new URLSearchParams(query));
    let cursor: string | null = null;
    for (let page = 0; page < 3; page += 1) {
      await expectRead({ Order: most, OrderDocument: 1100 }, async () => {
        const at = cursor === null ? null : { direction: "after" as const, cursor };
        const { next } = await pageOfOrders(pool, shop, "Europe/Berlin", filter, at, 1000);
        cursor = next;
      });
      if (cursor === null) return;
    }
  });

  it.each([
    ["#1", "all"],
    ["#1", "synced"],
    ["#1", "skipped"],
    ["#10", "attention"],
    ["#1", "refund"],
    ["#1", "refund", "newest"],
    ["#1", "refund", "value"],
    ["#", "synced"],
  ])("a search for %s in %s, read from the index alone", async (query, view, sort = "") => {
    await pool.query(`VACUUM "Order"`);
    const filter = orderFilterOf(new URLSearchParams({ query, view, sort }));
    await expectRead({ Order: 8_200, OrderDocument: 60 }, async () => {
      const found = await pageOfOrders(pool, shop, "UTC", filter, null, 50);
      expect(found.orders).toHaveLength(50);
      for (const { name } of found.orders) expect(name).toMatch(new RegExp(`^${query}`));
    });
  });

  it("what waited when the connection broke", async () => {
    await expectRead({ Attempt: 100, Order: 100 }, async () => {
      await holdingShop(pool, shop, async (client, row) => {
        await breakConnection(client, row, "feed_refuses", "no");
      });
    });
    const { rows } = await pool.query(
      `SELECT count(*)::int AS count FROM "Order" WHERE "shop" = $1 AND "status" = 'pending'`,
      [shop],
    );
    expect(rows[0].count).toBeGreaterThanOrEqual(10);
  });

  it("the next orders that are reviewed", async () => {
    await pool.query(
      `UPDATE "Shop" SET "reviewAfter" = '', "reviewAll" = true WHERE "domain" = $1`,
      [shop],
    );
    for (let step = 0; step < 2; step += 1) {
      const lease = await acquireLease(pool, shop, 5000);
      if (lease === null) throw new Error("The shop is held.");
      await expectRead({ Order: 2100, OrderDocument: 1100 }, () => reviewStep(context, lease));
      await releaseLease(pool, lease);
    }
  });

  it("the next orders of many that are due", async () => {
    await pool.query(
      `UPDATE "Shop" SET "connection" = 'connected', "apiKeySealed" = $2 WHERE "domain" = $1`,
      [shop, shared.secrets.seal("sk_test_demo", shop)],
    );
    await pool.query(
      `UPDATE "Order" SET "dueAt" = now() - interval '1 hour' + "id"::int * interval '1 millisecond'
        WHERE "shop" = $1 AND "status" <> 'skipped' AND "name" LIKE '%3'`,
      [shop],
    );
    try {
      const lease = await acquireLease(pool, shop, 5000);
      if (lease === null) throw new Error("The shop is held.");
      await expectRead({ Order: 1000, OrderDocument: 300 }, () =>
        beginAttempt(context, lease, null),
      );
      const { rows } = await pool.query(
        `SELECT "id" FROM "Order" WHERE "shop" = $1 AND "dueAt" > now() - interval '1 hour' LIMIT 25`,
        [shop],
      );
      const half = rows.map(({ id }) => id);
      await expectRead({ Order: 200 }, () => beginAttempt(context, lease, half));
      await releaseLease(pool, lease);
      await expectRead({ Order: 100, Attempt: 100 }, () => shopsWithWork(pool));
    } finally {
      await pool.query(
        `UPDATE "Order" SET "dueAt" = NULL WHERE "shop" = $1 AND "dueAt" IS NOT NULL`,
        [shop],
      );
    }
  });

  it("what a night's proof is to read, of those that changed and of old ones", async () => {
    const now = Date.now();
    const from = { now, settled: now, through: new Date(now - 3_600_000), readsAll: false };
    // half an hour of one order every ten seconds, and a page beyond on either way
    await expectRead({ Order: 9000 }, async () => {
      const taken = await takeSample(pool, shop, { ...from, most: 500, cursor: "" });
      expect(taken).toMatchObject({ oldFrom: 250, oldEnds: false });
      expect(new Set(taken.sample).size).toBe(500);
    });
  });

  it("what retention deletes", async () => {
    const webhooks = orders / 10;
    await expectRead(
      {
        InboxWebhook: 3 * webhooks + 1000,
        // all are counted once, and nobody waits for it
        Order: orders + 1000,
      },
      async () => {
        expect(await retainShop(context, shop)).toMatchObject({ webhooks, documents: 0 });
      },
    );
  });

  it("orders whose time is over", async () => {
    await pool.query(
      `UPDATE "Order" SET "changedAt" = now() - interval '401 days'
        WHERE "shop" = $1 AND "name" LIKE '#%500'`,
      [shop],
    );
    const { rows } = await pool.query(
      `SELECT count(*)::int AS count FROM "Order"
        WHERE "shop" = $1 AND "name" LIKE '#%500'
          AND "status" IN ('sent', 'confirmed', 'skipped')`,
      [shop],
    );
    const { count } = rows[0];
    expect(count).toBeGreaterThan(15);
    await expectRead({ Order: 10 * count + 100, OrderDocument: 3 * count + 100 }, async () => {
      expect(await purgeOrders(context, shop, Date.now())).toBe(count);
    });
    await expectRead({}, async () => {
      expect(await purgeOrders(context, shop, Date.now())).toBe(0);
    });
  });

  it("the next webhooks of many that wait", async () => {
    await pool.query(
      `UPDATE "InboxWebhook" SET "foldedAt" = NULL, "payload" = 'x'
        WHERE "shop" = $1 AND "webhookId" < '2'`,
      [shop],
    );
    await expectRead({ InboxWebhook: 4 * 500 + 100 }, async () => {
      expect(await takeRows(context, shop)).toHaveLength(500);
    });
    await pool.query(
      `UPDATE "InboxWebhook" SET "foldedAt" = now() WHERE "shop" = $1 AND "foldedAt" IS NULL`,
      [shop],
    );
  });
});
