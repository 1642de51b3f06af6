import type { Client } from "#test/server/client.ts";
import type { Fault } from "#test/simulator/hakuna/behavior.ts";
import { manyWays } from "#test/simulator/hakuna/behavior.ts";
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
  /** how long the other troubles last: 1 is as usual */
  pace: number;
};

export type Trouble = { name: string; befall(scene: Scene): Promise<void> };

const html: Fault = { kind: "status", status: 502, html: "<html><h1>502 Bad Gateway</h1></html>" };
const lateAnswer: Fault = { kind: "late_answer", ms: 1500 };

/** The feed between the troubles: one request in eight fails, in changing ways. */
export function unreliably(random: Random) {
  const ways = [...manyWays, html, lateAnswer];
  return { failOneIn: { requests: 8, seed: random.between(1, 1_000_000), ways } };
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function feed(name: string, fault: Fault, ms: (scene: Scene) => number): Trouble {
  return {
    name,
    async befall(scene) {
      scene.world.hakuna.behave({ fault: { fault } });
      await wait(ms(scene));
      scene.world.hakuna.behave(unreliably(scene.random));
    },
  };
}

/** Everything that goes wrong while webhooks come in. */
export const troubles: readonly Trouble[] = [
  { name: "a server is killed", befall: ({ crew, random }) => crew.killServer(random) },
  { name: "a worker is killed", befall: ({ crew, random }) => crew.killWorker(random) },
  { name: "a worker is frozen", befall: ({ crew, random }) => crew.freezeWorker(random, 3_500) },
  { name: "PostgreSQL crashes", befall: ({ postgres }) => postgres.crash() },
  {
    name: "connections to the database are cut",
    async befall({ client }) {
      await client.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE application_name LIKE 'hakuna-%' AND datname = current_database() AND random() < 0.5`,
      );
    },
  },
  feed("the feed is down", { kind: "drop" }, ({ downMs }) => downMs),
  feed(
    "the feed wants less",
    { kind: "status", status: 429, retryAfter: "1" },
    ({ pace }) => 1500 * pace,
  ),
  feed("the feed's gateway answers HTML", html, ({ pace }) => 1000 * pace),
  feed("the feed fails", { kind: "status", status: 500 }, ({ pace }) => 1000 * pace),
  feed("the feed answers by halves", { kind: "half_answer" }, ({ pace }) => 1000 * pace),
  feed("the feed answers too late", lateAnswer, ({ pace }) => 2000 * pace),
  {
    name: "the key is refused",
    async befall({ world, client, shops, pace }) {
      const good = world.hakuna.apiKeys.sandbox;
      world.hakuna.apiKeys.sandbox = ["sk_test_another"];
      await wait(1000 * pace);
      world.hakuna.apiKeys.sandbox = good;
      for (const shop of shops) await client.connect(shop);
    },
  },
  {
    name: "Shopify fails",
    async befall({ world, shops, random }) {
      const { faults } = world.shopify.shop(random.pick(shops));
      faults.plan({ kind: "status", status: 503 }, { times: 3 });
      faults.plan({ kind: "throttled" }, { times: 3 });
      faults.plan({ kind: "answer_lost" }, { times: 3 });
      world.shopify.tokens.expire(random.pick(shops));
    },
  },
];
