import { randomBytes } from "node:crypto";
import { freePort } from "#app/database/embedded-postgres/free-port.server.ts";
import { startHakuna } from "#test/simulator/hakuna/hakuna.ts";
import { type Admin, startAdmin } from "../simulator/admin/admin.ts";
import { type AppProcess, startAppProcess, waitUntilReady } from "./app-process.ts";
import { outwaitKilled } from "./killed-processes.ts";
import { secretsIn } from "./log-secrets.ts";
import { createDatabase } from "./shared-postgres.ts";

export type WorldOptions = {
  /** added to the app's environment, or put in the place of what the world sets */
  env?: Record<string, string>;
  /** the address at which the app finds its database, where it is another one than for everybody else */
  throughUrl?: (databaseUrl: string) => string;
  /**
   * is given the app's environment before its first start, and may change it; and the database's
   * address, as everybody else has it
   */
  prepare?: (env: Record<string, string>, databaseUrl: string) => Promise<void>;
};

/** The app as it runs in production, with a database of its own, among stand-ins for its neighbors. */
export type World = {
  appUrl: string;
  databaseUrl: string;
  hakuna: Awaited<ReturnType<typeof startHakuna>>;
  admin: Admin;
  /** the simulated Shopify: `world.shopify.shop(domain)` holds a shop's orders */
  shopify: Admin["shopify"];
  shopDomain: string;
  apiKey: string;
  apiSecret: string;
  /** the environment of the app's processes: for the command line, or another process beside it */
  env: Record<string, string>;
  /** the server process of now; another one after `restart` */
  app(): AppProcess;
  /**
   * ends the server with the signal (SIGTERM) and starts it again at the same address. After SIGKILL
   * the time is let pass in which its successor would wait for it, if no other process is at work
   */
  restart(signal?: NodeJS.Signals): Promise<void>;
  /** one more process, `app/worker.ts` for instance; ended with the world */
  startProcess(file: string, env?: Record<string, string>): AppProcess;
  /** ends all of it; rejects when a process logged a secret or a customer's data */
  stop(): Promise<void>;
};

const shopDomain = "test-shop.myshopify.com";
const apiKey = "test-api-key";

/**
 * Starts a world and waits until the app answers /readyz. Needs the global setup of
 * shared-postgres.ts and a built app (`npm run build`).
 */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const apiSecret = randomBytes(16).toString("hex");
  const undo: (() => Promise<unknown>)[] = [];
  const processes: AppProcess[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const database = await createDatabase();
    undo.push(() => database.drop());
    const hakuna = await startHakuna();
    undo.push(() => hakuna.close());
    const port = await freePort();
    const appUrl = `http://localhost:${port}`;
    const admin = await startAdmin({ port: 0, appUrl, apiKey, apiSecret, shop: shopDomain });
    undo.push(() => admin.close());
    const env: Record<string, string> & { DATABASE_URL: string } = {
      PORT: String(port),
      DATABASE_URL: options.throughUrl?.(database.url) ?? database.url,
      SHOPIFY_API_KEY: apiKey,
      SHOPIFY_API_SECRET: apiSecret,
      SHOPIFY_APP_URL: appUrl,
      SCOPES: "read_orders",
      ENCRYPTION_KEY: randomBytes(32).toString("base64"),
      HAKUNA_API_URL: hakuna.url,
      SIMULATED_SHOPIFY_URL: admin.url,
      SUPPORT_EMAIL: "support@app.example",
      LOG_LEVEL: "info",
      DRAIN_MS: "0",
      // a test's verdict depends on no hour of the day
      PROOF_HOURS: "off",
      ...options.env,
    };
    await options.prepare?.(env, database.url);
    const start = async () => {
      const started = startAppProcess("app/server.ts", env);
      processes.push(started);
      await waitUntilReady(started, `${appUrl}/readyz`);
      return started;
    };
    let app = await start();
    undo.push(() => app.stop());
    const world = {
      appUrl,
      databaseUrl: database.url,
      hakuna,
      admin,
      shopify: admin.shopify,
      shopDomain,
      apiKey,
      apiSecret,
      env,
      app: () => app,
      async restart(signal?: NodeJS.Signals) {
        await app.stop(signal);
        if (signal === "SIGKILL") await outwaitKilled(database.url);
        app = await start();
      },
      startProcess(file: string, more?: Record<string, string>) {
        const started = startAppProcess(file, { ...env, ...more });
        processes.push(started);
        undo.push(() => started.stop());
        return started;
      },
      async stop() {
        await stop();
        const output = processes.map((one) => one.output()).join("\n");
        const found = secretsIn(output, world);
        if (found.length > 0) throw new Error(`The log holds secrets: ${found.join(", ")}`);
      },
    };
    return world;
  } catch (error) {
    await stop();
    throw error;
  }
}
