import pg from "pg";
import { expect, it } from "vitest";
import { freePort } from "#app/database/embedded-postgres/free-port.server.ts";
import { protectedOrders } from "#test/bench/latency.ts";
import { limit, ordinary, type Yardstick } from "#test/bench/sync/yardstick.ts";
import { startHakuna } from "#test/simulator/hakuna/hakuna.ts";
import { startAppProcess } from "#test/world/app-process.ts";
import { createDatabase } from "#test/world/shared-postgres.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";

const { world, client } = await openWorld();
const shops = ["first", "second", "third"].map((name) => `yardstick-${name}.myshopify.com`);
const orders = shops.flatMap((shop, index) => protectedOrders(shop, 120, index * 1000));
const ids = orders.map(({ id }) => id);
const webhooks = orders.map(({ webhook }) => webhook);

for (const shop of shops) await client.connect(shop);
await client.send(webhooks);
await client.quiet();

/** What the feed has of every order after a yardstick's run, and what it was told that is wrong. */
async function feedAfter({ file, layOut }: Yardstick) {
  const database = await createDatabase("template1");
  const hakuna = await startHakuna();
  await layOut(database.url, webhooks);
  const process = startAppProcess(file, {
    DATABASE_URL: database.url,
    SIMULATED_SHOPIFY_URL: world.env.SIMULATED_SHOPIFY_URL ?? "",
    HAKUNA_API_URL: hakuna.url,
    HAKUNA_API_KEY: hakuna.apiKeys.sandbox[0] ?? "",
    PORT: String(await freePort()),
  });
  try {
    await eventually("the feed has every order", () => {
      if (process.exitCode() !== null) throw new Error(process.output());
      return hakuna.orderIds().length === ids.length;
    });
    const documents = await documentsIn(database.url);
    return {
      states: ids.map((id) => hakuna.last(id)),
      violations: hakuna.violations,
      documents,
      requests: hakuna.requests.length,
    };
  } finally {
    await process.stop();
    await hakuna.close();
    await database.drop();
  }
}

/** What the documents say was sent, by order. */
async function documentsIn(url: string): Promise<Record<string, unknown>> {
  const pool = new pg.Pool({ connectionString: url });
  const written = async () => {
    const { rows } = await pool.query(
      `SELECT "orderId", "lastPayload" FROM "OrderDocument" WHERE "lastPayload" IS NOT NULL`,
    );
    return rows;
  };
  try {
    await eventually("documents are written", async () => (await written()).length === ids.length);
    return Object.fromEntries((await written()).map((row) => [row.orderId, row.lastPayload]));
  } finally {
    await pool.end();
  }
}

it.each([
  ["an ordinary app, one request per order", ordinary, 360],
  ["the limit, a request per 50 orders of a shop", limit, 9],
])("brings the feed to the state that the app does: %s", async (_name, yardstick, requests) => {
  const states = ids.map((id) => world.hakuna.last(id));
  expect(states.filter((state) => state !== null)).toHaveLength(ids.length);
  const found = await feedAfter(yardstick);
  expect(found.states).toEqual(states);
  expect(found.violations).toEqual([]);
  expect(found.requests).toBe(requests);
  expect(found.documents).toEqual(Object.fromEntries(ids.map((id, n) => [id, states[n]])));
});
