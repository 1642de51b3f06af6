import { resendOrders } from "#app/actions/order-actions.ts";
import { isDatabaseTrouble } from "#app/database/database-error.server.ts";
import { readConfig } from "#app/foundation/config.server.ts";
import type { Client } from "#test/server/client.ts";
import type { Environment } from "#test/simulator/hakuna/hakuna.ts";
import type { Random } from "#test/simulator/random.ts";
import type { SilentProxy } from "#test/simulator/silent-proxy.ts";
import { patienceMs } from "#test/world/patience.ts";
import type { World } from "#test/world/world.ts";
import type { Accounts } from "./accounts.ts";
import type { Blow, Crew } from "./crew.ts";
import type { Deliveries } from "./deliveries.ts";
import type { Histories } from "./histories.ts";
import type { Deeds } from "./people.ts";
import type { Postgres } from "./postgres.ts";
import type { Step } from "./steps.ts";

/** What the troubles befall. */
export type Scene = {
  world: World;
  client: Client;
  crew: Crew;
  postgres: Postgres;
  /** the way of the app's processes to it */
  proxy: SilentProxy;
  accounts: Accounts;
  histories: Histories;
  deliveries: Deliveries;
  deeds: Deeds;
  /** the shops that nothing befalls but the troubles of all */
  shops: string[];
  random: Random;
  /** how long the feed is down, in milliseconds */
  downMs: number;
  /** requests that each of the feed's other troubles befalls at least */
  requests: number;
  /** how long a database is silent or a table hangs at least, in milliseconds */
  quietMs: number;
  /** ids of orders that were sent once more */
  resent: Set<string>;
};

/**
 * Something that goes wrong. It lasts until it has surely befallen the app; `befall` answers how
 * often it did, and rejects where it cannot.
 */
export type Trouble = {
  name: string;
  /** steps of runs that it has to meet */
  steps?: readonly Step[];
  befall(scene: Scene): Promise<number>;
};

/** How often something is tried until the app has met it. */
export const mostTries = 20;

export const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks the database, again and again while it is away. */
export async function whenBack<T>(ask: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isDatabaseTrouble(error) || Date.now() > deadline) throw error;
      await wait(100);
    }
  }
}

/**
 * Waits until `met`. Where webhooks alone do not bring it about, the app is given work: one order
 * after the other that was sent is sent once more, as an operator does it. Otherwise a quick machine
 * would meet some troubles with nothing to do. Those that were sent again already come last, so that
 * this mends none that is lost.
 *
 * @param give other work
 */
export async function workUntil(
  scene: Pick<Scene, "client" | "world" | "shops" | "resent">,
  met: () => boolean,
  give = (shop: string) => resendOne(scene, shop),
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (let turn = 0; !met(); turn += 1) {
    if (Date.now() > deadline) throw new Error("it did not come about");
    await wait(50);
    const shop = scene.shops[turn % scene.shops.length] ?? "";
    // the database may be away
    if (turn > 10) await give(shop).catch(() => undefined);
  }
}

async function resendOne(
  { client: { pool }, world, resent }: Pick<Scene, "client" | "world" | "resent">,
  shop: string,
): Promise<void> {
  const context = { pool, config: readConfig(world.env as NodeJS.ProcessEnv) };
  const { rows } = await pool.query<{ id: string }>(
    `SELECT "id" FROM "Order" WHERE "shop" = $1 AND "firstSentAt" IS NOT NULL
      ORDER BY "id" = ANY($2), "changedAt" LIMIT 1`,
    [shop, [...resent]],
  );
  const ids = rows.map(({ id }) => id);
  for (const id of ids) resent.add(id);
  await resendOrders(context, shop, ids, "chaos");
}

/** Keeps the app at work until a process was struck. */
async function strike(scene: Scene, { struck, over }: Blow): Promise<void> {
  let met = false;
  await Promise.all([struck.then(() => (met = true)), workUntil(scene, () => met)]);
  await over;
}

/**
 * Connects the shops anew whose key was refused, as their merchants do. Only these: it makes the app
 * look at all orders of a shop again, which would mend what is lost.
 *
 * @param shops of these; left out: of all
 */
export async function reconnect(
  { client, accounts }: Pick<Scene, "client" | "accounts">,
  shops: readonly string[] | null = null,
): Promise<void> {
  await accounts.inTurn(async () => {
    const { rows } = await client.pool.query<{ domain: string; environment: Environment }>(
      `SELECT "domain", "environment" FROM "Shop" WHERE "connection" NOT IN ('connected', 'none')
          AND ($1::text[] IS NULL OR "domain" = ANY($1))`,
      [shops],
    );
    for (const { domain, environment } of rows) {
      await client.connect(domain, accounts.keyOf(domain), environment);
    }
  });
}

/** A moment that the seed chooses. */
const moment = (random: Random) => wait(random.between(0, 300));

/** What befalls processes. */
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
    steps: ["deliver"],
    async befall(scene) {
      await moment(scene.random);
      await strike(scene, scene.crew.killWorker(scene.random));
      return 1;
    },
  },
  {
    name: "workers frozen",
    steps: ["deliver"],
    async befall(scene) {
      await moment(scene.random);
      // longer than a lease: others take over, and the frozen one wakes up beside them
      await strike(scene, scene.crew.freezeWorker(scene.random, 3_500));
      return 1;
    },
  },
  {
    name: "clocks set to another time",
    steps: ["deliver"],
    async befall(scene) {
      const { crew, random, world } = scene;
      await moment(random);
      const { version } = await crew.stepClock(random);
      const since = world.hakuna.requests.length;
      await workUntil(scene, () =>
        world.hakuna.requests.slice(since).some((seen) => seen.version === version),
      );
      return 1;
    },
  },
];

/** What befalls their database, and all of them are told. */
export const troublesOfPostgres: readonly Trouble[] = [
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
