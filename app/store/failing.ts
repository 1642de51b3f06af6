import type pg from "pg";
import { backoffMs } from "#app/foundation/backoff.ts";
import type { Config } from "#app/foundation/config.server.ts";
import type { Logger } from "#app/foundation/log.server.ts";
import { SecretError } from "#app/foundation/secrets.server.ts";

/** The steps of a run that can fail by themselves. */
export type Step = "recover" | "fold" | "deliver" | "review" | "read" | "poll";

/** SQL: when the step may be tried again of the shop in the row of this name; null: now. */
export function restsUntil(row: string, step: Step): string {
  return `CASE WHEN ${row}."failingStep" = '${step}' THEN ${row}."failingUntil" END`;
}

/**
 * An error ended a step: it is not tried again for a while, longer each time, and the others go on.
 * What fails every time would otherwise be done again every few seconds for ever, and an order with
 * it be sent as often.
 */
export async function noteFailing(
  { pool, log, config }: { pool: pg.Pool; log: Logger; config: Config },
  shop: string,
  step: Step,
  error: unknown,
): Promise<void> {
  try {
    const { rows } = await pool.query<{ failures: number }>(
      `SELECT "failures" FROM "Shop" WHERE "domain" = $1`,
      [shop],
    );
    const failures = rows[0]?.failures ?? 0;
    await pool.query(
      `UPDATE "Shop" SET "failures" = least("failures" + 1, 30), "failingStep" = $2,
              "failingReason" = $3, "failingSince" = coalesce("failingSince", now()),
              "failingUntil" = now() + $4 * interval '1 millisecond'
        WHERE "domain" = $1`,
      [shop, step, kindOf(error), backoffMs(failures, config.delivery)],
    );
  } catch (err) {
    // the database itself: there is nothing to be said of the shop
    log.warn({ err, shop, step }, "it was not noted that a step failed");
  }
}

/** The steps of a run went well that were tried: what failed before does no more. */
export async function noteWorking(pool: pg.Pool, shop: string): Promise<void> {
  await pool.query(
    `UPDATE "Shop" SET "failures" = 0, "failingStep" = NULL, "failingReason" = NULL,
            "failingSince" = NULL, "failingUntil" = NULL WHERE "domain" = $1`,
    [shop],
  );
}

/**
 * All steps that failed may be tried at once: a process that starts may be one in which they were
 * mended.
 */
export async function retryFailing(pool: pg.Pool): Promise<void> {
  await pool.query(`UPDATE "Shop" SET "failingUntil" = NULL WHERE "failingUntil" > now()`);
}

/** Says what kind of error it is, without its message, which may quote an order. */
function kindOf(error: unknown): string {
  if (error instanceof SecretError) return error.message;
  const { name, code } = Object(error);
  const kind = typeof name === "string" ? name : "error";
  return typeof code === "string" ? `${kind} (${code})` : kind;
}
