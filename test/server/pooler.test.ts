import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { usualLimits } from "#app/database/connection.server.ts";
import { openPool } from "#app/database/pool.server.ts";
import { createLog } from "#app/foundation/log.server.ts";
import { scopesWebhook } from "#test/simulator/shopify/shop-payloads.ts";
import { sendWebhook } from "#test/simulator/shopify/webhook.ts";
import { startAppProcess } from "#test/world/app-process.ts";
import { type PgBouncer, pgbouncer, startPgBouncer } from "#test/world/pgbouncer.ts";
import { startWorld, type World } from "#test/world/world.ts";
import { ask, documentPath, sessionToken } from "./admin-client.ts";
import { type Client, createClient, eventually } from "./client.ts";
import { ops, opsHere } from "./ops.ts";
import { quickTimes } from "./quick-times.ts";
import { ordersAlike } from "./vogelsang.ts";

const shop = "pooled.myshopify.com";
const nextOrder = ordersAlike(shop, 640_000);

/** Starts a server that does not come up; answers what it says. */
async function refusal(env: Record<string, string>): Promise<string> {
  const started = startAppProcess("app/server.ts", env);
  await eventually("the start ends", () => started.exitCode() !== null);
  expect(started.exitCode()).toBe(1);
  const fatal = started.output().trim().split("\n").at(-1) ?? "";
  expect(fatal).toContain("the start failed");
  return JSON.parse(fatal).err.message;
}

describe.skipIf(pgbouncer === null)(
  "behind PgBouncer in transaction mode (needs pgbouncer)",
  () => {
    let bouncer: PgBouncer;
    let world: World;
    let client: Client;
    const said: Record<string, string> = {};

    beforeAll(async () => {
      const server = process.env.TEST_POSTGRES_URL ?? "";
      bouncer = await startPgBouncer(server);
      const silent = await startPgBouncer(server, {
        ignore_startup_parameters: "options,extra_float_digits",
      });
      const prepare = async (env: Record<string, string>) => {
        const direct = env.DATABASE_URL ?? "";
        const through = bouncer.through(direct);
        said.plain = await refusal({ ...env, DATABASE_URL: through });
        said.silent = await refusal({ ...env, DATABASE_URL: silent.through(direct) });
        await silent.stop();
        const on = { DATABASE_URL: through, DATABASE_POOLER: "on", DATABASE_DIRECT_URL: direct };
        said.indirect = await refusal({ ...env, ...on, DATABASE_DIRECT_URL: through });
        said.without = await refusal({ ...env, ...on });
        const shops = await ops(["shops"], { ...env, ...on });
        said.command = `${shops.code} ${shops.stderr}`;
        const { code, stdout, stderr } = await ops(["set-limits", "--json"], { ...env, ...on });
        said.set = `${code} ${stdout}${stderr}`;
        // sessions that the pooler opened before have them not
        said.early = await refusal({ ...env, ...on });
        await bouncer.console("RECONNECT");
        Object.assign(env, on);
      };
      const env = { ...quickTimes, DATABASE_LOCK_MS: "1000", DATABASE_STATEMENT_MS: "4000" };
      world = await startWorld({ prepare, env });
      client = createClient(world);
      await client.connect(shop);
    }, 180_000);

    afterAll(async () => {
      await client?.close();
      await world?.stop();
      await bouncer?.stop();
    });

    describe("a start that was not told so", () => {
      it("is refused with a sentence that names the setting", () => {
        for (const message of [said.plain, said.silent]) {
          expect(message).toMatch(/^DATABASE_URL leads to a connection pooler/);
          expect(message).toContain("Set DATABASE_POOLER=on, and DATABASE_DIRECT_URL");
          expect(message).toContain("docs/operations.md");
        }
        expect(said.plain).toContain("unsupported startup parameter");
        expect(said.silent).toContain("lock_timeout is off");
      });
    });

    describe("a start that was told so", () => {
      it("is refused where the direct address leads through the pooler as well", () => {
        expect(said.indirect).toMatch(/^DATABASE_DIRECT_URL leads to a connection pooler/);
      });

      it("is refused while the limits do not hold, and so are commands", () => {
        for (const message of [said.without, said.early, said.command]) {
          expect(message).toContain("The app's limits do not hold behind the connection pooler");
          expect(message).toContain("npm run -s ops -- set-limits");
          expect(message).toContain("RECONNECT");
        }
        expect(said.command).toMatch(/^1 /);
      });

      it("has them by a command that the role itself may run", () => {
        expect(JSON.parse((said.set ?? "").slice(2))).toMatchObject({
          ...{ role: "postgres", database: expect.stringMatching(/^world_/) },
          ...{ lockMs: 1000, statementMs: 4000, idleInTransactionMs: 4500 },
        });
      });
    });

    it("webhooks come in, and their orders reach the feed", async () => {
      const orders = Array.from({ length: 120 }, nextOrder);
      await client.send(orders.map(({ webhook }) => webhook));
      await client.quiet();
      for (const { id } of orders) expect(world.hakuna.last(id)).toMatchObject({ id });
    });

    it("pages are answered, and settings are saved", async () => {
      const token = sessionToken(world, shop);
      for (const path of ["/app", "/app/orders", "/app/settings", "/app/help"]) {
        expect((await ask(world, documentPath(path, shop, token))).status, path).toBe(200);
      }
      const csv = await ask(world, "/app/orders.csv", { token });
      expect(csv.text.trim().split("\n").length).toBeGreaterThan(120);
      const body = { intent: "pause" };
      expect((await ask(world, "/app/settings.data", { token, body })).status).toBe(200);
      const paused = async () => (await opsHere(["status", shop, "--json"], world.env)).stdout;
      expect(JSON.parse(await paused())).toMatchObject({ paused: true });
      const { id, webhook } = nextOrder();
      await client.send([webhook]);
      await ask(world, "/app/settings.data", { token, body: { intent: "resume" } });
      await eventually("it is sent", () => world.hakuna.last(id) !== undefined);
    });

    it("the queue listens past it, and all else goes through it", async () => {
      const { rows } = await client.pool.query(
        `SELECT query FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'hakuna-listen'`,
      );
      expect(rows).toHaveLength(1);
      const clients = await bouncer.console("SHOW CLIENTS");
      const names = new Set(clients.map((one) => one.application_name));
      const all = ["hakuna-intake", "hakuna-pages", "hakuna-queue", "hakuna-sync", "hakuna-wake"];
      expect([...names]).toEqual(expect.arrayContaining(all));
      expect(names).not.toContain("hakuna-listen");
    });

    it("a wait for a lock gives up in its time, and so does a statement", async () => {
      const holder = await client.pool.connect();
      try {
        await holder.query(`BEGIN; SELECT 1 FROM "Shop" WHERE "domain" = '${shop}' FOR UPDATE`);
        const webhook = scopesWebhook(shop, ["read_orders"], Date.now());
        const door = "/webhooks/app/scopes_update";
        expect(await sendWebhook(world.appUrl, webhook, world.apiSecret, door)).toBe(503);
        // it is the database that gave up, not the one who waits for the answer
        const { rows } = await client.pool.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
            AND now() - query_start > interval '3 seconds'`,
        );
        expect(rows).toEqual([]);
      } finally {
        await holder.query("ROLLBACK");
        holder.release();
      }
      const limits = { ...usualLimits, statementMs: 60_000, pooler: { namedStatements: false } };
      const connectionString = world.env.DATABASE_URL ?? "";
      const pool = openPool({ connectionString, max: 1, limits }, createLog("silent"));
      await expect(pool.query("SELECT pg_sleep(60)")).rejects.toMatchObject({ code: "57014" });
      await pool.end();
    });

    it("a restart of the pooler is survived: what is sent again afterwards is taken", async () => {
      const orders = Array.from({ length: 60 }, nextOrder);
      const sending = client.send(
        orders.slice(0, 30).map(({ webhook }) => webhook),
        4,
      );
      await bouncer.restart();
      await sending;
      await client.send(orders.slice(30).map(({ webhook }) => webhook));
      await client.quiet();
      for (const { id } of orders) expect(world.hakuna.last(id)).toMatchObject({ id });
      const token = sessionToken(world, shop);
      expect((await ask(world, documentPath("/app", shop, token))).status).toBe(200);
      expect((await fetch(`${world.appUrl}/readyz`)).status).toBe(200);
    });
  },
);
