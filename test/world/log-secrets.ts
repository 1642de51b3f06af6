import { customersSent } from "#test/simulator/shopify/customers-sent.ts";
import type { World } from "./world.ts";

/** What looks like a secret, whoever gave it out: Shopify's tokens, session tokens, Hakuna's keys. */
const shapes = /shp(?:at|rt|ss)_\w+|eyJ[\w-]{10,}\.[\w-]+|sk_(?:test|live)_\w+|Bearer [\w.-]{8,}/g;

/** Variables whose values may be seen; all others count as secrets. */
const open =
  /^(PORT|WORKER|WORKER_PORT|LOG_LEVEL|SCOPES|SHOPIFY_API_KEY|SHOPIFY_APP_URL|HAKUNA_API_URL|SIMULATED_SHOPIFY_URL|DATA_FOLDER|DATABASE_URL|OTEL_EXPORTER_OTLP_ENDPOINT|MAIL_FROM|HAKUNA_VERSION|\w+_(MS|ORDERS|BYTES|PAUSE|ROWS|DAYS|HOUR|CONCURRENCY))$/;

/**
 * Searches what a world's processes wrote for every secret and every customer's data that went
 * through them.
 *
 * @returns what was found, without saying more of it than its beginning; empty when all is well
 */
export function secretsIn(
  output: string,
  world: Pick<World, "env" | "hakuna"> & { admin: Pick<World["admin"], "given"> },
): string[] {
  const { env, admin, hakuna } = world;
  const { DATABASE_URL, DATABASE_DIRECT_URL, MIGRATION_DATABASE_URL, SMTP_URL } = env;
  const passwords = [DATABASE_URL, DATABASE_DIRECT_URL, MIGRATION_DATABASE_URL, SMTP_URL].map(
    (url) => (url ? new URL(url).password : ""),
  );
  const variables = Object.entries(env).flatMap(([name, value]) =>
    open.test(name) ? [] : value.split(","),
  );
  const tokens = admin.given.flatMap(({ token, sessionToken }) => [token, sessionToken]);
  const keys = Object.values(hakuna.apiKeys).flat();
  const known = [...passwords, ...variables, ...tokens, ...keys, ...customersSent.texts];
  const found = known.filter((text) => text.length >= 5 && output.includes(text));
  const shaped = output.match(shapes) ?? [];
  return [...new Set([...found, ...shaped])].map((text) => `${text.slice(0, 12)}…`);
}
