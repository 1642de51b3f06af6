import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { distributeTables } from "#app/database/distribution.ts";
import { openDatabase } from "#app/db.server.ts";
import { createLog } from "#app/foundation/log.server.ts";
import { standInForCitus } from "#test/simulator/citus.ts";
import { createDatabase, type TestDatabase } from "#test/world/shared-postgres.ts";
import { formerDatabase, migrations } from "./former-database.ts";
import { type OpsResult, opsHere } from "./ops.ts";

const databases: TestDatabase[] = [];
afterAll(async () => {
  for (const database of databases) await database.drop();
});

/** A new database, after some SQL; `workers` null: it has no Citus. */
async function databaseWith(workers: number | null, sql = "SELECT 1"): Promise<string> {
  const database = await createDatabase();
  databases.push(database);
  if (workers !== null) await standInForCitus(database.url, workers);
  await ask(database.url, sql);
  return database.url;
}

async function ask<Row>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const answer = await client.query(sql);
    return answer.rows as Row[];
  } finally {
    await client.end();
  }
}

function distribute(url: string, ...args: string[]): Promise<OpsResult> {
  return opsHere(["distribute", ...args], {
    DATABASE_URL: url,
    SHOPIFY_API_KEY: "key",
    SHOPIFY_API_SECRET: randomBytes(16).toString("hex"),
    SHOPIFY_APP_URL: "http://localhost:3000",
    SCOPES: "read_orders",
    ENCRYPTION_KEY: randomBytes(32).toString("base64"),
  });
}

type Laid = { name: string; type: string; column: string; gone: boolean; beside: number };
const laidSql = `SELECT table_name::text AS name, citus_table_type AS type, distribution_column AS column,
    is_local_data_gone AS gone, colocation_id AS beside FROM citus_internal.laid ORDER BY 1`;

test("a start says which tables a release brought that nobody has distributed yet", async () => {
  const url = await databaseWith(2);
  const started = async () => {
    const lines: string[] = [];
    const log = createLog("warn", { write: (line) => lines.push(line) });
    await (await openDatabase({ url, log })).close();
    return lines.join("");
  };
  expect(await started()).toBe("");
  await distribute(url);
  expect(await started()).toBe("");
  await ask(url, `DELETE FROM citus_internal.laid WHERE table_name = '"PlanFollow"'::regclass`);
  expect(JSON.parse(await started())).toMatchObject({
    tables: ["PlanFollow"],
    msg: "new tables are not distributed",
  });
});

describe("an empty database", () => {
  let url: string;
  beforeAll(async () => {
    url = await databaseWith(2);
  });

  test("is distributed by shop, and told table by table", async () => {
    const { code, stdout, stderr } = await distribute(url);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout.trim().split("\n");
    expect(lines[0]).toBe("Shop: now by shop");
    expect(lines).toContain("Order: now by shop");
    expect(lines).toContain("Hold: now on every node");
    expect(lines).toContain("Session: stays on the coordinator");
    expect(lines).toContain("_prisma_migrations: stays on the coordinator");
  });

  test("has everything of a shop beside it, and no table is left out", async () => {
    const laid = await ask<Laid>(url, laidSql);
    const byShop = laid.filter(({ type }) => type === "distributed");
    expect(new Set(byShop.map(({ beside }) => beside)).size).toBe(1);
    expect(byShop.find(({ name }) => name === '"Shop"')?.column).toBe("domain");
    const others = byShop.filter(({ name }) => name !== '"Shop"');
    expect(new Set(others.map(({ column }) => column))).toEqual(new Set(["shop"]));
    const tables = await ask<{ name: string }>(
      url,
      `SELECT c.oid::regclass::text AS name FROM pg_class c WHERE c.relkind IN ('r', 'p')
          AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace`,
    );
    const local = ['"Session"', "_prisma_migrations"];
    const names = tables.map(({ name }) => name).filter((name) => !local.includes(name));
    expect(laid.map(({ name }) => name).sort()).toEqual(names.sort());
  });

  test("keeps no statistics about shops in the parts of a month either, which Citus makes without", async () => {
    const told = await ask<{ name: string; command: string }>(
      url,
      `SELECT table_name::text AS name, command FROM citus_internal.told ORDER BY 1`,
    );
    expect(told.map(({ name }) => name)).toEqual(['"Attempt_first"', '"Attempt_later"']);
    for (const { command } of told) {
      expect(command).toBe('ALTER TABLE %s ALTER COLUMN "shop" SET STATISTICS 0');
    }
  });

  test("is left as it is the next time, which says so", async () => {
    const { code, stdout } = await distribute(url, "--json");
    expect(code).toBe(0);
    const { tables } = JSON.parse(stdout);
    expect(tables).toContainEqual({ table: "Order", place: "by shop", done: false });
    expect(tables.filter(({ done }: { done: boolean }) => done)).toEqual([]);
    const text = await distribute(url);
    expect(text.stdout).toContain("Order: was already by shop");
  });
});

describe("a filled database", () => {
  test("goes on where it was interrupted, and leaves no second copy on the coordinator", async () => {
    const url = await databaseWith(
      2,
      `INSERT INTO "Shop" ("domain") VALUES ('one.myshopify.com');
       INSERT INTO "ShopDay" ("shop", "day") VALUES ('one.myshopify.com', '2026-11-24');
       SELECT create_distributed_table('"Shop"', 'domain', colocate_with => 'none')`,
    );
    const { code, stdout } = await distribute(url);
    expect(code).toBe(0);
    expect(stdout).toContain("Shop: was already by shop");
    expect(stdout).toContain("ShopDay: now by shop");
    const laid = await ask<Laid>(url, laidSql);
    const gone = laid.filter((table) => table.gone).map(({ name }) => name);
    expect(gone).toEqual(['"Shop"', '"ShopDay"']);
  });
});

describe("a database that was distributed by a version of before", () => {
  test("is migrated, and what came since is distributed as well", async () => {
    const database = await formerDatabase(migrations.filter((name) => name < "20261128"));
    databases.push(database);
    const { url } = database;
    await standInForCitus(url, 2);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await distributeTables(client).finally(() => client.end());
    const { code, stdout, stderr } = await distribute(url);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("Order: was already by shop");
    expect(stdout).toContain("PlanRefund: now by shop");
    const storage = await ask<{ storage: string }>(
      url,
      `SELECT attstorage::text AS storage FROM pg_attribute
        WHERE attrelid = '"InboxWebhook"'::regclass AND attname = 'payload'`,
    );
    expect(storage).toEqual([{ storage: "e" }]);
  });
});

describe("what cannot be distributed is refused with a sentence, and stays as it is", () => {
  test("a PostgreSQL without Citus", async () => {
    const { code, stdout, stderr } = await distribute(await databaseWith(null));
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("This database has no Citus, so there is nothing to distribute");
  });

  test("a Citus without workers", async () => {
    const url = await databaseWith(0);
    const { code, stderr } = await distribute(url);
    expect(code).toBe(1);
    expect(stderr).toContain("This Citus has no worker yet: citus_add_node adds one.");
    expect(await ask(url, laidSql)).toEqual([]);
  });

  test("a table that is laid out otherwise", async () => {
    const url = await databaseWith(
      2,
      `SELECT create_distributed_table('"OrderCount"', 'status', colocate_with => 'none')`,
    );
    const { code, stderr } = await distribute(url, "--json");
    expect(code).toBe(1);
    expect(stderr).toContain(
      'Citus has "OrderCount" laid out otherwise (distributed, by status): undistribute_table takes that back.',
    );
  });
});
