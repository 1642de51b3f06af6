import type { Config } from "./config.server.ts";
import { openDatabase } from "./db.server.ts";
import { startEmbeddedPostgres } from "./embedded-postgres.server.ts";
import type { PrismaClient } from "./generated/prisma/client.ts";
import { createFeedClient } from "./hakuna/client.ts";
import { createOffersClient } from "./hakuna/offers-client.ts";
import type { Logger } from "./log.server.ts";
import { createMailer } from "./mail.server.ts";
import { createMetrics } from "./metrics.server.ts";
import { dailyPlanWork } from "./plans/daily-plan-work.ts";
import type { PlanContext } from "./plans/plan-context.ts";
import { runPlanJobs } from "./plans/plan-job-run.ts";
import { shopsWithPlanJobs } from "./plans/plan-job-store.ts";
import { openPool } from "./pool.server.ts";
import { createSecretBox } from "./secrets.server.ts";
import { createAdminAccess } from "./shopify/admin-access.ts";
import type { AdminAccess } from "./shopify/admin-api.ts";
import { createOrderPages } from "./shopify/order-pages.ts";
import { createOrderReader } from "./shopify/order-reader.ts";
import { createShopify } from "./shopify.server.ts";
import { startClock } from "./sync/clock.ts";
import { openDoor } from "./sync/give-way.ts";
import { noteInstalled } from "./sync/install.ts";
import { tellOutages } from "./sync/outage-mail.ts";
import { type Queue, shopsWithWork, startQueue } from "./sync/queue.ts";
import { resumeReads } from "./sync/read-step.ts";
import { resealKeys } from "./sync/reseal.ts";
import { retainAllShops } from "./sync/retention.ts";
import { runShop } from "./sync/run.ts";
import type { RunContext } from "./sync/run-context.ts";
import { scanShop } from "./sync/scan.ts";
import { resumeScans, shopsToScan } from "./sync/scan-store.ts";
import { createSessionKeeper } from "./sync/shop-session.ts";
import { createTracing } from "./tracing.server.ts";

/** Shops whose plans one process works on at once: jobs that nobody waits for by the second. */
const planConcurrency = 2;

type Shopify = ReturnType<typeof createShopify>;

/** What the routes get through Remix's load context. Made once, by the process. */
export type Services = {
  config: Config;
  log: Logger;
  prisma: PrismaClient;
  shopify: Shopify;
  /** `authenticate.admin`, once per request; notes that the app is installed */
  authenticateAdmin(request: Request): ReturnType<Shopify["authenticate"]["admin"]>;
  /** the Admin API of any shop, in its offline session */
  admin: AdminAccess;
  queue: Queue;
  /** what the sync works with: for actions that change orders or settings */
  run: RunContext;
  /** what plan jobs work with */
  plans: PlanContext;
};

/** All that a process of the app stands on, and how to end it in order. */
export type Foundations = {
  services: Services;
  run: RunContext;
  /** the address of the database, the embedded one's included */
  databaseUrl: string;
  /** the process is to end: `/readyz` says so, sync runs stop after their step, no new ones begin */
  end(): void;
  close(): Promise<void>;
};

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
      const mailer = await createMailer(config);
      closing.push(repeat(config.outage.lookMs, log, () => tellOutages(run, mailer)));
      await queue.sync.work(
        (shop) => runShop(run, shop),
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
