import pg from "pg";
import { PgBoss } from "pg-boss";
import type { MappingContext } from "#app/order/map.ts";
import type { Webhook } from "#test/simulator/shopify/webhook.ts";

/** A way to bring webhooks' orders to the feed that the app's sync is measured against. */
export type Yardstick = {
  /** the process that does it, from what was laid out for it */
  file: string;
  /** Lays webhooks out in a database of its own, in the place of what was there. */
  layOut(databaseUrl: string, webhooks: readonly Webhook[]): Promise<void>;
};

/** What a job of the ordinary app holds. */
export type WebhookJob = { topic: string; shop: string; triggeredAt: number; body: string };

export const queueName = "webhooks";

/** Where orders are kept: state and sent payload, found by one key, without any other index. */
const documents = `
  DROP TABLE IF EXISTS "OrderDocument";
  CREATE TABLE "OrderDocument" (
    "shop" text NOT NULL, "orderId" text NOT NULL, "state" jsonb NOT NULL,
    "manualPairs" jsonb NOT NULL DEFAULT '[]', "lastPayload" jsonb,
    "reportedUnits" jsonb NOT NULL DEFAULT '{}', "coverIds" jsonb NOT NULL DEFAULT '{}',
    "agreedPairs" jsonb, "goneCaps" jsonb NOT NULL DEFAULT '{}',
    "requests" jsonb NOT NULL DEFAULT '{}', PRIMARY KEY ("shop", "orderId"))`;

const webhookTable = `
  DROP TABLE IF EXISTS "Webhook";
  CREATE TABLE "Webhook" ("shop" text NOT NULL, "id" text NOT NULL, "topic" text NOT NULL,
    "triggeredAt" timestamptz NOT NULL, "payload" bytea NOT NULL, PRIMARY KEY ("shop", "id"))`;

/** One queue job per webhook. */
export const ordinary: Yardstick = {
  file: "test/bench/sync/ordinary-app.ts",
  async layOut(databaseUrl, webhooks) {
    await execute(databaseUrl, documents);
    const boss = new PgBoss({ connectionString: databaseUrl, supervise: false, schedule: false });
    boss.on("error", () => undefined);
    await boss.start();
    await boss.createQueue(queueName);
    await boss.deleteAllJobs(queueName);
    const jobs = webhooks.map(({ topic, shop, triggeredAt, body }) => ({
      data: { topic, shop, triggeredAt, body } satisfies WebhookJob,
    }));
    for (let from = 0; from < jobs.length; from += 1000) {
      await boss.insert(queueName, jobs.slice(from, from + 1000));
    }
    await boss.stop();
  },
};

/** Webhooks in a table, to be read and left there. */
export const limit: Yardstick = {
  file: "test/bench/sync/limit-app.ts",
  async layOut(databaseUrl, webhooks) {
    await execute(databaseUrl, documents);
    await execute(databaseUrl, webhookTable);
    await execute(
      databaseUrl,
      `INSERT INTO "Webhook" SELECT w."shop", w."webhookId", w."topic",
              to_timestamp(w."triggeredAt" / 1000), convert_to(w."body", 'UTF8')
         FROM jsonb_to_recordset($1::jsonb) AS w("shop" text, "webhookId" text, "topic" text,
              "triggeredAt" float8, "body" text)`,
      [JSON.stringify(webhooks)],
    );
  },
};

/** How a shop is mapped that was connected and left as it was. */
export const mappingContext: MappingContext = {
  shopCountry: "de",
  productIdentifier: "variant",
  manualPairs: [],
  acceptSuggestions: false,
  reportedUnits: {},
};

async function execute(url: string, statement: string, values?: unknown[]): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(statement, values);
  } finally {
    await client.end();
  }
}
