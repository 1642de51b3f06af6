import type pg from "pg";
import { missingScopes } from "#app/shopify/access/scopes.ts";

const dayMs = 24 * 60 * 60 * 1000;
/** What apps may read without `read_all_orders`. */
const readableMs = 60 * dayMs;

/**
 * Begins a run of a shop's reconciliation: from its cursor less the overlap, or from the install
 * where it never ran. `since` only reaches farther back, so that no gap is left. A run that is under
 * way is begun anew, no later than where it was, so that what it was asked for is read all the same;
 * and a page that is being read for it is not folded.
 *
 * @param since epoch milliseconds
 * @param planned nobody asked for it: a run that is under way goes on
 * @returns false where the shop is not known or not connected, or a planned one was not begun
 */
export async function beginReconciliation(
  pool: pg.Pool,
  shop: string,
  {
    now,
    overlapMs,
    since = null,
    planned = false,
  }: { now: number; overlapMs: number; since?: number | null; planned?: boolean },
): Promise<boolean> {
  const { rows } = await pool.query<{ through: Date }>(
    `SELECT coalesce(o."through", s."installedAt", s."createdAt") AS "through"
       FROM "Shop" s LEFT JOIN "OrderScan" o ON o."shop" = s."domain" AND o."kind" = 'reconciliation'
      WHERE s."domain" = $1 AND s."connection" <> 'none'
        AND s."uninstalledAt" IS NULL AND s."eraseAt" IS NULL`,
    [shop],
  );
  const [known] = rows;
  if (!known) return false;
  const from = Math.min(known.through.getTime() - overlapMs, since ?? Number.POSITIVE_INFINITY);
  const { rowCount } = await pool.query(
    `INSERT INTO "OrderScan" AS c ("shop", "kind", "dueAt", "running", "startedAt", "bound", "reached")
     VALUES ($1, 'reconciliation', now(), true, $2, $3, $3)
     ON CONFLICT ("shop", "kind") DO UPDATE SET "dueAt" = EXCLUDED."dueAt", "running" = true,
       "startedAt" = EXCLUDED."startedAt",
       "bound" = least(EXCLUDED."bound", CASE WHEN c."running" THEN c."reached" END),
       "reached" = least(EXCLUDED."reached", CASE WHEN c."running" THEN c."reached" END),
       "after" = NULL, "listed" = 0, "read" = 0, "found" = 0, "leaseToken" = NULL, "leaseUntil" = NULL
      WHERE NOT ($4 AND c."running")`,
    [shop, new Date(now), new Date(from), planned],
  );
  return rowCount === 1;
}

/**
 * Begins an import of the shop's past orders, the newest first: of the last 60 days, or of all where
 * the shop granted `read_all_orders`, or since a moment. One that is under way and reaches less far
 * back is begun anew, and a page that is being read for it is not folded.
 *
 * @param since epoch milliseconds
 * @returns false where one that reaches as far is under way already, or the shop is not known
 */
export async function beginImport(
  pool: pg.Pool,
  shop: string,
  { now, since }: { now: number; since?: number | undefined },
): Promise<boolean> {
  const { rows } = await pool.query<{ scopes: string | null }>(
    `SELECT "scopes" FROM "Shop" WHERE "domain" = $1
        AND "uninstalledAt" IS NULL AND "eraseAt" IS NULL`,
    [shop],
  );
  const [known] = rows;
  if (!known) return false;
  const from = since ?? (readsAllOrders(known) ? null : now - readableMs);
  const { rowCount } = await pool.query(
    `INSERT INTO "OrderScan" AS c ("shop", "kind", "dueAt", "running", "startedAt", "since", "bound", "reached")
     VALUES ($1, 'import', now(), true, to_timestamp($2 / 1000.0), to_timestamp($3 / 1000.0),
       to_timestamp($2 / 1000.0), to_timestamp($2 / 1000.0))
     ON CONFLICT ("shop", "kind") DO UPDATE SET "dueAt" = EXCLUDED."dueAt", "running" = true,
       "startedAt" = EXCLUDED."startedAt", "finishedAt" = NULL, "cancelledAt" = NULL,
       "since" = EXCLUDED."since", "bound" = EXCLUDED."bound", "reached" = EXCLUDED."reached",
       "after" = NULL, "listed" = 0, "read" = 0, "found" = 0, "total" = NULL, "oldest" = NULL,
       "failures" = 0, "pausedReason" = NULL, "pausedWords" = NULL, "pausedSince" = NULL,
       "leaseToken" = NULL, "leaseUntil" = NULL
      WHERE NOT c."running" OR c."since" > coalesce(EXCLUDED."since", '-infinity'::timestamptz)`,
    [shop, now, from],
  );
  return rowCount === 1;
}

/** Whether the shop lets the app read orders of any age. */
export function readsAllOrders(shop: { scopes: string | null }): boolean {
  return shop.scopes !== null && missingScopes({ SCOPES: ["read_all_orders"] }, shop).length === 0;
}

/** Keeps how many orders an import will read. `oldest`: epoch milliseconds. */
export async function saveCount(
  pool: pg.Pool,
  shop: string,
  { total, oldest }: { total: number | null; oldest: number | null },
): Promise<void> {
  await pool.query(
    `UPDATE "OrderScan" SET "total" = $2, "oldest" = to_timestamp($3 / 1000.0)
      WHERE "shop" = $1 AND "kind" = 'import' AND "running"`,
    [shop, total, oldest],
  );
}

/** Ends an import where it is; what it brought stays. Answers whether one was under way. */
export async function cancelImport(pool: pg.Pool, shop: string, now: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE "OrderScan" SET "running" = false, "dueAt" = NULL, "cancelledAt" = to_timestamp($2 / 1000.0),
            "leaseToken" = NULL, "leaseUntil" = NULL
      WHERE "shop" = $1 AND "kind" = 'import' AND "running"`,
    [shop, now],
  );
  return rowCount === 1;
}
