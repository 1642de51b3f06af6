import pg from "pg";
import { afterAll, expect, it } from "vitest";
import { loadOrders } from "#app/store/order-store.ts";
import { createDatabase } from "#test/world/shared-postgres.ts";

const database = await createDatabase();
const pool = new pg.Pool({ connectionString: database.url, max: 1 });

afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function fill(shop: string, orders: number): Promise<void> {
  await pool.query(
    `INSERT INTO "Order" ("shop", "id", "name", "placedAt", "changedAt", "status")
     SELECT $1, n::text, '#' || n, now(), now(), 'sent' FROM generate_series(1, $2::int) AS n`,
    [shop, orders],
  );
  await pool.query(
    `INSERT INTO "OrderDocument" ("shop", "orderId", "state")
     SELECT $1, n::text, '{}' FROM generate_series(1, $2::int) AS n`,
    [shop, orders],
  );
}

it("reads the orders it was asked for alone, also of a shop that is newer than the statistics", async () => {
  for (let shop = 0; shop < 50; shop += 1) await fill(`known-${shop}.myshopify.com`, 100);
  await pool.query("ANALYZE");
  const shop = "new.myshopify.com";
  await fill(shop, 2000);
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const ids = Array.from({ length: 8 }, (_, index) => String(100 + index * 200));
    expect([...(await loadOrders(client, shop, ids)).keys()].sort()).toEqual(ids.sort());
    const { rows } = await client.query(
      `SELECT "relname", "idx_tup_fetch"::int AS fetched, "seq_tup_read"::int AS scanned
         FROM pg_stat_xact_user_tables WHERE "relname" IN ('Order', 'OrderDocument')`,
    );
    expect(rows).toHaveLength(2);
    for (const { fetched, scanned } of rows) {
      expect(fetched).toBeLessThanOrEqual(2 * ids.length);
      expect(scanned).toBe(0);
    }
    await client.query("ROLLBACK");
  } finally {
    client.release();
  }
});
