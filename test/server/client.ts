import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { openPool } from "#app/database/pool.server.ts";
import { readConfig } from "#app/foundation/config.server.ts";
import { createLog } from "#app/foundation/log.server.ts";
import { createSecretBox } from "#app/foundation/secrets.server.ts";
import { connectShop } from "#app/shops/connect.ts";
import type { Environment } from "#test/simulator/hakuna/hakuna.ts";
import { deliverWebhook, type Webhook } from "#test/simulator/shopify/webhook.ts";
import { patienceMs } from "#test/world/patience.ts";
import type { World } from "#test/world/world.ts";

/** true: it has come about. Anything else tells how far things are, as a number or in words. */
type Progress = boolean | number | string;

/**
 * Waits until `look` answers true; fails with `what` once its answers have stayed the same for `ms`.
 * So a wait that is told how far things are lasts as long as they move. The longer a look takes, and
 * the longer nothing has moved, the longer is the rest after it: what is waited for needs the machine,
 * too.
 */
export async function eventually(
  what: string,
  look: () => Promise<Progress> | Progress,
  ms = patienceMs,
): Promise<void> {
  let known: Progress = false;
  let movedAt = Date.now();
  for (;;) {
    const began = Date.now();
    const seen = await look();
    if (seen === true) return;
    if (seen !== known) movedAt = Date.now();
    known = seen;
    if (Date.now() - movedAt > ms) throw new Error(`Waited in vain: ${what} (${known}).`);
    const stillMs = Math.min(Date.now() - movedAt, 5000);
    await sleep(Math.max(25, 3 * (Date.now() - began), stillMs / 20));
  }
}

/** Where a client finds the app and its database. */
export type Reachable = Pick<World, "appUrl" | "apiSecret" | "databaseUrl" | "env">;

/** What a test does to a world besides opening its pages. */
export type Client = {
  pool: pg.Pool;
  connect(shop: string, apiKey?: string, environment?: Environment): Promise<void>;
  send(webhooks: readonly Webhook[], atOnce?: number): Promise<void>;
  order(shop: string, id: string): Promise<Record<string, unknown>>;
  /**
   * nothing is left to fold or to review, nor to send or to answer for shops that are connected; of
   * all shops, or of one
   */
  quiet(shop?: string): Promise<void>;
  close(): Promise<void>;
};

export function createClient(world: Reachable): Client {
  const pool = openPool({ connectionString: world.databaseUrl, max: 4 }, createLog("silent"));
  const config = readConfig(world.env as NodeJS.ProcessEnv);
  const secrets = createSecretBox({ current: config.ENCRYPTION_KEY, previous: [] });
  return {
    pool,
    async connect(shop, apiKey = "sk_test_demo", environment = "sandbox") {
      await connectShop({ pool, secrets }, { shop, environment, apiKey, country: "de" });
    },
    async send(webhooks, atOnce = 32) {
      const left = [...webhooks].reverse();
      const one = async () => {
        for (let next = left.pop(); next; next = left.pop()) {
          await deliverWebhook(world.appUrl, next, world.apiSecret);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, one));
    },
    async order(shop, id) {
      const { rows } = await pool.query(`SELECT * FROM "Order" WHERE "shop" = $1 AND "id" = $2`, [
        shop,
        id,
      ]);
      return rows[0] ?? {};
    },
    async quiet(shop) {
      await eventually("the sync has nothing left to do", async () => {
        const { rows } = await pool.query(
          `WITH chosen AS (SELECT * FROM "Shop" WHERE "domain" = coalesce($1, "domain")),
             "unfolded" AS (SELECT count(*) FROM "InboxWebhook" WHERE "shop" = coalesce($1, "shop")
                      AND "foldedAt" IS NULL AND "quarantinedAt" IS NULL),
             "unreviewed" AS (SELECT count(*) FROM chosen WHERE "reviewAfter" IS NOT NULL),
             "unsent" AS (SELECT count(*) FROM "Order" o JOIN chosen s ON s."domain" = o."shop"
                    WHERE s."connection" = 'connected' AND NOT s."paused"
                      AND (o."status" = 'pending' OR o."dueAt" IS NOT NULL)),
             "unanswered" AS (SELECT count(*) FROM "Attempt" a JOIN chosen s ON s."domain" = a."shop"
                    WHERE a."answeredAt" IS NULL),
             "attempts" AS (SELECT count(*) FROM "Attempt")
           SELECT "unfolded".count AS "unfolded", "unreviewed".count AS "unreviewed",
                  "unsent".count AS "unsent", "unanswered".count AS "unanswered",
                  "attempts".count AS "attempts"
             FROM "unfolded", "unreviewed", "unsent", "unanswered", "attempts"`,
          [shop ?? null],
        );
        const { attempts: _attempts, ...left } = rows[0];
        return Object.values(left).every((count) => count === "0") || JSON.stringify(rows[0]);
      });
    },
    close: () => pool.end(),
  };
}
