import type { Config } from "./config.server.ts";
import { openDatabase } from "./db.server.ts";
import { startEmbeddedPostgres } from "./embedded-postgres.server.ts";
import type { PrismaClient } from "./generated/prisma/client.ts";
import { createFeedClient } from "./hakuna/client.ts";
import type { Logger } from "./log.server.ts";
import { openPool } from "./pool.server.ts";
import { createSecretBox } from "./secrets.server.ts";
import { createOrderPages } from "./shopify/order-pages.ts";
import { createOrderReader } from "./shopify/order-reader.ts";
import { createShopify } from "./shopify.server.ts";
import { startClock } from "./sync/clock.ts";
import { openDoor } from "./sync/give-way.ts";
import { noteInstalled } from "./sync/install.ts";
import { type Queue, shopsWithWork, startQueue } from "./sync/queue.ts";
import { retainAllShops } from "./sync/retention.ts";
import { runShop } from "./sync/run.ts";
import type { RunContext } from "./sync/run-context.ts";
import { scanShop } from "./sync/scan.ts";
import { resumeScans, shopsToScan } from "./sync/scan-store.ts";

type Shopify = ReturnType<typeof createShopify>;

/** What the routes get through Remix's load context. Made once, by the process. */
export type Services = {
  config: Config;
  log: Logger;
  prisma: PrismaClient;
  shopify: Shopify;
  /** `authenticate.admin`, once per request; notes that the app is installed */
  authenticateAdmin(request: Request): ReturnType<Shopify["authenticate"]["admin"]>;
  queue: Queue;
  /** what the sync works with: for actions that change orders or settings */
  run: RunContext;
};

/** All that a process of the app stands on, and how to end it in order. */
export type Foundations = {
  services: Services;
  run: RunContext;
  /** the address of the database, the embedded one's included */
  databaseUrl: string;
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
  const close = async () => {
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
        max: config.worker.concurrency + config.scan.concurrency + 2,
        application_name: "hakuna-sync",
      },
      log,
    );
    closing.push(() => pool.end());
    const clock = await startClock(pool, log);
    closing.push(async () => clock.stop());
    const feed = createFeedClient({
      baseUrl: config.HAKUNA_API_URL,
      timeoutMs: config.delivery.timeoutMs,
      version: config.HAKUNA_VERSION,
    });
    closing.push(() => feed.close());
    const shopify = createShopify({ config, prisma, log });
    const run: RunContext = {
      pool,
      config,
      log,
      feed,
      secrets: createSecretBox({
        current: config.ENCRYPTION_KEY,
        previous: config.ENCRYPTION_KEY_PREVIOUS,
      }),
      readOrder: createOrderReader(shopify),
      orderPages: createOrderPages(shopify),
      door: openDoor(),
      now: clock.now,
    };
    const queue = await startQueue({
      databaseUrl,
      log,
      concurrency: { sync: config.worker.concurrency, scan: config.scan.concurrency },
      sweepIntervalMs: config.worker.sweepIntervalMs,
      worker,
    });
    closing.push(() => queue.stop());
    if (worker) {
      await queue.sync.work(
        (shop) => runShop(run, shop),
        () => shopsWithWork(pool),
      );
      await queue.scan.work(
        (shop) => scanShop({ ...run, wake: queue.wake }, shop),
        () => shopsToScan(pool, run.now(), config.scan.intervalMs),
      );
      await queue.daily(config.retention.hour, async () => {
        await retainAllShops(run);
      });
    }
    const authenticateAdmin = async (request: Request) => {
      const authenticated = await shopify.authenticate.admin(request);
      const { session, sessionToken } = authenticated;
      await noteInstalled(pool, session.shop, sessionToken.iat * 1000, session.scope ?? null);
      if (await resumeScans(pool, session.shop)) await queue.scan.wake([session.shop]);
      return authenticated;
    };
    return {
      services: { config, log, prisma, shopify, authenticateAdmin, queue, run },
      run,
      databaseUrl,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
