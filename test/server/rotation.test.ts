import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { freePort } from "#app/database/embedded-postgres/free-port.server.ts";
import { connect } from "#app/ops/shops/connect.ts";
import { withDatabase } from "#app/process/with-database.ts";
import { deliverWebhook, sendWebhook } from "#test/simulator/shopify/webhook.ts";
import { type AppProcess, waitUntilReady } from "#test/world/app-process.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { ordersAlike } from "./vogelsang.ts";

const shop = "rotating.myshopify.com";
const { world, client } = await openWorld();
const nextOrder = ordersAlike(shop, 980_000);

beforeAll(async () => {
  await client.connect(shop);
});

/** An order is bought, its webhook signed with this secret; answers what the app said. */
async function buy(secret: string): Promise<{ id: string; status: number }> {
  const { id, webhook } = nextOrder();
  return { id, status: await sendWebhook(world.appUrl, webhook, secret) };
}

const arrives = (id: string) => eventually(`${id} is sent`, () => world.hakuna.last(id) !== null);

async function sealed(): Promise<string> {
  const { rows } = await client.pool.query(
    `SELECT "apiKeySealed" AS sealed FROM "Shop" WHERE "domain" = $1`,
    [shop],
  );
  return rows[0].sealed;
}

describe("a secret is rotated without losing a webhook:", () => {
  it("Shopify's client secret and the encryption key, server by server", async () => {
    const old = { secret: world.apiSecret, key: world.env.ENCRYPTION_KEY ?? "" };
    const fresh = {
      secret: randomBytes(16).toString("hex"),
      key: randomBytes(32).toString("base64"),
    };
    const before = await sealed();
    const port = String(await freePort());
    const secondUrl = `http://localhost:${port}`;
    const servers: AppProcess[] = [world.app()];
    const startSecond = async () => {
      const started = world.startProcess("app/server.ts", { ...world.env, PORT: port });
      servers.push(started);
      await waitUntilReady(started, `${secondUrl}/readyz`);
      return started;
    };
    let second = await startSecond();

    // Shopify sends all the while, to one server or the other, and again where one does not answer
    let signing = old.secret;
    const underWay: string[] = [];
    const taken: string[] = [];
    const failures: unknown[] = [];
    let isSending = true;
    const senders = Array.from({ length: 4 }, async (_, sender) => {
      let tries = sender;
      const either = () => (tries++ % 2 ? secondUrl : world.appUrl);
      while (isSending) {
        const { id, webhook } = nextOrder();
        underWay[sender] = signing;
        await deliverWebhook(either, webhook, underWay[sender]).then(
          () => taken.push(id),
          (error) => failures.push(error),
        );
        await sleep(50);
      }
    });
    const moreArrive = async () => {
      const from = taken.length;
      await eventually("more are taken", () => failures.length > 0 || taken.length > from + 20);
      expect(failures).toEqual([]);
      for (const id of taken.slice(from)) await arrives(id);
    };
    /** Restarts one server after the other with changed variables, as docs/operations.md says. */
    const roll = async (changes: Record<string, string>) => {
      Object.assign(world.env, changes);
      await world.restart();
      servers.push(world.app());
      await moreArrive();
      await second.stop();
      second = await startSecond();
      await moreArrive();
    };

    // 1. every process knows both; Shopify signs with the old secret until that is revoked
    await roll({
      ...{ SHOPIFY_API_SECRET: fresh.secret, SHOPIFY_API_SECRET_PREVIOUS: old.secret },
      ENCRYPTION_KEY_PREVIOUS: fresh.key,
    });
    expect(await sealed()).toBe(before);
    signing = fresh.secret;
    await eventually("what it signed with the old one is through", () =>
      underWay.every((secret) => secret === fresh.secret),
    );
    const late = await buy(old.secret);
    expect(late.status).toBe(200);
    await arrives(late.id);

    // 2. the old secret is forgotten: who has it has nothing. The keys are swapped: the server that
    // was not restarted yet opens the new lock as well
    await roll({
      ...{ SHOPIFY_API_SECRET_PREVIOUS: "" },
      ...{ ENCRYPTION_KEY: fresh.key, ENCRYPTION_KEY_PREVIOUS: old.key },
    });
    expect(await sealed()).not.toBe(before);
    expect((await buy(old.secret)).status).toBe(401);

    // 3. the old key is not needed any more
    await roll({ ENCRYPTION_KEY_PREVIOUS: "" });
    isSending = false;
    await Promise.all(senders);
    expect(failures).toEqual([]);
    for (const id of taken) await arrives(id);
    const output = servers.map((server) => server.output()).join("");
    expect(output).not.toMatch(/"level":"(error|fatal)"/);
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
    const args = [shop, "--environment", "sandbox", "--api-key", "sk_test_fresh"];
    await connect.run(args, withDatabase);
    await arrives(id);
  });
});
