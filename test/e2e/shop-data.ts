import { Pool } from "pg";
import type { PlanResult } from "#app/plans/plan-result.ts";
import type { ListedOrder } from "#app/views/listed-order.ts";

/** Writes what the pages read, as the sync would have left it. */
export type ShopData = {
  domain: string;
  /** sets columns of the shop's row */
  set(columns: Record<string, string | number | boolean | Date | null>): Promise<void>;
  /** adds an order, and counts it; columns that are left out have plain values */
  addOrder(
    order: { id: string; status: ListedOrder["status"] } & Record<string, unknown>,
  ): Promise<void>;
  /** a column of the shop's row */
  read(column: string): Promise<unknown>;
  /** sets columns of one order, leaving the counters alone */
  setOrder(id: string, columns: Record<string, string>): Promise<void>;
  /** the figures of a day, so many days ago (UTC) */
  addDay(ago: number, figures: { sent: number; failed: number; plans: number }): Promise<void>;
  /** the figures of sales, as of so many days ago (UTC), of a product and of all */
  addSales(
    ago: number,
    sales: { product: string; title: string } & Record<string, unknown>,
  ): Promise<void>;
  /** adds a job of plans that waits for Hakuna and did this for products */
  addPlanJob(results: PlanResult[]): Promise<void>;
  /** adds an offer of Hakuna's for a product */
  addPlanOffer(): Promise<void>;
  /** the id of an order that needs attention */
  firstNeedingAttention(): Promise<string>;
  /** the views of orders that were saved */
  savedViews(): Promise<unknown[]>;
  close(): Promise<void>;
};

export async function openShopData(databaseUrl: string, domain: string): Promise<ShopData> {
  const pool = new Pool({ connectionString: databaseUrl, max: 1 });
  return {
    domain,
    async savedViews() {
      const sql = `SELECT "id", "name", "query" FROM "SavedView" WHERE "shop" = $1`;
      return (await pool.query(sql, [domain])).rows;
    },
    async set(columns) {
      await pool.query(`INSERT INTO "Shop" (domain) VALUES ($1) ON CONFLICT DO NOTHING`, [domain]);
      for (const [name, value] of Object.entries(columns)) {
        await pool.query(`UPDATE "Shop" SET "${name}" = $2 WHERE domain = $1`, [domain, value]);
      }
    },
    async addOrder(order) {
      const row: Record<string, unknown> = {
        shop: domain,
        name: `#${order.id}`,
        placedAt: new Date("2026-11-20T10:00:00Z"),
        changedAt: new Date(),
        planUnits: 1,
        needsAttention: order.status === "blocked" || order.status === "rejected",
        ...order,
      };
      const names = Object.keys(row);
      await pool.query(
        `INSERT INTO "Order" (${names.map((name) => `"${name}"`).join(", ")})
         VALUES (${names.map((_, index) => `$${index + 1}`).join(", ")})`,
        Object.values(row).map((value) => (Array.isArray(value) ? JSON.stringify(value) : value)),
      );
      await pool.query(
        `INSERT INTO "OrderCount" (shop, status, count, attention, refund) VALUES ($1, $2, 1, $3, $4)
         ON CONFLICT (shop, status) DO UPDATE SET count = "OrderCount".count + 1,
           attention = "OrderCount".attention + EXCLUDED.attention,
           refund = "OrderCount".refund + EXCLUDED.refund`,
        [domain, order.status, row.needsAttention ? 1 : 0, row.refundUnits ? 1 : 0],
      );
    },
    async read(column) {
      const { rows } = await pool.query(
        `SELECT "${column}" AS value FROM "Shop" WHERE domain = $1`,
        [domain],
      );
      return rows[0]?.value ?? null;
    },
    async setOrder(id, columns) {
      for (const [name, value] of Object.entries(columns)) {
        await pool.query(`UPDATE "Order" SET "${name}" = $3 WHERE shop = $1 AND id = $2`, [
          domain,
          id,
          value,
        ]);
      }
    },
    async addDay(ago, { sent, failed, plans }) {
      await pool.query(
        `INSERT INTO "ShopDay" (shop, day, sent, failed, plans) VALUES ($1, current_date - $2::int, $3, $4, $5)`,
        [domain, ago, sent, failed, plans],
      );
    },
    async addSales(ago, { product, title, ...sums }) {
      const of = {
        orders: 0,
        protected: 0,
        units: 0,
        plans: 0,
        refunded: 0,
        value: 0,
        returned: 0,
      };
      const values = Object.values({ ...of, ...sums });
      for (const [span, kind, key, named] of [
        ["day", "all", "", null],
        ["day", "product", product, title],
        ["month", "product", product, title],
        ["day", "term", "24", null],
        ["month", "term", "24", null],
        ["day", "country", "de", null],
        ["month", "country", "de", null],
      ]) {
        await pool.query(
          `INSERT INTO "SaleCount" AS c (shop, span, kind, day, key, currency, title, orders, protected,
                  units, plans, refunded, value, returned)
           VALUES ($1, $2, $3, CASE $2 WHEN 'day' THEN current_date - $6::int
                   ELSE date_trunc('month', current_date - $6::int)::date END,
                   $4, 'EUR', $5, $7, $8, $9, $10, $11, $12, $13)
           ON CONFLICT (shop, span, kind, day, key, currency) DO UPDATE SET
             orders = c.orders + EXCLUDED.orders, protected = c.protected + EXCLUDED.protected,
             units = c.units + EXCLUDED.units, plans = c.plans + EXCLUDED.plans,
             refunded = c.refunded + EXCLUDED.refunded, value = c.value + EXCLUDED.value,
             returned = c.returned + EXCLUDED.returned`,
          [domain, span, kind, key, named, ago, ...values],
        );
      }
    },
    async addPlanJob(results) {
      const id = crypto.randomUUID();
      const failed = results.filter(({ kind }) => kind === "failed").length;
      await pool.query(
        `INSERT INTO "PlanJob" (shop, id, kind, total, done, failed, reason, "reasonWords")
         VALUES ($1, $2, 'offers', $3, $3, $4, 'hakuna_unavailable', 'Hakuna answered 503.')`,
        [domain, id, results.length, failed],
      );
      for (const [position, result] of results.entries()) {
        await pool.query(
          `INSERT INTO "PlanJobProduct" (shop, "jobId", "productId", position, title, state, result,
             "endedAt") VALUES ($1, $2, $3, $4, $5, $6, $7, now())`,
          [
            ...[domain, id, `gid://shopify/Product/${position}`, position, `Bike ${position}`],
            ...[result.kind === "failed" ? "failed" : "done", JSON.stringify(result)],
          ],
        );
      }
    },
    async addPlanOffer() {
      await pool.query(
        `INSERT INTO "PlanOffer" (shop, "planVariantId", "offerId", "planId", "knownFrom")
         VALUES ($1, '1', 'off-1', 'pl-1', now())`,
        [domain],
      );
    },
    async firstNeedingAttention() {
      const { rows } = await pool.query<{ id: string }>(
        `SELECT id FROM "Order" WHERE shop = $1 AND "needsAttention" ORDER BY "placedAt" DESC LIMIT 1`,
        [domain],
      );
      return rows[0]?.id ?? "";
    },
    close: () => pool.end(),
  };
}
