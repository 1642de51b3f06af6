import pg from "pg";
import { openClient } from "#app/database/connection.server.ts";
import { isDatabaseTrouble } from "#app/database/database-error.server.ts";
import { readConfig } from "#app/foundation/config.server.ts";
import { eventually } from "#test/server/client.ts";
import { patienceMs } from "#test/world/patience.ts";
import { nudge, pidOf, waiting } from "./quiet-faults.ts";
import { type Scene, type Trouble, wait } from "./troubles.ts";

/** What a vanished machine had locked. */
type Orphan = {
  name: string;
  lock(scene: Scene, session: pg.Client, shop: string): Promise<void>;
  /** how much of the app's work waits for it now */
  waits(scene: Scene, holder: number, shop: string): Promise<number>;
};

/**
 * A machine vanishes in the middle of a transaction: its session is idle in it, and holds its locks,
 * until the database ends it by the limit that the app gave to the session.
 *
 * @returns how much waited for it at most
 */
async function vanish(scene: Scene, { lock, waits }: Orphan, shop: string): Promise<number> {
  const { world } = scene;
  const { database } = readConfig(world.env as NodeJS.ProcessEnv);
  const session = openClient(world.databaseUrl, "vanished", database);
  let isOver = false;
  session.on("end", () => {
    isOver = true;
  });
  try {
    await session.connect();
    const pid = await pidOf(session);
    await session.query("BEGIN");
    await lock(scene, session, shop);
    // from now on it is not heard of any more
    const news = nudge(scene, shop);
    let most = 0;
    await eventually("the database has ended the session", async () => {
      most = Math.max(most, await waits(scene, pid, shop));
      return isOver;
    });
    await news;
    return most;
  } finally {
    await session.end().catch(() => undefined);
  }
}

const unfolded = `SELECT 1 FROM "InboxWebhook" WHERE "shop" = $1 AND "foldedAt" IS NULL`;

const vanished: readonly Orphan[] = [
  {
    name: "webhooks of a shop whose row an orphaned transaction holds",
    async lock(_scene, session, shop) {
      await session.query(`SELECT 1 FROM "Shop" WHERE "domain" = $1 FOR UPDATE`, [shop]);
    },
    // runs of the shop do not wait for the row, they pass it over
    waits: async ({ client }, _holder, shop) =>
      (await client.pool.query(unfolded, [shop])).rows.length,
  },
  {
    name: "waits for webhooks that an orphaned transaction holds",
    async lock(scene, session, shop) {
      // while somebody else holds the shop nothing is folded there
      const holder = new pg.Client({ connectionString: scene.world.databaseUrl });
      holder.on("error", () => undefined);
      try {
        await holder.connect();
        await holder.query("BEGIN");
        await holder.query(`SELECT 1 FROM "Shop" WHERE "domain" = $1 FOR UPDATE`, [shop]);
        const news = nudge(scene, shop);
        await eventually("there is a webhook to be folded", async () => {
          // its own pause is not to be taken for the other one's
          return (await session.query(unfolded, [shop])).rows.length > 0;
        });
        await session.query(`${unfolded} FOR UPDATE`, [shop]);
        await news;
      } finally {
        await holder.end().catch(() => undefined);
      }
    },
    waits: async (scene, holder) => (await waiting(scene, holder)).length,
  },
  {
    name: "waits for orders that an orphaned transaction holds",
    async lock(_scene, session, shop) {
      await session.query(`SELECT 1 FROM "Order" WHERE "shop" = $1 FOR UPDATE`, [shop]);
    },
    waits: async (scene, holder) => (await waiting(scene, holder)).length,
  },
];

/** Transactions that nobody ends. */
export const orphans: readonly Trouble[] = vanished.map((orphan) => ({
  name: orphan.name,
  async befall(scene) {
    const shop = scene.random.pick(scene.shops);
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline) {
      try {
        const count = await vanish(scene, orphan, shop);
        if (count > 0) return count;
      } catch (error) {
        // it has the app's limits, that of waiting for a lock included; and the database may be away
        if (!isDatabaseTrouble(error)) throw error;
        await wait(100);
      }
    }
    throw new Error("nobody waited");
  },
}));
