import { readFileSync } from "node:fs";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freePort } from "#app/database/embedded-postgres/free-port.server.ts";
import { type AppProcess, waitUntilReady } from "#test/world/app-process.ts";
import { startWorld, type World } from "#test/world/world.ts";
import { ask, documentPath, sessionToken } from "./admin-client.ts";
import { type Client, createClient } from "./client.ts";
import { opsHere } from "./ops.ts";
import { quickTimes } from "./quick-times.ts";
import { ordersAlike } from "./vogelsang.ts";

const shop = "roles.myshopify.com";
const nextOrder = ordersAlike(shop, 680_000);
const id = crypto.randomUUID().slice(0, 8);
const server = process.env.TEST_POSTGRES_URL ?? "";

let world: World;
let client: Client;
const env = { database: "", app: "", owner: "" };

/** The lines of docs/operations.md that make users and database, under names of this test's own. */
function documented(): { before: string[]; within: string[] } {
  const page = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8");
  const section = page.slice(page.indexOf("### Users of PostgreSQL"));
  const sql = /```sql\n([\s\S]*?)```/.exec(section)?.[1] ?? "";
  const named = sql.replaceAll("hakuna", `hakuna_${id}`);
  const [before = "", within = ""] = named.split(/\\connect .*\n/);
  const statements = (text: string) => text.split(";").filter((one) => one.trim() !== "");
  return { before: statements(before), within: statements(within) };
}

async function asSuperuser(database: string, statements: string[]): Promise<pg.QueryResult[]> {
  const url = new URL(server);
  if (database !== "") url.pathname = database;
  const superuser = new pg.Client({ connectionString: url.href });
  await superuser.connect();
  try {
    const results: pg.QueryResult[] = [];
    for (const one of statements) results.push(await superuser.query(one));
    return results;
  } finally {
    await superuser.end();
  }
}

beforeAll(async () => {
  const { before, within } = documented();
  env.database = `hakuna_${id}`;
  await asSuperuser("", before);
  await asSuperuser(env.database, within);
  const as = (role: string, password: string) => {
    const url = new URL(server);
    Object.assign(url, { username: role, password, pathname: env.database });
    return url.href;
  };
  env.app = as(`hakuna_${id}_app`, "app-password");
  env.owner = as(`hakuna_${id}_owner`, "owner-password");
  const users = { DATABASE_URL: env.app, MIGRATION_DATABASE_URL: env.owner };
  world = await startWorld({ env: { ...quickTimes, ...users } });
  client = createClient({ ...world, databaseUrl: env.app });
  await client.connect(shop);
}, 120_000);

afterAll(async () => {
  await client?.close();
  await world?.stop();
  await asSuperuser("", [
    `DROP DATABASE ${env.database} WITH (FORCE)`,
    `DROP ROLE hakuna_${id}_app`,
    `DROP ROLE hakuna_${id}_owner`,
  ]);
});

it("the app's user owns nothing, and no superuser is in use", async () => {
  const [{ rows: owners } = { rows: [] }, { rows: users } = { rows: [] }] = await asSuperuser(
    env.database,
    [
      `SELECT DISTINCT pg_get_userbyid(relowner) AS owner FROM pg_class c
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('public', 'pgboss')`,
      `SELECT DISTINCT usename, rolsuper FROM pg_stat_activity JOIN pg_roles ON rolname = usename
        WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    ],
  );
  expect(owners).toEqual([{ owner: `hakuna_${id}_owner` }]);
  expect(users).toEqual([{ usename: `hakuna_${id}_app`, rolsuper: false }]);
});

it("it does all its work, and changes no table", async () => {
  const orders = Array.from({ length: 40 }, nextOrder);
  await client.send(orders.map(({ webhook }) => webhook));
  await client.quiet();
  for (const order of orders) expect(world.hakuna.last(order.id)).toMatchObject({ id: order.id });
  const token = sessionToken(world, shop);
  for (const path of ["/app", "/app/orders", "/app/settings", "/app/plans"]) {
    expect((await ask(world, documentPath(path, shop, token))).status, path).toBe(200);
  }
  for (const args of [["stuck"], ["retention"], ["status", shop], ["resend", shop, "--failed"]]) {
    expect(await opsHere(args, world.env), args.join(" ")).toMatchObject({ code: 0 });
  }
  await expect(client.pool.query(`ALTER TABLE "Order" ADD COLUMN "a" TEXT`)).rejects.toThrow(
    /must be owner/,
  );
});

it("months of timelines and requests are made as their owner", async () => {
  const months = () =>
    asSuperuser(env.database, [
      `SELECT relname, pg_get_userbyid(relowner) AS owner FROM pg_class
        WHERE relname ~ '^(TimelineEvent|Attempt)_[0-9]{4}_[0-9]{2}$' ORDER BY relname`,
    ]).then(([result]) => result?.rows ?? []);
  const before = await months();
  const last = String(before.at(-1).relname);
  const start = `${last.slice(-7).replace("_", "-")}-01`;
  await asSuperuser(env.database, [
    `DROP TABLE "TimelineEvent_later", "${last}"`,
    `SET ROLE hakuna_${id}_owner`,
    `CREATE TABLE "TimelineEvent_later" PARTITION OF "TimelineEvent"
       FOR VALUES FROM ('${start}T00:00:00Z') TO (MAXVALUE)`,
  ]);
  expect(await opsHere(["retention"], world.env)).toMatchObject({ code: 0 });
  const made = await months();
  expect(made.slice(0, before.length)).toEqual(before);
  expect(made.filter(({ relname }) => relname.startsWith("Attempt"))).not.toEqual([]);
  expect(new Set(made.map(({ owner }) => owner))).toEqual(new Set([`hakuna_${id}_owner`]));
});

it("a second process starts beside it, and the queue reports no error", async () => {
  const port = String(await freePort());
  const worker: AppProcess = world.startProcess("app/worker.ts", { WORKER_PORT: port });
  await waitUntilReady(worker, `http://localhost:${port}/readyz`);
  await client.send(Array.from({ length: 10 }, () => nextOrder().webhook));
  await client.quiet();
  expect(worker.output() + world.app().output()).not.toMatch(/permission denied|must be owner/);
  expect(worker.output() + world.app().output()).not.toContain("the queue reported an error");
});
