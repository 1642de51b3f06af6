import type pg from "pg";
import { holdingShop } from "#app/store/lease.ts";

/**
 * A list of orders that the shop's staff gave a name; `query`: the search params of its address,
 * without what is searched for, which may be a customer's name.
 */
export type SavedView = { id: string; name: string; query: string };

/** So many at most: tabs beside each other. */
export const mostSavedViews = 20;

/** The shop's saved views, the oldest first. */
export async function savedViews(
  client: Pick<pg.Pool | pg.PoolClient, "query">,
  shop: string,
): Promise<SavedView[]> {
  const { rows } = await client.query<SavedView>(
    `SELECT "id", "name", "query" FROM "SavedView" WHERE "shop" = $1
      ORDER BY "createdAt", "id" LIMIT ${mostSavedViews}`,
    [shop],
  );
  return rows;
}

/**
 * Saves a view, or what has become of it, under its id. Under the shop's lock: two that are saved at
 * once find room for one.
 *
 * @returns whether there was room for it
 */
export async function saveView(
  pool: pg.Pool,
  shop: string,
  { id, name, query }: SavedView,
): Promise<boolean> {
  const isSaved = await holdingShop(pool, shop, async (client, { now }) => {
    const others = (await savedViews(client, shop)).filter((one) => one.id !== id);
    if (others.length >= mostSavedViews) return false;
    await client.query(
      `INSERT INTO "SavedView" ("shop", "id", "name", "query", "createdAt") VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT ("shop", "id") DO UPDATE SET "name" = EXCLUDED."name", "query" = EXCLUDED."query"`,
      [shop, id, name, query, new Date(now)],
    );
    return true;
  });
  return isSaved ?? false;
}

/** Forgets a view; one that is not there is no error. */
export async function deleteView(pool: pg.Pool, shop: string, id: string): Promise<void> {
  await pool.query(`DELETE FROM "SavedView" WHERE "shop" = $1 AND "id" = $2`, [shop, id]);
}
