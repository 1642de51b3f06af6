import { openClient } from "#app/database/connection.server.ts";
import { eventually } from "#test/server/client.ts";

/**
 * Waits until the app has done what it does with so many orders, then has it have done so on the days
 * on which they were placed: as if it had been in the shop all the time.
 *
 * @param databaseUrl of the app
 */
export async function letWeeksPass(
  databaseUrl: string,
  domain: string,
  orders: number,
): Promise<void> {
  const client = openClient(databaseUrl, "hakuna-demo");
  await client.connect();
  try {
    await eventually("the past orders are at Hakuna", async () => {
      const { rows } = await client.query(
        `SELECT count(*)::int AS "done" FROM "Order"
          WHERE "shop" = $1 AND "status" NOT IN ('waiting', 'pending')`,
        [domain],
      );
      return rows[0].done >= orders || rows[0].done;
    });
    await client.query(`DELETE FROM "ShopDay" WHERE "shop" = $1`, [domain]);
    await client.query(
      `INSERT INTO "ShopDay" ("shop", "day", "sent", "plans")
       SELECT o."shop", (o."placedAt" AT TIME ZONE s."timeZone")::date AS "day", count(*),
              sum(o."planUnits")
         FROM "Order" o JOIN "Shop" s ON s."domain" = o."shop"
        WHERE o."shop" = $1 AND o."sentAt" IS NOT NULL
        GROUP BY 1, 2`,
      [domain],
    );
    await client.query(
      `UPDATE "Shop" SET "installedAt" =
              (SELECT min("placedAt") - interval '1 day' FROM "Order" WHERE "shop" = $1)
        WHERE "domain" = $1`,
      [domain],
    );
  } finally {
    await client.end();
  }
}
