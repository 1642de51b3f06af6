import { readConfig } from "#app/config.server.ts";
import { resendOrders } from "#app/sync/order-actions.ts";
import type { Client } from "#test/server/client.ts";
import type { Random } from "#test/simulator/random.ts";
import type { World } from "#test/world/world.ts";
import type { Crew } from "./crew.ts";
import type { Postgres } from "./postgres.ts";

/** What the troubles befall. */
export type Scene = {
  world: World;
  client: Client;
  crew: Crew;
  postgres: Postgres;
  shops: string[];
  random: Random;
  /** how long the feed is down, in milliseconds */
  downMs: number;
  /** requests that each of the feed's other troubles befalls at least */
  requests: number;
};

/**
 * Something that goes wrong. It lasts until it has surely befallen the app; `befall` answers how
 * often it did, and rejects where it cannot.
 */
export type Trouble = { name: string; befall(scene: Scene): Promise<number> };

export const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Keeps the app at work until `met`: orders that were sent are sent once more, as an operator does
 * it. Otherwise a quick machine would meet some troubles with nothing to do.
 */
export async function workUntil(
  scene: Pick<Scene, "client" | "world" | "shops">,
  met: () => boolean,
): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!met()) {
    if (Date.now() > deadline) throw new Error("it did not come about");
    // the database may be away
    await resendSome(scene).catch(() => undefined);
    await wait(100);
  }
}

async function resendSome({
  client: { pool },
  world,
  shops,
}: Pick<Scene, "client" | "world" | "shops">) {
  const context = { pool, config: readConfig(world.env as NodeJS.ProcessEnv) };
  for (const shop of shops) {
    const { rows } = await pool.query<{ id: string }>(
      `SELECT "id" FROM "Order" WHERE "shop" = $1 AND "firstSentAt" IS NOT NULL
        ORDER BY "changedAt" LIMIT 1`,
      [shop],
    );
    await resendOrders(
      context,
      shop,
      rows.map(({ id }) => id),
      "chaos",
    );
  }
}

/** A moment that the seed chooses. */
const moment = (random: Random) => wait(random.between(0, 300));

/** What befalls processes and their database. */
export const troublesOfProcesses: readonly Trouble[] = [
  {
    name: "servers killed",
    async befall({ crew, random }) {
      await moment(random);
      await crew.killServer(random);
      return 1;
    },
  },
  {
    name: "workers killed",
    async befall({ crew, random }) {
      await moment(random);
      await crew.killWorker(random);
      return 1;
    },
  },
  {
    name: "workers frozen",
    async befall({ crew, random }) {
      await moment(random);
      // longer than a lease: others take over, and the frozen one wakes up beside them
      await crew.freezeWorker(random, 3_500);
      return 1;
    },
  },
  {
    name: "crashes of PostgreSQL",
    async befall({ postgres, random }) {
      await moment(random);
      await postgres.crash();
      return 1;
    },
  },
  {
    name: "connections to PostgreSQL cut",
    async befall({ client, random }) {
      await moment(random);
      const { rowCount } = await client.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE application_name LIKE 'hakuna-%' AND datname = current_database() AND pid % 2 = $1`,
        [random.between(0, 1)],
      );
      return rowCount ?? 0;
    },
  },
];
