import { Pool } from "pg";
import type { ListedOrder } from "#app/sync/status.ts";

/** Writes what the pages read, as the sync would have left it. */
export type ShopData = {
  domain: string;
  /** sets columns of the shop's row */
  set(columns: Record<string, string | number | Date | null>): Promise<void>;
  addOrder(order: {
    id: string;
    name?: string | null;
    status: ListedOrder["status"];
    statusReason?: string;
    placedAt?: Date | null;
    planUnits?: number;
    findings?: object[];
  }): Promise<void>;
  /** sets columns of one order, leaving the counters alone */
  setOrder(id: string, columns: Record<string, string>): Promise<void>;
  close(): Promise<void>;
};

export async function openShopData(databaseUrl: string, domain: string): Promise<ShopData> {
  const pool = new Pool({ connectionString: databaseUrl, max: 1 });
  return {
    domain,
    async set(columns) {
      await pool.query(`INSERT INTO "Shop" (domain) VALUES ($1) ON CONFLICT DO NOTHING`, [domain]);
      for (const [name, value] of Object.entries(columns)) {
        await pool.query(`UPDATE "Shop" SET "${name}" = $2 WHERE domain = $1`, [domain, value]);
      }
    },
    async addOrder({ id, name = `#${id}`, status, statusReason, placedAt, planUnits, findings }) {
      await pool.query(
        `INSERT INTO "Order" (shop, id, name, status, "statusReason", "placedAt", "changedAt", "planUnits", findings)
         VALUES ($1, $2, $3, $4, $5, $6, now(), $7, $8)`,
        [
          domain,
          id,
          name,
          status,
          statusReason ?? null,
          placedAt === undefined ? new Date("2026-11-20T10:00:00Z") : placedAt,
          planUnits ?? 1,
          JSON.stringify(findings ?? []),
        ],
      );
      await pool.query(
        `INSERT INTO "OrderCount" (shop, status, count) VALUES ($1, $2, 1)
         ON CONFLICT (shop, status) DO UPDATE SET count = "OrderCount".count + 1`,
        [domain, status],
      );
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
    close: () => pool.end(),
  };
}
