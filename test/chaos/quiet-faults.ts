import { randomUUID } from "node:crypto";
import pg from "pg";
import { openClient } from "#app/database/connection.server.ts";
import { isDatabaseTrouble } from "#app/database/database-error.server.ts";
import { readConfig } from "#app/foundation/config.server.ts";
import { eventually } from "#test/server/client.ts";
import { mostTries, type Scene, type Trouble, wait } from "./troubles.ts";

// Nobody is told of any of these: everything looks as ever, and nothing moves.

/**
 * Sends the first webhook of a shop once more, so that there is something to do for it: always the
 * same one, which mends no other order.
 */
export function nudge({ histories, deliveries }: Scene, shop: string): Promise<void> {
  const first = histories.webhooks.find((webhook) => webhook.shop === shop);
  if (!first) throw new Error(`The shop ${shop} has no webhooks.`);
  return deliveries.send([{ ...first, webhookId: randomUUID() }]);
}

/** The sessions of the app that wait for a lock of the session `holder`, or behind one that does. */
async function waiting({ client }: Scene, holder: number): Promise<number[]> {
  const { rows } = await client.pool.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity
      WHERE application_name LIKE 'hakuna-%' AND $1 = ANY(pg_blocking_pids(pid))`,
    [holder],
  );
  return rows.map(({ pid }) => pid);
}

async function pidOf(session: pg.Client): Promise<number> {
  const { rows } = await session.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return rows[0]?.pid ?? 0;
}

/** A way to the database on which what was sent no longer arrives, and nobody says so. */
function silent(name: string, opensAt: "once" | "after a while"): Trouble {
  return {
    name,
    async befall(scene) {
      const { proxy, quietMs, shops, random } = scene;
      const before = proxy.unheard();
      proxy.silence();
      // those of now stay silent for good
      if (opensAt === "once") proxy.resume();
      const [isOver, news] = [wait(quietMs), nudge(scene, random.pick(shops))];
      try {
        await eventually("something is not heard", () => proxy.unheard() > before);
        await isOver;
        return proxy.unheard() - before;
      } finally {
        proxy.resume();
        await news;
      }
    },
  };
}

/** Somebody has a whole table to himself, and takes his time. */
function hanging(name: string, table: string): Trouble {
  return {
    name,
    async befall(scene) {
      const { world, quietMs, shops, random } = scene;
      const holder = new pg.Client({ connectionString: world.databaseUrl });
      holder.on("error", () => undefined);
      await holder.connect();
      const pid = await pidOf(holder);
      await holder.query(`BEGIN; LOCK TABLE ${table}`);
      const [isOver, news] = [wait(quietMs), nudge(scene, random.pick(shops))];
      try {
        const met = new Set<number>();
        await eventually("somebody waits for the table", async () => {
          for (const one of await waiting(scene, pid)) met.add(one);
          return met.size > 0;
        });
        await isOver;
        return met.size;
      } finally {
        await holder.end();
        await news;
      }
    },
  };
}

/** What a vanished machine had locked: `begin` locks it. `met` answers whose work waits for it. */
type Orphan = {
  begin(scene: Scene, session: pg.Client, shop: string): Promise<void>;
  met(scene: Scene, holder: number, shop: string): Promise<number>;
};

/**
 * A machine vanishes in the middle of a transaction: its session is idle in it, and holds its locks,
 * until the database ends it by the limit that the app gave to the session.
 */
function orphaned(name: string, { begin, met }: Orphan): Trouble {
  return {
    name,
    async befall(scene) {
      const { world, shops, random } = scene;
      const { database } = readConfig(world.env as NodeJS.ProcessEnv);
      const shop = random.pick(shops);
      for (let tries = 0; tries < mostTries; tries += 1) {
        const session = openClient(world.databaseUrl, "vanished", database);
        let isOver = false;
        session.on("end", () => {
          isOver = true;
        });
        await session.connect();
        const pid = await pidOf(session);
        await session.query("BEGIN");
        // it has the app's limits, that of waiting for a lock included
        if (!(await begin(scene, session, shop).then(() => true, hasGivenUp))) {
          await session.end();
          continue;
        }
        // from now on it is not heard of any more
        const news = nudge(scene, shop);
        let count = 0;
        await eventually("the database has ended the session", async () => {
          count = Math.max(count, await met(scene, pid, shop));
          return isOver;
        });
        await news;
        if (count > 0) return count;
      }
      throw new Error("nobody waited");
    },
  };
}

/** Whether a statement was ended because others had what it wanted. */
function hasGivenUp(error: Error): boolean {
  if (isDatabaseTrouble(error)) return false;
  throw error;
}

const orphans: readonly Trouble[] = [
  orphaned("webhooks of a shop whose row an orphaned transaction holds", {
    async begin(_scene, session, shop) {
      await session.query(`SELECT 1 FROM "Shop" WHERE "domain" = $1 FOR UPDATE`, [shop]);
    },
    // runs of the shop do not wait for the row, they pass it over
    async met({ client }, _holder, shop) {
      const { rows } = await client.pool.query(
        `SELECT 1 FROM "InboxWebhook" WHERE "shop" = $1 AND "foldedAt" IS NULL`,
        [shop],
      );
      return rows.length;
    },
  }),
  orphaned("waits for webhooks that an orphaned transaction holds", {
    async begin(scene, session, shop) {
      const { world, client } = scene;
      // while it holds the shop nothing is folded there
      const holder = new pg.Client({ connectionString: world.databaseUrl });
      holder.on("error", () => undefined);
      await holder.connect();
      await holder.query("BEGIN");
      await holder.query(`SELECT 1 FROM "Shop" WHERE "domain" = $1 FOR UPDATE`, [shop]);
      const unfolded = `SELECT 1 FROM "InboxWebhook" WHERE "shop" = $1 AND "foldedAt" IS NULL`;
      const news = nudge(scene, shop);
      await eventually("there is a webhook to be folded", async () => {
        // its own pause is not to be taken for the other one's
        await session.query("SELECT 1");
        return (await client.pool.query(unfolded, [shop])).rows.length > 0;
      });
      await session.query(`${unfolded} FOR UPDATE`, [shop]);
      await holder.end();
      await news;
    },
    met: async (scene, holder) => (await waiting(scene, holder)).length,
  }),
  orphaned("waits for orders that an orphaned transaction holds", {
    async begin(_scene, session, shop) {
      await session.query(`SELECT 1 FROM "Order" WHERE "shop" = $1 FOR UPDATE`, [shop]);
    },
    met: async (scene, holder) => (await waiting(scene, holder)).length,
  }),
];

/** What befalls the database without anybody being told. */
export const quietFaults: readonly Trouble[] = [
  silent("connections to a PostgreSQL that fell silent", "after a while"),
  silent("connections that fell silent while new ones work", "once"),
  hanging("waits for the inbox's table", `"InboxWebhook"`),
  hanging("waits for the queue's table", "pgboss.job"),
  ...orphans,
];
