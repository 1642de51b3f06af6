import { createClient, eventually } from "#test/server/client.ts";
import { openApp } from "#test/server/open-app.ts";
import { quickTimes } from "#test/server/quick-times.ts";
import { createRandom, type Random } from "#test/simulator/random.ts";
import { deliverWebhook, type Webhook } from "#test/simulator/shopify/webhook.ts";
import { startWorld, type World } from "#test/world/world.ts";
import { startCrew } from "./crew.ts";
import { liveHistories } from "./histories.ts";
import { startPostgres } from "./postgres.ts";
import { type Scene, type Trouble, troubles, unreliably } from "./troubles.ts";
import { leftBehind, verdict } from "./verdict.ts";

export type ChaosPlan = {
  seed: number;
  /** orders that are lived through */
  histories: number;
  /** how often each trouble befalls the app while webhooks come in */
  rounds: number;
  /** how often it does while reconciliation reads */
  roundsOfReading: number;
  /** how long the feed is down, in milliseconds */
  downMs: number;
  /** how long the other troubles last: 1 is as usual */
  pace: number;
};

export type ChaosResult = { wrong: string[]; summary: string };

/**
 * Lives through orders of several shops while everything goes wrong that can: first their webhooks
 * come in, then reconciliation reads what was lost; in the end all is calm, and every order must be
 * right. The seed decides histories and troubles; how the processes' work interleaves is the
 * machine's.
 */
export async function runChaos(plan: ChaosPlan, say: (line: string) => void): Promise<ChaosResult> {
  const started = Date.now();
  const postgres = await startPostgres();
  const undo: (() => Promise<unknown>)[] = [() => postgres.stop()];
  try {
    const env = { ...quickTimes, WORKER: "off", LOG_LEVEL: "warn", RECONCILE_INTERVAL_MS: "1000" };
    const world = await startWorld({ env });
    undo.push(() => world.stop());
    const client = createClient(world);
    undo.push(() => client.close());
    const random = createRandom(plan.seed);
    const histories = liveHistories(world.shopify, plan.histories, plan.seed);
    const { shops, webhooks } = histories;
    for (const shop of shops) {
      await client.pool.query(
        `INSERT INTO "Shop" ("domain", "installedAt") VALUES ($1, now() - interval '40 days')`,
        [shop],
      );
      await client.connect(shop);
    }
    const crew = await startCrew(world);
    const { downMs, pace } = plan;
    const scene = { ...{ world, client, crew, postgres, shops, random }, downMs, pace };
    world.hakuna.behave(unreliably(random));

    say(`${webhooks.length} webhooks of ${plan.histories} orders; ${histories.lost} are lost`);
    const sent = sendAll(webhooks, crew.url, world.apiSecret);
    for (let round = 0; round < plan.rounds; round += 1) await befallAll(scene, random, say);
    const givenUp = await sent;

    say("the app is opened: reconciliation reads what was lost");
    for (const shop of shops) await opened(world, shop);
    for (let round = 0; round < plan.roundsOfReading; round += 1) {
      await befallAll(scene, random, say);
    }

    say("calm");
    world.hakuna.behave({});
    for (const shop of shops) await client.connect(shop);
    // an answer with a renewed token may have been lost
    for (const shop of shops) await opened(world, shop);
    const calm = new Date();
    const patience = 120_000;
    await eventually(
      "every shop is reconciled",
      async () => {
        const { rows } = await client.pool.query(
          `SELECT 1 FROM "OrderScan" WHERE "startedAt" > $1 AND "finishedAt" > "startedAt"`,
          [calm],
        );
        return rows.length === shops.length;
      },
      patience,
    );
    const isAtRest = async () => (await leftBehind(client)).length === 0;
    // where it does not come to rest, the verdict says what is left
    await eventually("all is at rest", isAtRest, patience).catch(() => undefined);
    await crew.stop();
    const wrong = await verdict({
      ...{ client, hakuna: world.hakuna, frozen: crew.frozen, output: crew.output() },
      expected: histories.expected(givenUp),
    });
    const seconds = Math.round((Date.now() - started) / 1000);
    const orders = `${plan.histories} orders, ${webhooks.length} webhooks (${histories.lost} lost)`;
    const outcome = wrong.length === 0 ? "every order is right" : `${wrong.length} wrong`;
    return { wrong, summary: `chaos: ${outcome}; ${orders}, seed ${plan.seed}, ${seconds} s` };
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

/** A merchant who sees an error page opens the app again. */
function opened(world: World, shop: string): Promise<void> {
  const open = () =>
    openApp(world, shop).then(
      () => true,
      () => false,
    );
  return eventually(`the app opens in ${shop}`, open);
}

async function befallAll(scene: Scene, random: Random, say: (line: string) => void) {
  for (const trouble of shuffled(troubles, random)) {
    say(trouble.name);
    await trouble.befall(scene);
  }
}

function shuffled(all: readonly Trouble[], random: Random): Trouble[] {
  return all
    .map((trouble) => ({ trouble, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ trouble }) => trouble);
}

/** Sends them as Shopify does, to any of the servers; answers those that it gave up. */
async function sendAll(
  webhooks: readonly Webhook[],
  url: () => string,
  secret: string,
): Promise<Set<Webhook>> {
  const left = [...webhooks].reverse();
  const givenUp = new Set<Webhook>();
  const one = async () => {
    for (let next = left.pop(); next; next = left.pop()) {
      const webhook = next;
      await deliverWebhook(url, webhook, secret, 400).catch(() => givenUp.add(webhook));
    }
  };
  await Promise.all(Array.from({ length: 16 }, one));
  return givenUp;
}
