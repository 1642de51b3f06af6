import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { createClient, eventually } from "#test/server/client.ts";
import { misleadingLasts, toBeReadAgain } from "#test/server/misleading.ts";
import { quickTimes } from "#test/server/quick-times.ts";
import { createRandom, type Random } from "#test/simulator/random.ts";
import { startSilentProxy } from "#test/simulator/silent-proxy.ts";
import { startWorld } from "#test/world/world.ts";
import { openAccounts } from "./accounts.ts";
import { atRest, opened, reconciled } from "./calm.ts";
import { type Crew, startCrew } from "./crew.ts";
import { createDeliveries } from "./deliveries.ts";
import { troublesOfTheFeed, unreadStatuses, unreliably } from "./feed-troubles.ts";
import {
  buildFormerVersion,
  type FormerVersion,
  formerFeedVersion,
  noFormerVersion,
  startFormerVersion,
} from "./former-version.ts";
import { type Expected, liveHistories } from "./histories.ts";
import { type Pair, watchMeetings } from "./meetings.ts";
import { metByDeadFeeds, troublesOfNeighbors } from "./neighbors.ts";
import { orphans } from "./orphans.ts";
import { gather, shopOfPerson } from "./people/crowd.ts";
import type { Person } from "./people/person.ts";
import { type Deeds, deedsOfPeople } from "./people.ts";
import { startPostgres } from "./postgres.ts";
import { quietFaults } from "./quiet-faults.ts";
import { troublesOfShopify } from "./shopify-troubles.ts";
import { type Scene, type Trouble, troublesOfPostgres, troublesOfProcesses } from "./troubles.ts";
import {
  type ExpectedByShop,
  leftBehind,
  leftToSend,
  storiesOf,
  verdict,
  wrongAtFeed,
} from "./verdict.ts";

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
  /** shops whose feeds are dead from the beginning */
  dead: number;
  /** orders of 500 lines, of one shop */
  giants: number;
  /** how long the database is silent, or a table hangs, at least, in milliseconds */
  quietMs: number;
  /** what people do */
  people: readonly Person[];
  /** how long each of them rests before doing it once more, in milliseconds */
  restMs: number;
  /** whether a former version of the app is at work beside this one in the beginning */
  former: boolean;
  /** the names of the troubles and people alone that it shall have; left out: all */
  only?: readonly string[];
  /** so many shops; left out: as usual */
  shopCount?: number;
};

export type ChaosResult = { wrong: string[]; summary: string };

const deadFeeds = "shops whose feed was dead";
/** While one of these lasts, no process is killed or started: a start needs a database, and ends without. */
const ofDatabase = [...troublesOfPostgres, ...quietFaults];
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
  // a worker that is frozen, and a transaction that nobody ends, hold up the others for as long
  ...{ LEASE_MS: "3000", DATABASE_IDLE_MS: "2500" },
  ...{ FEED_TIMEOUT_MS: "1000", FEED_PROBE_TIMEOUT_MS: "500" },
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
  const { only } = plan;
  const chosen = (name: string) => only === undefined || only.includes(name);
  const hasFormer = plan.former && chosen(formerName);
  const formerFolder = hasFormer ? buildFormerVersion() : null;
  if (hasFormer && formerFolder === null) say(noFormerVersion);
  const postgres = await startPostgres();
  const undo: (() => Promise<unknown>)[] = [() => postgres.stop()];
  try {
    const folder = await mkdtemp(join(tmpdir(), "hakuna-chaos-"));
    undo.push(() => rm(folder, { recursive: true, force: true }));
    const meetings = watchMeetings(folder);
    let former: FormerVersion | null = null;
    const proxy = await startSilentProxy(process.env.TEST_POSTGRES_URL ?? "", keepAliveMs);
    undo.push(() => proxy.close());
    const world = await startWorld({
      env: {
        ...{ ...times, WORKER: "off", LOG_LEVEL: "warn", TZ: "America/St_Johns" },
        ...{ NODE_OPTIONS: "--import ./test/chaos/steps-seen.ts", STEPS_FOLDER: folder },
      },
      throughUrl: proxy.through,
      async prepare(env, databaseUrl) {
        await setTimeZone(databaseUrl);
        if (formerFolder !== null) {
          former = await startFormerVersion(formerFolder, env, databaseUrl);
        }
      },
    });
    undo.push(() => world.stop());
    const client = createClient(world);
    undo.push(() => client.close());
    const crewStarts = startCrew(world, plan.servers, folder);
    const giants = troublesOfNeighbors.some(({ name }) => chosen(name)) ? plan.giants : 0;
    const histories = liveHistories(world.shopify, { ...plan, giants, count: plan.histories });
    const { shops, deadShops, giantShop, webhooks } = histories;
    const everybody = [...shops, ...deadShops, giantShop];
    const people = plan.people.filter(({ name }) => chosen(name));
    const theirs = people.map((_, index) => shopOfPerson(index));
    const accounts = openAccounts(world.hakuna, [...everybody, ...theirs]);
    accounts.silence(deadShops);
    await Promise.all(
      everybody.map(async (shop) => {
        await client.pool.query(
          `INSERT INTO "Shop" ("domain", "installedAt") VALUES ($1, now() - interval '40 days')`,
          [shop],
        );
        await client.connect(shop, accounts.keyOf(shop));
      }),
    );
    const crew = await crewStarts;
    const guests = former === null ? [] : guestsOf(crew, former);
    const random = createRandom(plan.seed);
    const deeds: Deeds = { identifiers: new Map(), moves: new Map() };
    const repeated = (troubles: readonly Trouble[]) =>
      Array.from({ length: plan.repeats }, () => troubles).flat();
    const lanes = [
      ...[repeated(troublesOfProcesses), [...repeated(troublesOfPostgres), ...quietFaults]],
      ...[troublesOfTheFeed, troublesOfNeighbors, orphans],
    ].map((lane) => lane.filter(({ name }) => chosen(name)));
    const deliveries = createDeliveries(webhooks, {
      portions: 1 + Math.max(1, plan.rounds * lanes.flat().length),
      ...{ url: crew.url, secret: world.apiSecret, random: createRandom(plan.seed + 1) },
    });
    const scene: Scene = {
      ...{ ...plan, world, client, crew, postgres, proxy, accounts, histories, deliveries, deeds },
      ...{ shops, random, resent: new Set<string>() },
    };

    const tally = new Map(histories.disorder);
    const wrong: string[] = [];
    const befall = async (troubles: readonly Trouble[], own: Random, news: () => Promise<void>) => {
      for (const trouble of shuffled(troubles, own)) {
        const { name } = trouble;
        const begin = () => {
          say(name);
          return meetings.fault(name, trouble.befall({ ...scene, random: own }));
        };
        const lasting = ofDatabase.includes(trouble) ? crew.whileUp(begin) : begin();
        const befallen = lasting.catch((error: Error) => {
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
    const misleading = misleadingLasts(webhooks);
    const [[misled, first] = []] = misleading;
    if (misled && first) {
      await deliveries.send([first]);
      const isSkipped = async () => (await client.order(first.shop, misled)).status === "skipped";
      await eventually("an order is skipped by the little that is known of it", isSkipped);
    }
    await deliveries.more();
    await eventually("the feed has orders", () => world.hakuna.orderIds().length > 0);
    // people come when the former version has left: of their doings it promised less
    const roundsBefore = guests.length > 0 ? 1 : 0;
    if (roundsBefore > 0) {
      accounts.behave(unreliably(random));
      await round(deliveries.more);
      for (const guest of guests) await guest.leave();
      accounts.behave({});
    }
    const crowd = await gather(scene, people, meetings, plan.restMs);
    accounts.behave(unreliably(random));
    const faults = lanes.flat().filter(({ name }, at, all) => {
      return all.findIndex((other) => other.name === name) === at;
    });
    const listed = listedPairs(people, faults);
    await crowd.during(
      (async () => {
        for (let count = roundsBefore; count < plan.rounds; count += 1) {
          await round(deliveries.more);
        }
        // what has not met yet has another opportunity
        for (let tries = 0; tries < 3; tries += 1) {
          const missed = meetings.missed(listed);
          for (const pair of missed.slice(0, 5)) say(`not met yet: ${pair.join(" × ")}`);
          if (missed.length === 0) break;
          const isMissed = ({ name }: { name: string }) => missed.flat().includes(name);
          await Promise.all([
            befall(faults.filter(isMissed), createRandom(plan.seed + tries), async () => undefined),
            crowd.onceMore(people.filter(isMissed)),
          ]);
        }
      })(),
    );
    await deliveries.rest();
    // of a part of a run nobody expects that everything befalls it
    if (only === undefined) {
      for (const [one, other] of meetings.missed(listed)) {
        wrong.push(`Never met: ${one} × ${other}.`);
      }
    }

    say("calm but for the dead feeds: what came in by webhooks is right before anything is read");
    const [due, dead] = metByDeadFeeds(scene);
    tally.set(deadFeeds, dead);
    if (dead < due && only === undefined)
      wrong.push(`Of ${due} dead feeds only ${dead} were asked for anything.`);
    // half of them come back beside the others, half stay dead until all others are done
    const back = deadShops.filter((_, index) => index % 2 === 0);
    const stillDead = deadShops.filter((shop) => !back.includes(shop));
    accounts.wake(back);
    accounts.behave({});
    await atRest(scene, () => leftToSend(client, stillDead), say);
    const others = everybody.filter((shop) => !stillDead.includes(shop));
    const unread = (shop: string) =>
      crowd.shops.includes(shop) ? crowd.expected(shop) : histories.expectedUnread(shop);
    const byWebhooks = expectedOf([...others, ...crowd.shops], unread);
    for (const { shop, id } of await toBeReadAgain(client.pool)) {
      if (misleading.has(id)) byWebhooks.get(shop)?.delete(id);
    }
    const lacking = wrongAtFeed(scene, byWebhooks);
    wrong.push(...lacking.map((sentence) => `By webhooks alone, beside dead feeds: ${sentence}`));
    // what is read after this mends it
    for (const story of await storiesOf(client, lacking)) say(story);

    say(
      "the app is opened: reconciliation reads what was lost, and merchants change what they like",
    );
    accounts.behave(unreliably(random));
    await Promise.all(shops.map((shop) => opened(world, shop)));
    const none = async () => undefined;
    const ofShopify = troublesOfShopify.filter(({ name }) => chosen(name));
    const ofPeople = deedsOfPeople.filter(({ name }) => chosen(name));
    await crowd.during(
      (async () => {
        await Promise.all([
          befall(ofShopify, random, none),
          befall(ofPeople, createRandom(plan.seed + 2), none),
        ]);
        for (let count = 0; count < plan.roundsOfReading; count += 1) {
          await Promise.all([round(none), befall(ofShopify, createRandom(count), none)]);
        }
      })(),
    );

    say("calm");
    accounts.wake(stillDead);
    accounts.behave({});
    // an answer with a renewed token may have been lost
    for (const shop of shops) await opened(world, shop);
    await reconciled(scene, shops);
    await atRest(scene, () => leftBehind(client), say, [...shops, ...crowd.shops]);
    await crew.stop();

    for (const [way, count] of deliveries.cuts) tally.set(`webhooks cut off ${way}`, count);
    tally.set("webhooks answered 503", deliveries.refused());
    tally.set("processes whose clock was wrong by minutes", crew.wrongClocks());
    if (former !== null) {
      const { requests } = world.hakuna;
      const ofFormer = requests.filter(({ version }) => version === formerFeedVersion);
      tally.set(formerName, ofFormer.length);
    }
    for (const [name, count] of [...tally, ...crowd.acts]) {
      if (count === 0 && only === undefined) wrong.push(`There were no ${name}.`);
    }
    const expected = (shop: string) =>
      crowd.shops.includes(shop)
        ? crowd.expected(shop)
        : histories.expected(shop, deeds.identifiers.get(shop));
    wrong.push(
      ...(await verdict(
        scene,
        expectedOf([...everybody, ...crowd.shops], expected),
        crew.output(),
      )),
      ...(await crowd.wrong()),
    );
    const met = (names: readonly string[]) =>
      names.map((name) => `${tally.get(name) ?? 0} ${name}`).join(", ");
    say(`befallen: ${met([...tally.keys()].filter((name) => !quiet.includes(name)))}`);
    const acts = Array.from(crowd.acts, ([name, count]) => `${count} times ${name}`);
    say(`people: ${acts.join("; ")}`);
    const { pairs, withSteps } = meetings.counts();
    const seconds = Math.round((Date.now() - started) / 1000);
    const outcome = wrong.length === 0 ? "every order is right" : `${wrong.length} wrong`;
    const orders = `${plan.histories} orders, ${webhooks.length} webhooks`;
    const coverage = `${pairs} pairs of people and faults met, in ${withSteps} steps of runs`;
    const summary = `chaos: ${outcome}; ${orders}, seed ${plan.seed}, ${seconds} s; ${coverage}; quiet faults: ${met(quiet)}`;
    return { wrong, summary };
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

/** The names of all troubles and people of a run. */
export function namesOf({ people, former }: Pick<ChaosPlan, "people" | "former">): string[] {
  const troubles = [
    ...[...troublesOfProcesses, ...troublesOfPostgres, ...quietFaults, ...troublesOfTheFeed],
    ...[...troublesOfNeighbors, ...orphans, ...troublesOfShopify, ...deedsOfPeople],
  ];
  return [...troubles, ...people].map(({ name }) => name).concat(former ? [formerName] : []);
}

const formerName = "requests of a former version beside this one";

/** What must have met in a run: each person and each fault, and both with the steps that come of them. */
function listedPairs(people: readonly Person[], faults: readonly Trouble[]): Pair[] {
  return [
    ...people.flatMap(({ name, steps }) => [
      ...faults.map((fault): Pair => [name, fault.name]),
      ...steps.map((step): Pair => [name, step]),
    ]),
    ...faults.flatMap(({ name, steps = [] }) => steps.map((step): Pair => [name, step])),
  ];
}

function guestsOf(crew: Crew, { server, url, worker }: FormerVersion) {
  return [crew.join({ process: server, url }), crew.join({ process: worker })];
}

/** The database's own time zone is nobody else's. */
async function setTimeZone(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const name = new URL(databaseUrl).pathname.slice(1);
  await client.query(`ALTER DATABASE "${name}" SET timezone TO 'Australia/Eucla'`);
  await client.end();
}

/** What the accounts of these shops must hold. */
function expectedOf(
  shops: readonly string[],
  expected: (shop: string) => Expected,
): ExpectedByShop {
  return new Map(shops.map((shop) => [shop, new Map(expected(shop))]));
}

function shuffled(all: readonly Trouble[], random: Random): Trouble[] {
  return all
    .map((trouble) => ({ trouble, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ trouble }) => trouble);
}
