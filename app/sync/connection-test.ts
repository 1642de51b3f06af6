import type { ConnectionTest } from "#app/hakuna/client.ts";
import type { RunContext } from "./run-context.ts";

type Context = Pick<RunContext, "pool" | "feed" | "secrets">;

/**
 * Asks the feed whether it takes the shop's stored key, and notes when it does. Null: there is no
 * key. Nothing is changed at Hakuna.
 */
export async function testStoredKey(
  { pool, feed, secrets }: Context,
  domain: string,
): Promise<ConnectionTest | null> {
  const { rows } = await pool.query<{
    environment: "sandbox" | "production";
    apiKeySealed: string | null;
  }>(`SELECT "environment", "apiKeySealed" FROM "Shop" WHERE "domain" = $1`, [domain]);
  const shop = rows[0];
  if (!shop?.apiKeySealed) return null;
  const apiKey = secrets.open(shop.apiKeySealed, domain);
  const tested = await feed.testConnection({ environment: shop.environment, apiKey });
  if (tested.result === "works") {
    await pool.query(`UPDATE "Shop" SET "testedAt" = now() WHERE "domain" = $1`, [domain]);
  }
  return tested;
}
