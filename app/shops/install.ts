import type pg from "pg";

/**
 * An app can be installed a while before it is opened, and Shopify repeats a webhook for four hours:
 * an order that was placed so long before the first sign of the install may belong to it.
 */
const graceMs = 4 * 60 * 60 * 1000;

/**
 * Notes that the app was surely installed at a moment: a session token of then was accepted. Makes
 * the shop known, and ends an uninstall that was before.
 *
 * A shop that an operator connected before anybody opened the app keeps having no install time: all
 * its orders are sent.
 *
 * @param seenAt epoch milliseconds by Shopify's clock: the session token's `iat`
 * @param scopes the access scopes of the session, separated by commas
 */
export async function noteInstalled(
  pool: pg.Pool,
  domain: string,
  seenAt: number,
  scopes: string | null,
): Promise<void> {
  const seen = new Date(seenAt);
  const { rowCount } = await pool.query({
    name: "note-installed",
    text: `UPDATE "Shop" SET
        "installSeenAt" = $2,
        "installedAt" = CASE WHEN "installedAt" IS NULL AND "connection" = 'none'
            AND "uninstalledAt" IS NULL AND "lastAcceptedAt" IS NULL
          THEN ${beforeGrace(`least("createdAt", $2)`, "$3")} ELSE "installedAt" END,
        "reinstalledAt" = CASE WHEN "uninstalledAt" < $2 THEN $2 ELSE "reinstalledAt" END,
        "uninstalledAt" = CASE WHEN "uninstalledAt" < $2 THEN NULL ELSE "uninstalledAt" END,
        "eraseAt" = CASE WHEN "eraseAt" < $2 THEN NULL ELSE "eraseAt" END,
        "scopes" = coalesce("scopes", $4)
      WHERE "domain" = $1 AND ("installSeenAt" IS NULL OR "installSeenAt" < $2)`,
    values: [domain, seen, graceMs, scopes],
  });
  if (rowCount === 1) return;
  await pool.query({
    name: "make-known",
    text: `INSERT INTO "Shop" ("domain", "installedAt", "installSeenAt", "scopes")
      VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
    values: [domain, new Date(seenAt - graceMs), seen, scopes],
  });
}

/**
 * SQL: so many milliseconds before a time. In UTC, where that depends on nobody's time zone: Citus
 * takes nothing in a CASE that may.
 */
function beforeGrace(time: string, ms: string): string {
  return `(${time} AT TIME ZONE 'UTC' - ${ms} * interval '1 millisecond') AT TIME ZONE 'UTC'`;
}
