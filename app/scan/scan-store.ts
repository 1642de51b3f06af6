import type pg from "pg";
import type { AdminRefusal } from "#app/shopify/access/admin-api.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { cursorOf, nextTime, type Position, timeAfter } from "./scan-position.ts";

/** A way through a shop's orders that is under way, held by `token`. Times are epoch milliseconds. */
export type Scan = {
  shop: string;
  token: string;
  kind: "reconciliation" | "import";
  running: boolean;
  startedAt: number;
  through: number | null;
  since: number | null;
  read: number;
  oldest: number | null;
  failures: number;
  pausedReason: string | null;
  /** the access to Shopify, as it is stored, with which it goes on; null: there is none */
  access: string | null;
} & Position;

const times = ["startedAt", "through", "since", "bound", "reached", "oldest"] as const;

const columns = [
  ...["shop", "kind", "running", "after", "listed", "read", "failures", "pausedReason"],
  ...times,
]
  .map((column) => `c."${column}"`)
  .join(", ");

type Row = Omit<Scan, "token" | "access" | (typeof times)[number]> &
  Record<(typeof times)[number], Date | null>;

/** Of scans `c` and shops `s`: those that are to begin or to go on now. */
const due = `s."uninstalledAt" IS NULL AND s."eraseAt" IS NULL AND c."dueAt" <= now()
  AND (c."kind" = 'import' OR s."connection" <> 'none')`;

/**
 * Takes the shop's next scan that is due, the reconciliation before an import, and keeps others away
 * from it for `leaseMs`.
 */
export async function claimScan(
  pool: pg.Pool,
  shop: string,
  token: string,
  leaseMs: number,
): Promise<Scan | null> {
  const { rows } = await pool.query<Row>(
    `UPDATE "OrderScan" c SET "leaseToken" = $2, "leaseUntil" = now() + $3 * interval '1 millisecond'
      WHERE c."shop" = $1 AND c."kind" = (
          SELECT c."kind" FROM "OrderScan" c JOIN "Shop" s ON s."domain" = c."shop"
           WHERE c."shop" = $1 AND ${due} ORDER BY c."kind" LIMIT 1)
        AND (c."leaseUntil" IS NULL OR c."leaseUntil" < now() OR c."leaseToken" = $2)
      RETURNING ${columns}`,
    [shop, token, leaseMs],
  );
  const [row] = rows;
  if (!row) return null;
  const epochs = times.map((column) => [column, row[column]?.getTime() ?? null]);
  const access = await accessOf(pool, shop);
  return { ...row, ...Object.fromEntries(epochs), token, access };
}

async function accessOf(pool: pg.Pool, shop: string): Promise<string | null> {
  const { rows } = await pool.query<{ accessToken: string }>(
    `SELECT "accessToken" FROM "Session" WHERE "shop" = $1 AND NOT "isOnline" LIMIT 1`,
    [shop],
  );
  return rows[0]?.accessToken ?? null;
}

/** Renews the hold on a scan; false: somebody else has it, or it was cancelled. */
export async function keepScan(pool: pg.Pool, scan: Scan, leaseMs: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE "OrderScan" SET "leaseUntil" = now() + $4 * interval '1 millisecond'
      WHERE "shop" = $1 AND "kind" = $2::"ScanKind" AND "leaseToken" = $3`,
    [scan.shop, scan.kind, scan.token, leaseMs],
  );
  return rowCount === 1;
}

export async function releaseScans(pool: pg.Pool, shop: string, token: string): Promise<void> {
  await pool.query(
    `UPDATE "OrderScan" SET "leaseToken" = NULL, "leaseUntil" = NULL
      WHERE "shop" = $1 AND "leaseToken" = $2`,
    [shop, token],
  );
}

export async function postponeScan(pool: pg.Pool, scan: Scan, ms: number): Promise<void> {
  await pool.query(
    `UPDATE "OrderScan" SET "dueAt" = now() + $4 * interval '1 millisecond'
      WHERE "shop" = $1 AND "kind" = $2::"ScanKind" AND "leaseToken" = $3`,
    [scan.shop, scan.kind, scan.token, ms],
  );
}

/** What a page did to a scan; `next` null: it was the last one. */
export type Progress = { reached: number; next: Position | null; read: number; found: number };

/**
 * Writes down how far a scan has come, in the transaction that folded the page. Answers false, and
 * nothing is to be folded, where the scan is not ours any more.
 */
export async function saveProgress(
  client: pg.PoolClient,
  scan: Scan,
  { reached, next, read, found }: Progress,
  { now, intervalMs, overlapMs }: { now: number; intervalMs: number; overlapMs: number },
): Promise<boolean> {
  const isDone = next === null;
  const run = { startedAt: scan.startedAt, reached: isDone ? null : reached };
  const through = scan.kind === "import" ? null : cursorOf(scan.through, run, overlapMs);
  const again = scan.kind === "import" ? null : timeAfter(scan.shop, now, intervalMs);
  const { rowCount } = await client.query(
    `UPDATE "OrderScan" SET "running" = $4, "bound" = to_timestamp($5 / 1000.0),
            "reached" = to_timestamp($6 / 1000.0), "after" = $7, "listed" = $8, "read" = "read" + $9,
            "found" = "found" + $10, "through" = to_timestamp($11 / 1000.0),
            "finishedAt" = CASE WHEN $4 THEN "finishedAt" ELSE to_timestamp($12 / 1000.0) END,
            "dueAt" = CASE WHEN $4 THEN "dueAt" ELSE to_timestamp($13 / 1000.0) END,
            "failures" = 0, "pausedReason" = NULL, "pausedWords" = NULL, "pausedSince" = NULL
      WHERE "shop" = $1 AND "kind" = $2::"ScanKind" AND "leaseToken" = $3 AND "running"`,
    [
      ...[scan.shop, scan.kind, scan.token, !isDone],
      ...[next?.bound ?? scan.bound, reached, next?.after ?? null, next?.listed ?? 0, read, found],
      ...[through, now, again],
    ],
  );
  return rowCount === 1;
}

/** Refusals in a row after which the merchant is told. */
const toldAfter = 3;
/** A shop whose session is lost is looked at again when the app is opened, and else once a day. */
const withoutSessionMs = 24 * 60 * 60 * 1000;

/**
 * The Admin API did not answer: the scan waits as long as Shopify says, else exponentially. Without
 * access, which is tried twice, it pauses, and the session is forgotten, so that opening the app
 * gets a new one. One that came meanwhile is tried.
 */
export async function backOffScan(
  { pool, config, now, log }: Pick<RunContext, "pool" | "config" | "now" | "log">,
  scan: Scan,
  refusal: AdminRefusal,
): Promise<void> {
  const { backoffMinMs, backoffMaxMs } = config.delivery;
  const failures = scan.failures + 1;
  const backoffMs = Math.min(backoffMaxMs, backoffMinMs * 2 ** Math.min(scan.failures, 30));
  const isRefused = refusal.kind === "no_session" && failures > 1;
  const isLost = isRefused && (await forgetAccess(pool, scan));
  const asked = refusal.kind === "unavailable" ? refusal.retryAfterMs : null;
  const waitMs = isLost ? withoutSessionMs : (asked ?? backoffMs);
  const why = refusal.kind === "unavailable" && refusal.isShutOut ? "shut_out" : refusal.kind;
  const reason = isLost || failures >= toldAfter ? why : scan.pausedReason;
  const words = refusal.kind === "unavailable" ? refusal.reason : null;
  log.warn(
    { shop: scan.shop, by: scan.kind, why, words, failures, waitMs },
    "Shopify did not answer",
  );
  const at = now();
  await pool.query(
    `UPDATE "OrderScan" SET "failures" = $4, "dueAt" = $5, "pausedReason" = $6, "pausedWords" = $7,
            "pausedSince" = CASE WHEN $6::text IS NOT NULL THEN coalesce("pausedSince", $8) END
      WHERE "shop" = $1 AND "kind" = $2::"ScanKind" AND "leaseToken" = $3`,
    [
      ...[scan.shop, scan.kind, scan.token, failures],
      ...[new Date(at + Math.max(waitMs, 100)), reason],
      ...[words, new Date(at)],
    ],
  );
  // whoever opened the app before that found nothing that was paused
  if (isLost && (await accessOf(pool, scan.shop)) !== null) await resumeScans(pool, scan.shop);
}

/** Forgets the access that was refused; false: there is another one by now. */
async function forgetAccess(pool: pg.Pool, { shop, access }: Scan): Promise<boolean> {
  await pool.query(
    `DELETE FROM "Session" WHERE "shop" = $1 AND NOT "isOnline" AND "accessToken" = $2`,
    [shop, access],
  );
  return (await accessOf(pool, shop)) === null;
}

/** The app was opened, so the shop has a session again: its scans go on. */
export async function resumeScans(pool: pg.Pool, shop: string): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: "resume-scans",
    text: `UPDATE "OrderScan" SET "dueAt" = now(), "failures" = 0
            WHERE "shop" = $1 AND "pausedReason" = 'no_session' AND "dueAt" > now()`,
    values: [shop],
  });
  return (rowCount ?? 0) > 0;
}

/** When the next of the shop's scans is due, in milliseconds from now; null: none is. */
export async function nextScanMs(pool: pg.Pool, shop: string): Promise<number | null> {
  const { rows } = await pool.query<{ ms: number | null }>(
    `SELECT (extract(epoch FROM min(greatest(c."dueAt", c."leaseUntil")) - now()) * 1000)::float8 AS ms
       FROM "OrderScan" c JOIN "Shop" s ON s."domain" = c."shop"
      WHERE c."shop" = $1 AND c."dueAt" IS NOT NULL AND s."uninstalledAt" IS NULL
        AND s."eraseAt" IS NULL AND (c."kind" = 'import' OR s."connection" <> 'none')`,
    [shop],
  );
  return rows[0]?.ms ?? null;
}

/**
 * The shops whose orders are to be read now. Connected shops that were never reconciled get their
 * time first.
 */
export async function shopsToScan(
  pool: pg.Pool,
  now: number,
  intervalMs: number,
): Promise<string[]> {
  const { rows: unplanned } = await pool.query<{ domain: string }>(
    `SELECT s."domain" FROM "Shop" s
      WHERE s."connection" <> 'none' AND s."uninstalledAt" IS NULL AND s."eraseAt" IS NULL
        AND NOT EXISTS (SELECT 1 FROM "OrderScan" c
                         WHERE c."shop" = s."domain" AND c."kind" = 'reconciliation')`,
  );
  for (const { domain } of unplanned) {
    await pool.query(
      `INSERT INTO "OrderScan" ("shop", "kind", "dueAt")
       VALUES ($1, 'reconciliation', to_timestamp($2 / 1000.0)) ON CONFLICT DO NOTHING`,
      [domain, nextTime(domain, now, intervalMs)],
    );
  }
  const { rows } = await pool.query<{ domain: string }>(
    `SELECT DISTINCT s."domain" FROM "OrderScan" c JOIN "Shop" s ON s."domain" = c."shop"
      WHERE ${due} AND (c."leaseUntil" IS NULL OR c."leaseUntil" < now())`,
  );
  return rows.map(({ domain }) => domain);
}
