import { randomUUID } from "node:crypto";
import pg from "pg";
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
export async function waiting({ client }: Scene, holder: number): Promise<number[]> {
  const { rows } = await client.pool.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity
      WHERE application_name LIKE 'hakuna-%' AND $1 = ANY(pg_blocking_pids(pid))`,
    [holder],
  );
  return rows.map(({ pid }) => pid);
}

export async function pidOf(session: pg.Client): Promise<number> {
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
      const silence = () => {
        proxy.silence();
        // those of now stay silent for good
        if (opensAt === "once") proxy.resume();
      };
      silence();
      const [isOver, news] = [wait(quietMs), nudge(scene, random.pick(shops))];
      try {
        await eventually("something is not heard", () => {
          // those of before may all have ended, and nothing have been sent over them
          if (opensAt === "once") silence();
          return proxy.unheard() > before;
        });
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
      await lock(holder, table);
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

const deadlock = "40P01";

/** A table has parts, which others take in another order: whoever PostgreSQL sends away asks again. */
async function lock(holder: pg.Client, table: string, tries = mostTries): Promise<void> {
  try {
    await holder.query(`BEGIN; LOCK TABLE ${table}`);
  } catch (error) {
    if (Object(error).code !== deadlock || tries === 1) throw error;
    await holder.query("ROLLBACK");
    await lock(holder, table, tries - 1);
  }
}

/**
 * A disk on which nothing is written to the end: what is committed waits, and goes on at once when the
 * disk does. PostgreSQL does the same where it waits for a standby that is not there.
 */
const slowDisk: Trouble = {
  name: "commits that a slow disk held up",
  async befall(scene) {
    const { world, quietMs, shops, random } = scene;
    const operator = new pg.Client({ connectionString: world.databaseUrl });
    operator.on("error", () => undefined);
    await operator.connect();
    const heldUp = async () => {
      const { rows } = await operator.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity
          WHERE application_name LIKE 'hakuna-%' AND wait_event = 'SyncRep'`,
      );
      return rows.map(({ pid }) => pid);
    };
    let news: Promise<unknown> = Promise.resolve();
    try {
      await operator.query(`ALTER SYSTEM SET synchronous_standby_names = 'slow_disk'`);
      await operator.query("SELECT pg_reload_conf()");
      const isOver = wait(quietMs);
      news = nudge(scene, random.pick(shops));
      const met = new Set<number>();
      await eventually("a commit is held up", async () => {
        for (const one of await heldUp()) met.add(one);
        return met.size > 0;
      });
      await isOver;
      return met.size;
    } finally {
      await operator.query("ALTER SYSTEM RESET synchronous_standby_names");
      await operator.query("SELECT pg_reload_conf()");
      await operator.end();
      await news;
    }
  },
};

/** What befalls the database without anybody being told. */
export const quietFaults: readonly Trouble[] = [
  silent("connections to a PostgreSQL that fell silent", "after a while"),
  silent("connections that fell silent while new ones work", "once"),
  hanging("waits for the inbox's table", `"InboxWebhook"`),
  hanging("waits for the queue's table", "pgboss.job"),
  slowDisk,
];
