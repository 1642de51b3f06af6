import type { RunContext } from "#app/store/run-context.ts";

/**
 * Has a shop's quarantined webhooks folded once more, for instance after the app was mended. Those
 * whose payload was erased stay. Wake the shop afterwards.
 *
 * @returns how many there are
 */
export async function retryQuarantined(
  { pool }: Pick<RunContext, "pool">,
  domain: string,
): Promise<number> {
  const { rowCount } = await pool.query(
    `UPDATE "InboxWebhook" SET "attempts" = 0, "quarantinedAt" = NULL, "error" = NULL
      WHERE "shop" = $1 AND "quarantinedAt" IS NOT NULL AND "foldedAt" IS NULL AND "payload" IS NOT NULL`,
    [domain],
  );
  return rowCount ?? 0;
}
