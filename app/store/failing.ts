import type pg from "pg";
import { backoffMs } from "#app/foundation/backoff.ts";
import type { Config } from "#app/foundation/config.server.ts";
import type { Logger } from "#app/foundation/log.server.ts";
import { SecretError } from "#app/foundation/secrets.server.ts";
import { holdingShop, type ShopRow } from "./lease.ts";

const steps = [
  ...(["erase", "redact", "recover", "fold", "deliver", "review", "read", "poll"] as const),
  /** of the lane of refunds; it rests by `returnsLookAt` */
  "returns",
] as const;

/** What is done for a shop and can fail by itself. */
export type Step = (typeof steps)[number];

/** SQL: when the step may be tried again of the shop in the row of this name; null: now. */
export function restsUntil(row: string, step: Step): string {
  return `to_timestamp((${row}."failing" #>> '{${step},until}')::float8 / 1000)`;
}

/** Whether the step failed and is not to be tried yet. */
export function isResting({ failing, now }: ShopRow, step: Step): boolean {
  return (failing[step]?.until ?? 0) > now;
}

/**
 * An error ended a step: it is not tried again for a while, longer each time, and the others go on.
 * What fails every time would otherwise be done again every few seconds for ever, and an order with
 * it be sent as often. Each step rests for itself: that another one fails as well ends no rest.
 */
export async function noteFailing(
  { pool, log, config }: { pool: pg.Pool; log: Logger; config: Config },
  shop: string,
  step: Step,
  error: unknown,
): Promise<void> {
  try {
    await holdingShop(pool, shop, async (client, { failing, now, installed }) => {
      // nobody looks at its returns any more, so that they would fail for ever
      if (step === "returns" && !installed) return;
      const former = failing[step];
      const noted = {
        failures: Math.min((former?.failures ?? 0) + 1, 30),
        since: former?.since ?? now,
        reason: kindOf(error),
        until: now + Math.ceil(backoffMs(former?.failures ?? 0, config.delivery)),
      };
      await client.query(`UPDATE "Shop" SET "failing" = "failing" || $2 WHERE "domain" = $1`, [
        shop,
        { [step]: noted },
      ]);
    });
  } catch (err) {
    // the database itself: there is nothing to be said of the shop
    log.warn({ err, shop, step }, "it was not noted that a step failed");
  }
}

/** These steps went well: what failed before does no more. */
export async function noteWorking(
  pool: pg.Pool,
  shop: string,
  worked: readonly Step[],
): Promise<void> {
  await pool.query(`UPDATE "Shop" SET "failing" = "failing" - $2::text[] WHERE "domain" = $1`, [
    shop,
    worked,
  ]);
}

/**
 * All steps that failed may be tried at once: a process that starts may be one in which they were
 * mended. Shops that somebody holds just now keep their rest.
 */
export async function retryFailing(pool: pg.Pool): Promise<void> {
  const rested = steps.map((step) => `#- '{${step},until}'`).join(" ");
  const { rows } = await pool.query<{ domain: string }>(
    `SELECT "domain" FROM "Shop" WHERE "failing" <> '{}'`,
  );
  for (const { domain } of rows) {
    await pool.query(
      `UPDATE "Shop" SET "failing" = "failing" ${rested} WHERE "domain" = $1 AND "domain" = (
         SELECT "domain" FROM "Shop" WHERE "domain" = $1 FOR NO KEY UPDATE SKIP LOCKED)`,
      [domain],
    );
  }
}

/** Says what kind of error it is, without its message, which may quote an order. */
function kindOf(error: unknown): string {
  if (error instanceof SecretError) return error.message;
  const { name, code, message } = Object(error);
  // Shopify's own words, of which no order is the subject
  if (code === "admin_api") return String(message).slice(0, 300);
  const kind = typeof name === "string" ? name : "error";
  return typeof code === "string" ? `${kind} (${code})` : kind;
}
