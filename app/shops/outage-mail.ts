import type pg from "pg";
import { inTransaction } from "#app/database/transaction.ts";
import type { RunContext } from "#app/store/run-context.ts";

/** A connection that a person must mend. */
export type BrokenConnection = {
  shop: string;
  connection: "key_refused" | "wrong_address" | "feed_refuses";
  since: Date;
  /** IANA name */
  timeZone: string;
  /** en or de; null: no page was opened yet */
  language: string | null;
  /** orders that wait for it */
  pending: number;
};

/**
 * `refused`: for good; `failed`: worth another try; `down`: so would be every other mail. Never
 * rejects.
 */
export type OutageMailer = (
  to: string,
  outage: BrokenConnection,
) => Promise<"sent" | "refused" | "failed" | "down">;

type Row = BrokenConnection & { contactEmail: string | null };

/** An advisory lock: one process at a time tells. */
const lock = "74632805119";

/** Mails of one look; the next look tells the others. */
const most = 50;

/**
 * Tells the merchants whose connection has been broken for a while, once per outage, and logs it for
 * the operator. A mail that could not be sent is tried again at the next look; a process that ends
 * between mail and mark sends it twice.
 *
 * @param mailer null: it is logged alone
 */
export async function tellOutages(
  context: Pick<RunContext, "pool" | "config" | "log" | "metrics">,
  mailer: OutageMailer | null,
): Promise<void> {
  const { pool, config } = context;
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ ours: boolean }>(
      `SELECT pg_try_advisory_xact_lock(${lock}) AS ours`,
    );
    if (!rows[0]?.ours) return;
    const awake = keepAwake(client, config.database.idleInTransactionMs);
    try {
      for (const outage of await untold(context, config.outage.mailAfterMs)) {
        // rejects where the lock was lost: then another process tells
        await client.query("SELECT 1");
        const result = await tell(context, mailer, outage);
        if (result === "down") break;
        if (result === "failed") continue;
        await pool.query(`UPDATE "Shop" SET "outageToldAt" = now() WHERE "domain" = $1`, [
          outage.shop,
        ]);
      }
    } finally {
      clearInterval(awake);
    }
  });
}

/**
 * A mail server may take longer for a mail than a transaction may be silent. PostgreSQL would end it
 * and with it the lock, and another process would send the same mails.
 */
function keepAwake(client: pg.PoolClient, idleMs: number): NodeJS.Timeout {
  const say = () => void client.query("SELECT 1").catch(() => undefined);
  return setInterval(say, Math.ceil(idleMs / 4));
}

async function untold({ pool }: Pick<RunContext, "pool">, afterMs: number): Promise<Row[]> {
  const { rows } = await pool.query<Row>(
    `SELECT "domain" AS "shop", "connection", "connectionSince" AS "since", "timeZone", "language",
            "contactEmail", (SELECT coalesce(sum("count"), 0)::int FROM "OrderCount" c
               WHERE c."shop" = s."domain" AND c."status" = 'pending') AS "pending"
       FROM "Shop" s
      WHERE "connection" IN ('key_refused', 'wrong_address', 'feed_refuses')
        AND "connectionSince" <= now() - $1 * interval '1 millisecond'
        AND ("outageToldAt" IS NULL OR "outageToldAt" < "connectionSince")
        AND "uninstalledAt" IS NULL AND "eraseAt" IS NULL
      ORDER BY "connectionSince" LIMIT ${most}`,
    [afterMs],
  );
  return rows;
}

/** What came of it; all but `failed` and `down` is told, as far as it can be. */
async function tell(
  { log, metrics }: Pick<RunContext, "log" | "metrics">,
  mailer: OutageMailer | null,
  { contactEmail, ...outage }: Row,
): Promise<"off" | "no_contact" | Awaited<ReturnType<OutageMailer>>> {
  const { shop, connection, since, pending } = outage;
  const result =
    mailer === null
      ? "off"
      : contactEmail === null
        ? "no_contact"
        : await mailer(contactEmail, outage);
  if (result === "failed" || result === "down") {
    metrics.outageMailed("failed");
    log.warn({ shop }, "the mail server did not take a mail; it is tried again");
    return result;
  }
  if (result !== "off") metrics.outageMailed(result === "refused" ? "failed" : result);
  log.error({ shop, connection, since, pending, mail: result }, "a connection stays broken");
  return result;
}
