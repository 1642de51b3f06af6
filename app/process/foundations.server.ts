import { startClock } from "#app/database/clock.ts";
import { startEmbeddedPostgres } from "#app/database/embedded-postgres/embedded-postgres.server.ts";
import { openPool } from "#app/database/pool.server.ts";
import { openDatabase } from "#app/db.server.ts";
import type { Config } from "#app/foundation/config.server.ts";
import { openDoor } from "#app/foundation/give-way.ts";
import type { Logger } from "#app/foundation/log.server.ts";
import { createMetrics } from "#app/foundation/metrics.server.ts";
import { createSecretBox } from "#app/foundation/secrets.server.ts";
import { createTracing } from "#app/foundation/tracing.server.ts";
import { createFeedClient } from "#app/hakuna/client.ts";
import { createOffersClient } from "#app/hakuna/offers-client.ts";
import { dailyPlanWork } from "#app/plans/daily-plan-work.ts";
import type { PlanContext } from "#app/plans/plan-context.ts";
import { runPlanJobs } from "#app/plans/plan-job-run.ts";
import { shopsWithPlanJobs } from "#app/plans/plan-job-store.ts";
import { retainAllShops } from "#app/privacy/retention.ts";
import { shopsWithWork, startQueue } from "#app/queue/queue.ts";
import { resumeReads } from "#app/run/read-step.ts";
import { runShop } from "#app/run/run.ts";
import { scanShop } from "#app/scan/scan.ts";
import { resumeScans, shopsToScan } from "#app/scan/scan-store.ts";
import type { Foundations } from "#app/services.server.ts";
import { createAdminAccess } from "#app/shopify/access/admin-access.ts";
import { createOrderPages } from "#app/shopify/orders/order-pages.ts";
import { createOrderReader } from "#app/shopify/orders/order-reader.ts";
import { createShopify } from "#app/shopify.server.ts";
import { noteInstalled } from "#app/shops/install.ts";
import { tellOutages } from "#app/shops/outage-mail.ts";
import { resealKeys } from "#app/shops/reseal.ts";
import { createSessionKeeper } from "#app/shops/shop-session.ts";
import { checkTimeZones } from "#app/shops/shop-time-zone.ts";
import { retryFailing } from "#app/store/failing.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { createMailer } from "./mail.server.ts";

/** Shops whose plans one process works on at once: jobs that nobody waits for by the second. */
const planConcurrency = 2;

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
  try {
    let databaseUrl = config.DATABASE_URL;
    if (databaseUrl === undefined) {
      const embedded = await startEmbeddedPostgres({ folder: config.DATA_FOLDER, log });
      closing.push(() => embedded.stop());
      databaseUrl = embedded.url;
    }
    const { prisma, close: closeDatabase } = await openDatabase({
      url: databaseUrl,
      log,
      embedded: config.DATABASE_URL === undefined,
    });
    closing.push(closeDatabase);
    const pool = openPool(
      {
        connectionString: databaseUrl,
        max: config.worker.concurrency + config.scan.concurrency + planConcurrency + 2,
        application_name: "hakuna-sync",
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
    const plans: PlanContext = { ...run, admin, offers };
    const queue = await startQueue({
      databaseUrl,
      log,
      concurrency: {
        sync: config.worker.concurrency,
        scan: config.scan.concurrency,
        plans: planConcurrency,
      },
      sweepIntervalMs: config.worker.sweepIntervalMs,
      worker,
    });
    closing.push(() => queue.stop());
    if (worker) {
      await resealKeys(run);
      await checkTimeZones(run);
      await retryFailing(pool);
      const mailer = await createMailer(config);
      closing.push(repeat(config.outage.lookMs, log, () => tellOutages(run, mailer)));
      await queue.sync.work(
        (shop, place) => runShop(run, shop, place),
        () => shopsWithWork(pool),
      );
      await queue.scan.work(
        (shop) => scanShop({ ...run, wake: queue.wake }, shop),
        () => shopsToScan(pool, run.now(), config.scan.intervalMs),
      );
      await queue.plans.work(
        (shop) => runPlanJobs(plans, shop),
        () => shopsWithPlanJobs(pool),
      );
      await queue.daily(config.retention.hour, async () => {
        await retainAllShops(run);
        await queue.plans.wake(await dailyPlanWork(plans));
      });
    }
    const authenticateAdmin = async (request: Request) => {
      const authenticated = await shopify.authenticate.admin(request).catch(refuseUnreadable);
      const { session, sessionToken } = authenticated;
      await noteInstalled(pool, session.shop, sessionToken.iat * 1000, session.scope ?? null);
      if (await resumeScans(pool, session.shop)) await queue.scan.wake([session.shop]);
      if (await resumeReads(pool, session.shop)) await queue.wake([session.shop]);
      return authenticated;
    };
    return {
      services: { config, log, prisma, shopify, authenticateAdmin, admin, queue, run, plans },
      run,
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

/** Does `work` again and again, one at a time. @returns ends it, after the one that is under way */
function repeat(pauseMs: number, log: Logger, work: () => Promise<void>): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  let current = Promise.resolve();
  const next = () => {
    if (!ended) timer = setTimeout(() => (current = once()), pauseMs).unref();
  };
  const once = () =>
    work()
      .catch((err) => log.warn({ err }, "a regular look failed; it is repeated"))
      .then(next);
  next();
  return async () => {
    ended = true;
    clearTimeout(timer);
    await current;
  };
}

/** The library decodes the query's `host` before it looks at it. */
function refuseUnreadable(error: unknown): never {
  if (!(error instanceof DOMException && error.name === "InvalidCharacterError")) throw error;
  const words = "The host in this address is not Shopify's. Open the app from Shopify's admin.";
  throw new Response(words, { status: 400 });
}
