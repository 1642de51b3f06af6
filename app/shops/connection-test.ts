import type { ConnectionTest } from "#app/hakuna/client.ts";
import type { RunContext } from "#app/store/run-context.ts";

type Context = Pick<RunContext, "pool" | "feed" | "secrets">;

/** What is tried in the place of what is stored. */
export type Trial = { environment: "sandbox" | "production"; apiKey: string | null };

/**
 * Asks the feed whether it takes the shop's stored key, and notes when it does; or, before it is
 * saved, whether it takes another key or the key in another environment. Null: there is no key.
 * Nothing is changed at Hakuna.
 */
export async function testKey(
  { pool, feed, secrets }: Context,
  domain: string,
  trial: Trial | null = null,
): Promise<ConnectionTest["result"] | null> {
  const { rows } = await pool.query<{
    environment: "sandbox" | "production";
    apiKeySealed: string | null;
    keyVersion: number;
  }>(`SELECT "environment", "apiKeySealed", "keyVersion" FROM "Shop" WHERE "domain" = $1`, [
    domain,
  ]);
  const shop = rows[0];
  const stored = shop?.apiKeySealed ? secrets.open(shop.apiKeySealed, domain) : null;
  const apiKey = trial?.apiKey || stored;
  const environment = trial?.environment ?? shop?.environment ?? "sandbox";
  if (apiKey === null) return null;
  const { result } = await feed.testConnection({ environment, apiKey });
  if (result === "works" && apiKey === stored && environment === shop?.environment) {
    // unless another key was stored meanwhile
    await pool.query(
      `UPDATE "Shop" SET "testedAt" = now() WHERE "domain" = $1 AND "keyVersion" = $2`,
      [domain, shop.keyVersion],
    );
  }
  return result;
}
