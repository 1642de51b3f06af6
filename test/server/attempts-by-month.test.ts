import { readFileSync } from "node:fs";
import pg from "pg";
import { afterAll, expect, it } from "vitest";
import { openDatabase } from "#app/db.server.ts";
import { createLog } from "#app/foundation/log.server.ts";
import { standInForCitus } from "#test/simulator/citus.ts";
import { createDatabase, type TestDatabase } from "#test/world/shared-postgres.ts";
import { formerDatabase, migrations } from "./former-database.ts";
import { insured, syncByHand } from "./sync-by-hand.ts";

/** All but the migrations that bring requests into a table for each month. */
const byMonth = migrations.filter((name) => /_attempts_(by_id|before|by_month)/.test(name));
const former = migrations.filter((name) => !byMonth.includes(name));

const database = await formerDatabase(former);
const { current, pool, hakuna, run, take, stored } = await syncByHand(database);

async function migrate({ url }: TestDatabase): Promise<void> {
  const { close } = await openDatabase({ url, log: createLog("warn") });
  await close();
}

type Rows = Record<string, unknown>[];
const ask = async (sql: string, values: unknown[] = []): Promise<Rows> =>
  (await pool.query(sql, values)).rows;
const shape = () => ask(`SELECT relkind AS kind FROM pg_class WHERE oid = '"Attempt"'::regclass`);
const attempts = () =>
  ask(`SELECT to_jsonb(a) AS row FROM "Attempt" a WHERE "shop" <> 'beside' ORDER BY "id"`);
const partsOf = (url: string) =>
  withClient(url, async (client) => {
    const { rows } = await client.query(
      `SELECT inhrelid::regclass::text AS part FROM pg_inherits WHERE inhparent = '"Attempt"'::regclass ORDER BY 1`,
    );
    return rows.map(({ part }) => part);
  });

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** What the version before asks of requests, as it asks, named as it names them. */
const asked = {
  begin: (id: string) => ({
    text: `INSERT INTO "Attempt" ("shop", "id", "epoch", "orders", "startedAt", "keyVersion")
     VALUES ($1, $2, $3, $4, to_timestamp($5 / 1000.0), $6)`,
    values: ["beside", id, 1, "[]", Date.now(), 1],
  }),
  note: (id: string) => ({
    name: "note-answer",
    text: `UPDATE "Attempt" SET "answeredAt" = $8, "outcome" = $3, "httpStatus" = $4,
            "durationMs" = $5, "reason" = $6, "requestId" = $7
      WHERE "shop" = $1 AND "id" = $2`,
    values: ["beside", id, "accepted", 202, 1, null, "r", new Date()],
  }),
  due: (_: string) => ({
    name: "due-steps",
    text: `SELECT EXISTS (SELECT 1 FROM "Attempt" WHERE "shop" = $1 AND "pollAt" <= now()) AS poll`,
    values: ["beside"],
  }),
  recover: (_: string) => ({
    name: "recover-attempts",
    text: `UPDATE "Attempt" SET "answeredAt" = $2, "outcome" = 'unanswered',
            "reason" = 'The process ended before the answer came.'
      WHERE "shop" = $1 AND "answeredAt" IS NULL RETURNING "id", "epoch", "orders"`,
    values: ["beside", new Date()],
  }),
  retain: (id: string) => ({
    text: `DELETE FROM "Attempt" WHERE "shop" = $1 AND "id" = ANY(ARRAY(
         SELECT "id" FROM "Attempt" WHERE "shop" = $1 AND "startedAt" < $2 AND "id" = $3
            AND "answeredAt" IS NOT NULL AND "pollAt" IS NULL
          ORDER BY "startedAt" LIMIT (SELECT 5000)))`,
    values: ["beside", new Date(Date.now() + 60_000), id],
  }),
};

it("keeps every request while the version before is at work, and the runs go on", async () => {
  // one that was accepted and is processed, one that is being processed, and one without an answer
  hakuna.behave({ requestIds: true });
  await take("orders/create", insured(1));
  await pool.query(`UPDATE "Attempt" SET "pollAt" = now()`);
  await run();
  hakuna.behave({ requestIds: true, pollsUntilDone: 1_000_000 });
  await take("orders/create", insured(2));
  await take("orders/create", insured(3));
  await pool.query(
    `UPDATE "Attempt" SET "answeredAt" = NULL, "outcome" = NULL, "requestId" = NULL, "pollAt" = NULL
      WHERE "orders" @> '[{"id": "3"}]'`,
  );
  expect(await stored(1)).toMatchObject({ status: "confirmed" });
  expect(await stored(2)).toMatchObject({ status: "sent" });
  const before = await attempts();
  expect(before).toHaveLength(3);
  expect(await shape()).toEqual([{ kind: "r" }]);

  let isOver = false;
  let rounds = 0;
  const beside = withClient(database.url, async (client) => {
    const kept: string[] = [];
    for (let after = 0; after < 20; after += isOver ? 1 : 0) {
      const [id, gone] = [crypto.randomUUID(), crypto.randomUUID()];
      await client.query(asked.begin(id));
      await client.query(asked.begin(gone));
      expect((await client.query(asked.note(id))).rowCount).toBe(1);
      expect((await client.query(asked.note(gone))).rowCount).toBe(1);
      expect((await client.query(asked.recover(id))).rowCount).toBe(0);
      expect((await client.query(asked.due(id))).rows).toEqual([{ poll: false }]);
      expect((await client.query(asked.retain(gone))).rowCount).toBe(1);
      kept.push(id);
      rounds += 1;
    }
    return kept;
  });
  await migrate(database).finally(() => {
    isOver = true;
  });
  const kept = await beside;
  expect(rounds).toBeGreaterThan(20);
  expect(await shape()).toEqual([{ kind: "p" }]);
  expect(await attempts()).toEqual(before);
  expect(await ask(`SELECT "id" FROM "Attempt" WHERE "shop" = 'beside' ORDER BY "id"`)).toEqual(
    kept.sort().map((id) => ({ id })),
  );

  // the one without an answer is made again; what became of the other is read
  hakuna.behave({ requestIds: true });
  await pool.query(`UPDATE "Attempt" SET "pollAt" = now() WHERE "pollAt" IS NOT NULL`);
  expect(hakuna.states("3")).toHaveLength(1);
  await run();
  expect(hakuna.states("3").length).toBeGreaterThan(1);
  expect(await stored(2)).toMatchObject({ status: "confirmed" });
  expect((await stored(3)).status).toMatch(/sent|confirmed/);
  const { shop } = current;
  const outcomes = await ask(
    `SELECT "orders" #>> '{0,id}' AS "order", "outcome" FROM "Attempt" WHERE "shop" = $1 ORDER BY 1, "startedAt"`,
    [shop],
  );
  const told = outcomes.map(({ order, outcome }) => `${order} ${outcome}`);
  expect(told.slice(0, 3)).toEqual(["1 accepted", "2 accepted", "3 unanswered"]);
  // once more a while after, where the run took so long
  expect(new Set(told.slice(3))).toEqual(new Set(["3 accepted"]));
});

const others: TestDatabase[] = [];
afterAll(async () => {
  for (const other of others) await other.drop();
});

it("reads no row while the table is locked", async () => {
  const other = await formerDatabase([...former, ...byMonth.slice(0, 3)]);
  others.push(other);
  const told: string[] = [];
  await withClient(other.url, async (client) => {
    await client.query("SET client_min_messages = debug1");
    client.on("notice", ({ message }) => told.push(message ?? ""));
    const path = `../../prisma/migrations/${byMonth[3]}/migration.sql`;
    await client.query(readFileSync(new URL(path, import.meta.url), "utf8"));
  });
  expect(told).toContainEqual(
    expect.stringContaining('"Attempt_first" is implied by existing constraints'),
  );
  // of the parts only what is new and empty is given an index
  const built = told.filter((line) => /building index/.test(line) && line.includes("first"));
  expect(built).toEqual([]);
  expect(await partsOf(other.url)).toEqual(['"Attempt_first"', '"Attempt_later"']);
});

it("is laid out on a Citus as the table before was, and stays where that was not", async () => {
  for (const isDistributed of [true, false]) {
    const other = await formerDatabase(former);
    others.push(other);
    await standInForCitus(other.url, 2);
    await withClient(other.url, async (client) => {
      await client.query(
        `SELECT create_distributed_table('"Shop"', 'domain', colocate_with => 'none')`,
      );
      if (isDistributed) {
        await client.query(
          `SELECT create_distributed_table('"Attempt"', 'shop', colocate_with => '"Shop"')`,
        );
      }
    });
    await migrate(other);
    const laid = await withClient(other.url, async (client) => {
      const { rows } = await client.query(
        `SELECT table_name::text AS name, distribution_column AS column,
                colocation_id = (SELECT colocation_id FROM citus_tables WHERE table_name = '"Shop"'::regclass) AS beside
           FROM citus_tables WHERE table_name <> '"Shop"'::regclass ORDER BY 1`,
      );
      return rows;
    });
    const of = (name: string) => ({ name, column: "shop", beside: true });
    expect(laid).toEqual(isDistributed ? [of('"Attempt"'), of('"Attempt_first"')] : []);
    expect(await partsOf(other.url)).toEqual(['"Attempt_first"', '"Attempt_later"']);
  }
});

it("is the same in a database that begins with it", async () => {
  const fresh = await createDatabase();
  others.push(fresh);
  expect(await partsOf(fresh.url)).toEqual(['"Attempt_first"', '"Attempt_later"']);
});
