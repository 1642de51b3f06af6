import { holdingShop } from "#app/store/lease.ts";
import type { RunContext } from "#app/store/run-context.ts";

/**
 * Locks the stored API keys that are under an older encryption key anew, so that after a rotation
 * the older one is needed no more. A key that cannot be opened is logged and left as it is.
 *
 * @returns how many were locked anew
 */
export async function resealKeys({
  pool,
  secrets,
  log,
}: Pick<RunContext, "pool" | "secrets" | "log">): Promise<number> {
  const { rows } = await pool.query<{ domain: string; sealed: string }>(
    `SELECT "domain", "apiKeySealed" AS "sealed" FROM "Shop" WHERE "apiKeySealed" IS NOT NULL`,
  );
  let resealed = 0;
  for (const { domain } of rows.filter(({ sealed }) => secrets.needsReseal(sealed))) {
    try {
      await holdingShop(pool, domain, async (client, { apiKeySealed }) => {
        if (apiKeySealed === null || !secrets.needsReseal(apiKeySealed)) return;
        const anew = secrets.seal(secrets.open(apiKeySealed, domain), domain);
        await client.query(`UPDATE "Shop" SET "apiKeySealed" = $2 WHERE "domain" = $1`, [
          domain,
          anew,
        ]);
        resealed += 1;
      });
    } catch (err) {
      log.error({ err, shop: domain }, "a stored API key was not locked anew");
    }
  }
  if (resealed > 0) log.info({ shops: resealed }, "API keys were locked with the new key");
  return resealed;
}
