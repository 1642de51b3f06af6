import type pg from "pg";
import { firstRows } from "#app/database/first-rows.ts";
import { inTransaction } from "#app/database/transaction.ts";
import { holdingShop } from "./lease.ts";
import { addToCounts, type CountChange } from "./order-counts.ts";

/** Orders that one statement counts. */
const page = 50_000;

/**
 * Counts the shop's orders anew and sets its counters right. Orders and counters change together, so
 * one snapshot tells by how much a counter is wrong, whatever happens meanwhile: nobody waits for the
 * counting, and the shop's row is held only where something is to be set right.
 *
 * @returns how many of the counters were wrong: none, unless a row was changed by hand
 */
export async function recount(pool: pg.Pool, shop: string): Promise<number> {
  const wrong = await inTransaction(
    pool,
    async (client) => {
      const { rows: known } = await client.query<CountChange>(
        `SELECT "status", "count", "attention", "refund" FROM "OrderCount" WHERE "shop" = $1`,
        [shop],
      );
      const changes = new Map(known.map((row) => [row.status, negated(row)]));
      for (let after: string | null = ""; after !== null; ) {
        const counted: PageCount[] = await countPage(client, shop, after);
        for (const { status, count, attention, refund } of counted) {
          const change = changes.get(status) ?? { status, count: 0, attention: 0, refund: 0 };
          change.count += count;
          change.attention += attention;
          change.refund += refund;
          changes.set(status, change);
        }
        after = counted[0]?.last ?? null;
      }
      return [...changes.values()].filter(
        ({ count, attention, refund }) => count !== 0 || attention !== 0 || refund !== 0,
      );
    },
    "oneSnapshot",
  );
  if (wrong.length > 0) await holdingShop(pool, shop, (client) => addToCounts(client, shop, wrong));
  return wrong.length;
}

function negated({ status, count, attention, refund }: CountChange): CountChange {
  return { status, count: -count, attention: -attention, refund: -refund };
}

type PageCount = CountChange & { last: string };

/** Counts the next orders by their ids; `last`: the id behind which the next page begins. */
async function countPage(client: pg.PoolClient, shop: string, after: string): Promise<PageCount[]> {
  const { rows } = await client.query<PageCount>(
    `SELECT "status", count(*)::int AS "count",
            (count(*) FILTER (WHERE "needsAttention"))::int AS "attention",
            (count(*) FILTER (WHERE "refundUnits" > 0))::int AS "refund",
            max(max("id")) OVER () AS "last"
       FROM (SELECT "id", "status", "needsAttention", "refundUnits" FROM "Order"
              WHERE "shop" = $1 AND "id" > $2 ORDER BY "id" ${firstRows(page)}) AS page
      GROUP BY "status"`,
    [shop, after],
  );
  return rows;
}
