import type pg from "pg";
import { inTransaction } from "#app/database/transaction.ts";
import { renewAccess } from "#app/shopify/access/access-token.ts";
import type { SessionKeeper } from "#app/shopify/access/admin-access.ts";
import { AdminError } from "#app/shopify/access/admin-api.ts";

/** Sooner than the library, which renews within 5 minutes of the end and without a lock. */
const renewBeforeEndMs = 10 * 60_000;

type Row = {
  id: string;
  accessToken: string;
  expires: Date | null;
  refreshToken: string | null;
  refreshTokenExpires: Date | null;
};

/**
 * Keeps the access tokens of shops usable. Shopify gives one pair per shop: a new one ends the one
 * before, so of all processes one renews at a time, and the others use what it got. An access that
 * has ended for good is emptied in the store: nobody asks for it in vain again, and the next visit
 * to the app gets a new one.
 */
export function createSessionKeeper(
  pool: pg.Pool,
  app: { apiKey: string; apiSecret: string },
): SessionKeeper {
  const underWay = new Map<string, Promise<void>>();

  async function keep(shop: string, refused: string | undefined): Promise<void> {
    const stored = await load(pool, shop);
    if (!stored || !isStale(stored, refused)) return;
    await inTransaction(pool, async (client) => {
      await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
        `session ${shop}`,
      ]);
      const session = await load(client, shop);
      if (session && isStale(session, refused)) await renew(client, shop, session, app);
    });
  }

  return {
    keep(shop, refused) {
      const key = `${shop} ${refused ?? ""}`;
      const known = underWay.get(key);
      if (known) return known;
      const keeping = keep(shop, refused).finally(() => underWay.delete(key));
      underWay.set(key, keeping);
      return keeping;
    },
  };
}

type Client = Pick<pg.PoolClient, "query">;

async function load(client: Client, shop: string): Promise<Row | undefined> {
  const { rows } = await client.query<Row>(
    `SELECT "id", "accessToken", "expires", "refreshToken", "refreshTokenExpires"
       FROM "Session" WHERE "shop" = $1 AND NOT "isOnline"`,
    [shop],
  );
  return rows[0];
}

function isStale(
  { accessToken, expires, refreshToken }: Row,
  refused: string | undefined,
): boolean {
  if (refreshToken === null) return false;
  if (accessToken === "" || accessToken === refused) return true;
  return expires !== null && expires.getTime() - renewBeforeEndMs < Date.now();
}

async function renew(
  client: Client,
  shop: string,
  { id, refreshToken, refreshTokenExpires, accessToken, expires }: Row,
  app: { apiKey: string; apiSecret: string },
): Promise<void> {
  if (refreshToken === null) return;
  // only what is still there: an uninstall may have deleted it meanwhile, a visit replaced it
  const where = `WHERE "id" = $1 AND "refreshToken" = $2`;
  try {
    if (refreshTokenExpires && refreshTokenExpires.getTime() <= Date.now()) {
      throw new AdminError({ kind: "no_session" });
    }
    const renewed = await renewAccess(app, shop, refreshToken);
    await client.query(
      `UPDATE "Session" SET "accessToken" = $3, "expires" = $4, "refreshToken" = $5,
              "refreshTokenExpires" = $6, "scope" = $7 ${where}`,
      [
        id,
        refreshToken,
        renewed.accessToken,
        new Date(renewed.expiresAt),
        renewed.refreshToken,
        new Date(renewed.refreshExpiresAt),
        renewed.scope,
      ],
    );
  } catch (error) {
    if (!(error instanceof AdminError)) throw error;
    if (error.refusal.kind === "no_session") {
      await client.query(
        `UPDATE "Session" SET "accessToken" = '', "refreshToken" = NULL ${where}`,
        [id, refreshToken],
      );
      return;
    }
    // what is not over yet can be used while Shopify's token endpoint is out of order
    const isUsable = accessToken !== "" && expires !== null && expires.getTime() > Date.now();
    if (!isUsable) throw error;
  }
}
