import { createClient, eventually } from "#test/server/client.ts";
import { openApp } from "#test/server/open-app.ts";
import { quickTimes } from "#test/server/quick-times.ts";
import { createRandom, type Random } from "#test/simulator/random.ts";
import { startSilentProxy } from "#test/simulator/silent-proxy.ts";
import { startWorld, type World } from "#test/world/world.ts";
import { openAccounts } from "./accounts.ts";
import { atRest, reconciled } from "./calm.ts";
import { startCrew } from "./crew.ts";
import { createDeliveries } from "./deliveries.ts";
import { troublesOfTheFeed, unreadStatuses, unreliably } from "./feed-troubles.ts";
import { type Expected, liveHistories } from "./histories.ts";
import { metByDeadFeeds, troublesOfNeighbors } from "./neighbors.ts";
import { orphans } from "./orphans.ts";
import { type Deeds, deedsOfPeople } from "./people.ts";
import { startPostgres } from "./postgres.ts";
import { quietFaults } from "./quiet-faults.ts";
import { troublesOfShopify } from "./shopify-troubles.ts";
import { type Scene, type Trouble, troublesOfProcesses } from "./troubles.ts";
import { type ExpectedByShop, leftBehind, leftToSend, verdict, wrongAtFeed } from "./verdict.ts";

export type ChaosPlan = {
  seed: number;
  /** orders that are lived through */
  histories: number;
  /** servers that share the webhooks */
  servers: number;
  /** how often each of the feed's troubles befalls the app while webhooks come in */
  rounds: number;
  /** how often each trouble befalls it while reconciliation reads; Shopify's do once more */
  roundsOfReading: number;
  /** how often each trouble of the processes comes in a round */
  repeats: number;
  /** how long the feed is down, in milliseconds */
  downMs: number;
  /** requests that each of the feed's other troubles befalls at least */
  requests: number;
  /** orders of 500 lines, of one shop */
  giants: number;
  /** how long the database is silent, or a table hangs, at least, in milliseconds */
  quietMs: number;
};

export type ChaosResult = { wrong: string[]; summary: string };

const deadFeeds = "shops whose feed was dead";
/** The names of what nobody is told of. */
const quiet = [...quietFaults, ...orphans, ...troublesOfNeighbors]
  .map(({ name }) => name)
  .concat(unreadStatuses.name, deadFeeds);

/** When PostgreSQL ends its session of a connection that fell silent. */
const keepAliveMs = 5_000;

/**
 * The app's times, short enough for a run. What became of a request that got no answer is known
 * later than the feed takes it in, and later than a frozen worker wakes up.
 */
const times = {
  ...{ ...quickTimes, REPEAT_AFTER_UNANSWERED_MS: "4000", WAIT_FOR_ORDER_MS: "500" },
  ...{ READ_RETRY_MS: "200", RECONCILE_INTERVAL_MS: "1000", INTAKE_MS: "2000" },
  // fewer connections than PostgreSQL has places, those included that are silent and not ended yet
  WORKER_CONCURRENCY: "8",
  ...{ DATABASE_CONNECT_MS: "3000", DATABASE_LOCK_MS: "1000", DATABASE_STATEMENT_MS: "4000" },
};

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
    const proxy = await startSilentProxy(process.env.TEST_POSTGRES_URL ?? "", keepAliveMs);
    undo.push(() => proxy.close());
    const world = await startWorld({
      env: { ...times, WORKER: "off", LOG_LEVEL: "warn" },
      throughUrl: proxy.through,
    });
    undo.push(() => world.stop());
    const client = createClient(world);
    undo.push(() => client.close());
    const crewStarts = startCrew(world, plan.servers);
    const histories = liveHistories(world.shopify, { ...plan, count: plan.histories });
    const { shops, deadShops, giantShop, webhooks } = histories;
    const everybody = [...shops, ...deadShops, giantShop];
    const accounts = openAccounts(world.hakuna, everybody);
    accounts.silence(deadShops);
    for (const shop of everybody) {
      await client.pool.query(
        `INSERT INTO "Shop" ("domain", "installedAt") VALUES ($1, now() - interval '40 days')`,
        [shop],
      );
      await client.connect(shop, accounts.keyOf(shop));
    }
    const crew = await crewStarts;
    const random = createRandom(plan.seed);
    const deeds: Deeds = { identifiers: new Map(), moves: new Map() };
    const processes = Array.from({ length: plan.repeats }, () => troublesOfProcesses).flat();
    const ofDatabase = [...processes, ...quietFaults];
    const lanes = [ofDatabase, troublesOfTheFeed, [...troublesOfNeighbors, ...orphans]];
    const deliveries = createDeliveries(webhooks, {
      portions: 1 + plan.rounds * lanes.flat().length,
      ...{ url: crew.url, secret: world.apiSecret, random: createRandom(plan.seed + 1) },
    });
    const scene: Scene = {
      ...{ ...plan, world, client, crew, postgres, proxy, accounts, histories, deliveries, deeds },
      ...{ shops, random, resent: new Set<string>() },
    };

    const tally = new Map(histories.disorder);
    const wrong: string[] = [];
    const befall = async (troubles: readonly Trouble[], own: Random, news: () => Promise<void>) => {
      for (const { name, befall } of shuffled(troubles, own)) {
        say(name);
        const befallen = befall({ ...scene, random: own }).catch((error: Error) => {
          wrong.push(`There were no ${name}: ${error.message}.`);
          return 0;
        });
        const [count] = await Promise.all([befallen, news()]);
        tally.set(name, (tally.get(name) ?? 0) + count);
      }
    };
    const round = async (news: () => Promise<void>) => {
      const seed = random.between(1, 1_000_000);
      await Promise.all(lanes.map((lane, index) => befall(lane, createRandom(seed + index), news)));
    };

    say(
      `${webhooks.length} webhooks of ${plan.histories} orders, ${plan.giants} orders of 500 lines`,
    );
    await deliveries.more();
    await eventually("the feed has orders", () => world.hakuna.orderIds().length > 0);
    accounts.behave(unreliably(random));
    for (let count = 0; count < plan.rounds; count += 1) await round(deliveries.more);

    say("calm but for the dead feeds: what came in by webhooks is right before anything is read");
    const [due, dead] = metByDeadFeeds(scene);
    tally.set(deadFeeds, dead);
    if (dead < due) wrong.push(`Of ${due} dead feeds only ${dead} were asked for anything.`);
    // half of them come back beside the others, half stay dead until all others are done
    const back = deadShops.filter((_, index) => index % 2 === 0);
    const stillDead = deadShops.filter((shop) => !back.includes(shop));
    accounts.wake(back);
    accounts.behave({});
    await atRest(scene, () => leftToSend(client, stillDead), say);
    const others = everybody.filter((shop) => !stillDead.includes(shop));
    for (const sentence of wrongAtFeed(scene, expectedOf(others, histories.expectedUnread))) {
      wrong.push(`By webhooks alone, beside dead feeds: ${sentence}`);
    }

    say(
      "the app is opened: reconciliation reads what was lost, and merchants change what they like",
    );
    accounts.behave(unreliably(random));
    for (const shop of shops) await opened(world, shop);
    const none = async () => undefined;
    await Promise.all([
      befall(troublesOfShopify, random, none),
      befall(deedsOfPeople, createRandom(plan.seed + 2), none),
    ]);
    for (let count = 0; count < plan.roundsOfReading; count += 1) {
      await Promise.all([round(none), befall(troublesOfShopify, createRandom(count), none)]);
    }

    say("calm");
    accounts.wake(stillDead);
    accounts.behave({});
    // an answer with a renewed token may have been lost
    for (const shop of shops) await opened(world, shop);
    await reconciled(client, shops.length);
    await atRest(scene, () => leftBehind(client), say);
    await crew.stop();

    for (const [way, count] of deliveries.cuts) tally.set(`webhooks cut off ${way}`, count);
    tally.set("webhooks answered 503", deliveries.refused());
    tally.set("processes whose clock was wrong by minutes", crew.wrongClocks());
    for (const [name, count] of tally) {
      if (count === 0) wrong.push(`There were no ${name}.`);
    }
    wrong.push(
      ...(await verdict(
        scene,
        expectedOf(everybody, (shop) => histories.expected(shop, deeds.identifiers.get(shop))),
        crew.output(),
      )),
    );
    const met = (names: readonly string[]) =>
      names.map((name) => `${tally.get(name) ?? 0} ${name}`).join(", ");
    say(`befallen: ${met([...tally.keys()].filter((name) => !quiet.includes(name)))}`);
    const seconds = Math.round((Date.now() - started) / 1000);
    const outcome = wrong.length === 0 ? "every order is right" : `${wrong.length} wrong`;
    const orders = `${plan.histories} orders, ${webhooks.length} webhooks`;
    const summary = `chaos: ${outcome}; ${orders}, seed ${plan.seed}, ${seconds} s; quiet faults: ${met(quiet)}`;
    return { wrong, summary };
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

/** What the accounts of these shops must hold. */
function expectedOf(
  shops: readonly string[],
  expected: (shop: string) => Expected,
): ExpectedByShop {
  return new Map(shops.map((shop) => [shop, expected(shop)]));
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

function shuffled(all: readonly Trouble[], random: Random): Trouble[] {
  return all
    .map((trouble) => ({ trouble, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ trouble }) => trouble);
}
