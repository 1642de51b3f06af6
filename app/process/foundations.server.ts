import { shopsToProve } from "#app/agreement/proof-store.ts";
import { proveShop } from "#app/agreement/prove.ts";
import { recountAllSales } from "#app/analytics/recount-sales.ts";
import { startClock } from "#app/database/clock.ts";
import { isDatabaseTrouble } from "#app/database/database-error.server.ts";
import { startEmbeddedPostgres } from "#app/database/embedded-postgres/embedded-postgres.server.ts";
import { openPool } from "#app/database/pool.server.ts";
import { openDatabase } from "#app/db.server.ts";
import type { Config } from "#app/foundation/config.server.ts";
import { openDoor } from "#app/foundation/give-way.ts";
import type { Logger } from "#app/foundation/log.server.ts";
import { createMetrics } from "#app/foundation/metrics.server.ts";
import { createSecretBox } from "#app/foundation/secrets.server.ts";
import { createTracing } from "#app/foundation/tracing.server.ts";
import { onUnknownWord } from "#app/foundation/unknown-words.ts";
import { createFeedClient } from "#app/hakuna/client.ts";
import { createOffersClient } from "#app/hakuna/offers-client.ts";
import { sendFlowEvents, shopsWithFlowEvents } from "#app/notices/send-flow-events.ts";
import { tellNews } from "#app/notices/tell-news.ts";
import { shopsToFollow } from "#app/plans/coverage/follow-store.ts";
import { dailyPlanWork } from "#app/plans/daily-plan-work.ts";
import type { PlanContext } from "#app/plans/plan-context.ts";
import { runPlanJobs } from "#app/plans/plan-job-run.ts";
import { shopsWithPlanJobs } from "#app/plans/plan-job-store.ts";
import { retainAllShops } from "#app/privacy/retention.ts";
import type { RunResult } from "#app/queue/lane.ts";
import { shopsWithWork, startQueue } from "#app/queue/queue.ts";
import { createSweeps } from "#app/queue/sweeps.ts";
import type { RefundContext } from "#app/refunds/refund-context.ts";
import { runRefunds } from "#app/refunds/refund-run.ts";
import { shopsWithRefunds } from "#app/refunds/refund-store.ts";
import { resumeReads } from "#app/run/read-step.ts";
import { runShop } from "#app/run/run.ts";
import { scanShop } from "#app/scan/scan.ts";
import { resumeScans, shopsToScan } from "#app/scan/scan-store.ts";
import type { Foundations } from "#app/services.server.ts";
import { createAdminAccess } from "#app/shopify/access/admin-access.ts";
import { createOrderPages } from "#app/shopify/orders/order-pages.ts";
import { createOrderReader } from "#app/shopify/orders/order-reader.ts";
import { createOrdersById } from "#app/shopify/orders/orders-by-id.ts";
import { createShopify } from "#app/shopify.server.ts";
import { buyerOf, refuseBuyer } from "#app/shops/buyer.ts";
import { noteInstalled } from "#app/shops/install.ts";
import { tellOutages } from "#app/shops/outage-mail.ts";
import { resealKeys } from "#app/shops/reseal.ts";
import { readScopes, shopsToAskForScopes } from "#app/shops/scopes.ts";
import { createSessionKeeper } from "#app/shops/shop-session.ts";
import { checkTimeZones } from "#app/shops/shop-time-zone.ts";
import { retryFailing } from "#app/store/failing.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { createMailer } from "./mail.server.ts";
import { repeat } from "./repeat.ts";
import { watchSweeps } from "./sweep-watch.server.ts";

/** Shops whose plans one process works on at once: jobs that nobody waits for by the second. */
const planConcurrency = 2;
/** The same for refunds: a person who waits for one has it carried out at once. */
const refundConcurrency = 2;

/**
 * Opens the database (starting the embedded one where no DATABASE_URL is set), applies migrations,
 * and makes what the process needs. `worker`: also takes sync runs.
 */
export async function openFoundations(
  config: Config,
  log: Logger,
  { worker }: { worker: boolean },
): Promise<Foundations> {
  const closing: (() => Promise<unknown>)[] = [];
  const ending = new AbortController();
  const close = async () => {
    ending.abort();
    for (const step of closing.splice(0).reverse()) {
      await step().catch((err) => log.warn({ err }, "closing failed"));
    }
  };
  onUnknownWord((unknown) => log.warn(unknown, "a word of Shopify's or Hakuna's is not known"));
  try {
    let databaseUrl = config.DATABASE_URL;
    if (databaseUrl === undefined) {
      const onLost = (err: unknown) => {
        log.fatal({ err }, "the embedded PostgreSQL is lost: the process ends");
        process.exit(1);
      };
      const embedded = await startEmbeddedPostgres({ folder: config.DATA_FOLDER, log, onLost });
      closing.push(() => embedded.stop());
      databaseUrl = embedded.url;
    }
    const limits = config.database;
    const { prisma, close: closeDatabase } = await openDatabase({
      url: databaseUrl,
      directUrl: config.DATABASE_DIRECT_URL,
      migrationUrl: config.MIGRATION_DATABASE_URL,
      log,
      limits,
      migrationWait: config.migrationWait,
      embedded: config.DATABASE_URL === undefined,
    });
    closing.push(closeDatabase);
    const { worker: sync, scan } = config;
    const concurrency = sync.concurrency + scan.concurrency + planConcurrency + refundConcurrency;
    const pool = openPool(
      {
        connectionString: databaseUrl,
        max: concurrency + 2,
        application_name: "hakuna-sync",
        limits,
      },
      log,
    );
    closing.push(() => pool.end());
    const clock = await startClock(pool, log);
    closing.push(async () => clock.stop());
    const hakuna = {
      baseUrl: config.HAKUNA_API_URL,
      timeoutMs: config.delivery.timeoutMs,
      version: config.HAKUNA_VERSION,
    };
    const feed = createFeedClient(hakuna);
    closing.push(() => feed.close());
    const offers = createOffersClient(hakuna);
    closing.push(() => offers.close());
    const tracing = await createTracing(config);
    closing.push(() => tracing.close());
    const shopify = createShopify({ config, prisma, log });
    const sessions = createSessionKeeper(pool, {
      apiKey: config.SHOPIFY_API_KEY,
      apiSecret: config.SHOPIFY_API_SECRET,
    });
    const admin = createAdminAccess(shopify, sessions);
    const run: RunContext = {
      pool,
      config,
      log,
      feed,
      secrets: createSecretBox({
        current: config.ENCRYPTION_KEY,
        previous: config.ENCRYPTION_KEY_PREVIOUS,
      }),
      readOrder: createOrderReader(admin),
      orderPages: createOrderPages(admin),
      door: openDoor(),
      metrics: createMetrics(),
      tracing,
      ending: ending.signal,
      now: clock.now,
    };
    const ordersById = createOrdersById(admin);
    const plans: PlanContext = { ...run, admin, offers };
    const sweeps = createSweeps(run.metrics.swept);
    const queue = await startQueue({
      databaseUrl,
      directUrl: config.DATABASE_DIRECT_URL,
      ownerUrl: config.MIGRATION_DATABASE_URL,
      limits,
      log,
      sweeps,
      runLimitMs: config.worker.runLimitMs,
      concurrency: {
        sync: config.worker.concurrency,
        scan: config.scan.concurrency,
        plans: planConcurrency,
        refunds: refundConcurrency,
      },
      sweepIntervalMs: config.worker.sweepIntervalMs,
      worker,
    });
    closing.push(() => queue.stop());
    const mailer = worker ? await createMailer(config) : null;
    const sendReceipt = mailer?.sendReceipt ?? null;
    const refunds: RefundContext = { ...run, admin, wake: queue.wake, sendReceipt };
    if (worker) {
      await unlessInTrouble(resealKeys(run), log);
      await unlessInTrouble(checkTimeZones(run), log);
      await unlessInTrouble(retryFailing(pool), log);
      const tellOutage = mailer?.tellOutage ?? null;
      closing.push(repeat(config.outage.lookMs, log, () => tellOutages(run, tellOutage)));
      closing.push(
        repeat(config.outage.lookMs, log, () => tellNews(run, mailer?.tellNews ?? null)),
      );
      await queue.sync.work(
        (shop, place) => runShop(run, shop, place),
        () => shopsWithWork(pool),
      );
      await queue.scan.work(
        async (shop, place) => {
          await place.away(readScopes(run, admin, shop));
          const scanned = await scanShop({ ...run, wake: queue.wake }, shop, place);
          // what is to be read now goes before what is proven
          if (scanned.again) return scanned;
          const proven = await proveShop({ ...run, ordersById, wake: queue.wake }, shop, place);
          return sooner(scanned, proven);
        },
        async () => [
          ...new Set([
            ...(await shopsToScan(pool, run.now(), config.scan.intervalMs)),
            ...(await shopsToAskForScopes(pool)),
            ...(await shopsToProve(pool, config.proof.hours, run.now())),
          ]),
        ],
      );
      await queue.plans.work(
        (shop) => runPlanJobs(plans, shop),
        async () => [
          ...new Set([
            ...(await shopsWithPlanJobs(pool)),
            ...(await shopsToFollow(pool, run.now())),
          ]),
        ],
      );
      await queue.refunds.work(
        async (shop) =>
          sooner(await runRefunds(refunds, shop), await sendFlowEvents(refunds, shop)),
        async () => [
          ...new Set([
            ...(await shopsWithRefunds(pool, run.now())),
            ...(await shopsWithFlowEvents(pool, run.now())),
          ]),
        ],
      );
      await queue.daily(config.retention.hour, async () => {
        await retainAllShops(run);
        await recountAllSales(run);
        await queue.plans.wake(await dailyPlanWork(plans));
      });
      const { sweepStaleMs: staleMs, sweepGiveUpMs: giveUpMs } = config.worker;
      closing.push(watchSweeps({ sweeps, queue, databaseUrl, limits, staleMs, giveUpMs, log }));
    }
    const noteVisit = async (shop: string, seenAt: number, scopes: string | null) => {
      await noteInstalled(pool, shop, seenAt, scopes);
      if (await resumeScans(pool, shop)) await queue.scan.wake([shop]);
      if (await resumeReads(pool, shop)) await queue.wake([shop]);
    };
    const authenticateAdmin = async (request: Request) => {
      refuseBuyer(request);
      const authenticated = await shopify.authenticate.admin(request).catch(refuseUnreadable);
      const { session, sessionToken } = authenticated;
      const seenAt = sessionToken.iat * 1000;
      await noteVisit(session.shop, seenAt, session.scope ?? null);
      return authenticated;
    };
    return {
      services: {
        ...{ config, log, prisma, shopify, authenticateAdmin, admin, queue, run, plans, refunds },
        authenticateBuyer: (request) =>
          buyerOf(shopify.authenticate.public.customerAccount, config.SHOPIFY_API_KEY, request),
        proofs: { ...run, ordersById, wake: queue.wake },
      },
      run,
      sweeps,
      databaseUrl,
      end() {
        ending.abort();
        queue.rest().catch((err) => log.warn({ err }, "the queue did not rest"));
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What is to be done of two kinds of work of one lane. */
function sooner(a: RunResult, b: RunResult): RunResult {
  const times = [a.nextInMs, b.nextInMs].filter((ms) => ms !== null);
  const nextInMs = times.length === 0 ? null : Math.min(...times);
  return a.again || b.again ? { again: true, nextInMs: null } : { again: false, nextInMs };
}

/** What a worker looks after when it starts keeps it from nothing else: the next start does it again. */
async function unlessInTrouble(work: Promise<unknown>, log: Logger): Promise<void> {
  try {
    await work;
  } catch (err) {
    if (!isDatabaseTrouble(err)) throw err;
    log.warn({ err }, "a worker starts without having looked at all shops");
  }
}

/** The library decodes the query's `host` before it looks at it. */
function refuseUnreadable(error: unknown): never {
  if (!(error instanceof DOMException && error.name === "InvalidCharacterError")) throw error;
  const words = "The host in this address is not Shopify's. Open the app from Shopify's admin.";
  throw new Response(words, { status: 400 });
}
