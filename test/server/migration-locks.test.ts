import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "#app/database/embedded-postgres/free-port.server.ts";
import { sendWebhook } from "#test/simulator/shopify/webhook.ts";
import { type AppProcess, startAppProcess, waitUntilReady } from "#test/world/app-process.ts";
import { type NextVersion, nextVersion } from "#test/world/next-version.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { ordersAlike } from "./vogelsang.ts";

const shop = "migrating.myshopify.com";
const nextOrder = ordersAlike(shop, 660_000);
const { world, client } = await openWorld();
let next: NextVersion;
let started: AppProcess | undefined;

beforeAll(async () => {
  next = await nextVersion();
  await client.connect(shop);
});

afterAll(async () => {
  await started?.stop();
  await next.remove();
});

/** Begins to start the next version beside this one; `ready` waits until it is. */
async function startNext(env: Record<string, string> = {}): Promise<{ ready(): Promise<void> }> {
  const port = String(await freePort());
  const process = startAppProcess(
    "app/server.ts",
    { ...world.env, ...env, PORT: port },
    next.folder,
  );
  started = process;
  return { ready: () => waitUntilReady(process, `http://localhost:${port}/readyz`) };
}

const hasEnded = () => eventually("the start ends", () => started?.exitCode() !== null);

/** Holds a table as a dump does: others read and write it, nobody alters it. */
async function holdAsDump(table: string): Promise<pg.Client> {
  const holder = new pg.Client({ connectionString: world.databaseUrl });
  await holder.connect();
  await holder.query(`BEGIN; LOCK TABLE "${table}" IN ACCESS SHARE MODE`);
  return holder;
}

const waits = () => started?.output().split("A migration waits for a lock").length ?? 0;

async function send(count: number): Promise<string[]> {
  const orders = Array.from({ length: count }, nextOrder);
  for (const { webhook } of orders) {
    expect(await sendWebhook(world.appUrl, webhook, world.apiSecret)).toBe(200);
  }
  return orders.map(({ id }) => id);
}

async function rows(sql: string): Promise<Record<string, unknown>[]> {
  return (await client.pool.query(sql)).rows;
}

const records = (name: string) =>
  rows(`SELECT finished_at IS NOT NULL AS done, rolled_back_at IS NOT NULL AS undone
          FROM _prisma_migrations WHERE migration_name LIKE '%_${name}' ORDER BY started_at`);

describe("a migration of a table that a dump holds", () => {
  it("is tried again and again while webhooks are taken, and applied when the dump is done", async () => {
    await next.add(
      "news",
      `CREATE TABLE "News" ("id" int); -- a comment; with a semicolon
       ALTER TABLE "InboxWebhook" ADD COLUMN "news" TEXT;
       CREATE FUNCTION news() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;`,
    );
    const holder = await holdAsDump("InboxWebhook");
    const { ready } = await startNext();
    const ids: string[] = [];
    while (waits() < 3) ids.push(...(await send(3)));
    // what the migration did before it met the lock is undone while it waits
    expect(await rows(`SELECT to_regclass('"News"') AS found`)).toEqual([{ found: null }]);
    await holder.end();
    await ready();
    expect(await records("news")).toEqual([{ done: true, undone: false }]);
    expect(await rows(`SELECT "news", news() AS one FROM "InboxWebhook" LIMIT 1`)).toEqual([
      { news: null, one: 1 },
    ]);
    ids.push(...(await send(3)));
    await client.quiet();
    for (const id of ids) expect(world.hakuna.last(id)).toBeDefined();
    await started?.stop();
  });

  it("ends the start with a sentence when it waited long enough, and the next start goes on", async () => {
    await next.add("more_news", `ALTER TABLE "InboxWebhook" ADD COLUMN "more" TEXT;`);
    const holder = await holdAsDump("InboxWebhook");
    await startNext({ MIGRATION_LOCK_MS: "4000" });
    // nothing beside it: Citus takes none
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE application_name = 'hakuna-migration'
      AND wait_event_type = 'Lock' AND query = 'ALTER TABLE "InboxWebhook" ADD COLUMN "more" TEXT;'`;
    await eventually("it waits", async () => (await rows(waiting)).length > 0);
    await hasEnded();
    expect(started?.output()).toContain("did not get its locks within 4 s, and changed nothing");
    await send(3);
    await holder.end();
    await (await startNext()).ready();
    expect(await records("more_news")).toEqual([
      { done: false, undone: true },
      { done: true, undone: false },
    ]);
    await started?.stop();
  });
});

describe("a migration that fails", () => {
  it("changes nothing, and the mended one is applied by the next start", async () => {
    const half = `CREATE TABLE "Half" ("id" int);`;
    await next.add("half", `${half}\nALTER TABLE "Nowhere" ADD COLUMN "a" TEXT;`);
    await startNext();
    await hasEnded();
    expect(started?.output()).toContain("could not be migrated");
    expect(await rows(`SELECT to_regclass('"Half"') AS found`)).toEqual([{ found: null }]);
    await next.add("half", half);
    await (await startNext()).ready();
    await started?.stop();
  });
});

describe("an index that is built while the table is in use", () => {
  it("is built anew where a start was cut short in the middle of it", async () => {
    await next.add(
      "topics",
      `-- by topic\nCREATE INDEX CONCURRENTLY "InboxWebhook_topics" ON "InboxWebhook" ("topic");`,
    );
    // it waits for everybody who has begun before it, and nobody for it
    const holder = new pg.Client({ connectionString: world.databaseUrl });
    await holder.connect();
    await holder.query(`BEGIN; INSERT INTO "InboxWebhook" ("shop", "webhookId", "topic", "triggeredAt")
      VALUES ('x', 'x', 'x', now())`);
    await startNext();
    const valid = () =>
      rows(`SELECT indisvalid AS valid FROM pg_index
             WHERE indexrelid = to_regclass('"InboxWebhook_topics"')`);
    await eventually("it is being built", async () => (await valid()).length === 1);
    await send(3);
    await rows(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND application_name = 'hakuna-migration'`);
    await hasEnded();
    await holder.query("ROLLBACK");
    await holder.end();
    expect(await valid()).toEqual([{ valid: false }]);
    await (await startNext()).ready();
    expect(await valid()).toEqual([{ valid: true }]);
    await started?.stop();
  });
});
