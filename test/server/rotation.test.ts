import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { connect } from "#app/ops/connect.ts";
import { sendWebhook } from "#test/simulator/shopify/webhook.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { orderOf } from "./vogelsang.ts";

const shop = "rotating.myshopify.com";
const { world, client } = await openWorld();
let nextId = 980_000;

beforeAll(async () => {
  await client.connect(shop);
});

/** An order is bought, its webhook signed with this secret; answers what the app said. */
async function buy(secret: string): Promise<{ id: string; status: number }> {
  nextId += 1;
  const order = orderOf(shop, nextId);
  return {
    id: order.id,
    status: await sendWebhook(world.appUrl, order.webhook("orders/create"), secret),
  };
}

const arrives = (id: string) => eventually(`${id} is sent`, () => world.hakuna.last(id) !== null);

/** Restarts the server with changed variables, as the steps of docs/operations.md say. */
async function restart(changes: Record<string, string>): Promise<void> {
  Object.assign(world.env, changes);
  await world.restart();
}

async function sealed(): Promise<string> {
  const { rows } = await client.pool.query(
    `SELECT "apiKeySealed" AS sealed FROM "Shop" WHERE "domain" = $1`,
    [shop],
  );
  return rows[0].sealed;
}

describe("a secret is rotated without losing a webhook:", () => {
  it("Shopify's client secret and the encryption key, step by step", async () => {
    const old = { secret: world.apiSecret, key: world.env.ENCRYPTION_KEY ?? "" };
    const fresh = {
      secret: randomBytes(16).toString("hex"),
      key: randomBytes(32).toString("base64"),
    };
    const before = await sealed();
    const worker = world.startProcess("app/worker.ts", {
      ENCRYPTION_KEY_PREVIOUS: fresh.key,
    });
    await eventually("the worker works", () => worker.output().includes('"working"'));

    // 1. every process knows both; Shopify signs with the old secret for a while
    await restart({
      ...{ SHOPIFY_API_SECRET: fresh.secret, SHOPIFY_API_SECRET_PREVIOUS: old.secret },
      ENCRYPTION_KEY_PREVIOUS: fresh.key,
    });
    expect(await sealed()).toBe(before);
    for (const secret of [old.secret, fresh.secret]) {
      const { id, status } = await buy(secret);
      expect(status).toBe(200);
      await arrives(id);
    }

    // 2. the old secret is revoked and forgotten: who has it has nothing. The keys are swapped, one
    // process after the other: the worker, which was not restarted yet, opens the new lock as well
    await restart({
      ...{ SHOPIFY_API_SECRET_PREVIOUS: "" },
      ...{ ENCRYPTION_KEY: fresh.key, ENCRYPTION_KEY_PREVIOUS: old.key },
    });
    expect(await sealed()).not.toBe(before);
    expect((await buy(old.secret)).status).toBe(401);
    for (let bought = 0; bought < 5; bought += 1) await arrives((await buy(fresh.secret)).id);
    expect(worker.output() + world.app().output()).not.toMatch(/"level":"error"/);
    await worker.stop();

    // 3. the old key is not needed any more
    await restart({ ENCRYPTION_KEY_PREVIOUS: "" });
    await arrives((await buy(fresh.secret)).id);
    expect(world.app().output()).not.toMatch(/"level":"error"/);
  });

  it("the API key of a shop: what comes while the old one is refused waits for the new one", async () => {
    const keys = world.hakuna.apiKeys;
    keys.sandbox.splice(0, 1, "sk_test_fresh");
    const { id } = await buy(world.env.SHOPIFY_API_SECRET ?? "");
    await eventually("the old key is refused", async () => {
      const { rows } = await client.pool.query(
        `SELECT "connection" FROM "Shop" WHERE "domain" = $1`,
        [shop],
      );
      return rows[0].connection === "key_refused";
    });
    expect(world.hakuna.last(id)).toBeNull();
    Object.assign(process.env, world.env);
    await connect.run([shop, "--environment", "sandbox", "--api-key", "sk_test_fresh"]);
    await arrives(id);
  });
});
