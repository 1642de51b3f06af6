import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { freePort } from "#app/database/embedded-postgres/free-port.server.ts";
import { deliverWebhook, sendWebhook } from "#test/simulator/shopify/webhook.ts";
import { type AppProcess, waitUntilReady } from "#test/world/app-process.ts";
import { ask, sessionToken } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openApp } from "./open-app.ts";
import { openWorld } from "./open-world.ts";
import { opsHere } from "./ops.ts";
import { patientTimes } from "./quick-times.ts";
import { ordersAlike } from "./vogelsang.ts";

const shop = "rotating.myshopify.com";
const { world, client } = await openWorld(patientTimes);
const nextOrder = ordersAlike(shop, 980_000);

beforeAll(async () => {
  await client.connect(shop);
});

/** An order is bought, its webhook signed with this secret; answers what the app said. */
async function buy(secret: string): Promise<{ id: string; status: number }> {
  const { id, webhook } = nextOrder();
  return { id, status: await sendWebhook(world.appUrl, webhook, secret) };
}

/** Opens a page of a shop's admin at a server, the session token signed with this secret. */
const visit = (secret: string, at = world.appUrl, domain = shop) =>
  openApp({ ...world, appUrl: at, apiSecret: secret }, domain);

/** Asks for what the block on Shopify's order page shows; answers the status. */
async function block(secret: string, at: string, id: string): Promise<number> {
  const token = sessionToken(world, shop, { secret });
  return (await ask({ ...world, appUrl: at }, `/api/orders/${id}`, { token })).status;
}

const arrives = (id: string) => eventually(`${id} is sent`, () => world.hakuna.last(id) !== null);

async function sealed(): Promise<string> {
  const { rows } = await client.pool.query(
    `SELECT "apiKeySealed" AS sealed FROM "Shop" WHERE "domain" = $1`,
    [shop],
  );
  return rows[0].sealed;
}

describe("a secret is rotated without losing a webhook or closing a page:", () => {
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
        await sleep(150);
      }
    });
    // and a merchant opens one page after the other; a server that is just restarted, or has no time, is
    // no refusal
    let visits = 0;
    const visiting = (async () => {
      while (isSending) {
        const at = visits % 2 ? secondUrl : world.appUrl;
        await visit(signing, at).then(
          () => {
            visits += 1;
          },
          (error) => {
            const said = error instanceof Error ? error.message : "";
            if (/^The app answered (?!503)/.test(said)) failures.push(error);
          },
        );
        await sleep(400);
      }
    })();
    const moreArrive = async () => {
      const from = taken.length;
      await eventually("more are taken", () => failures.length > 0 || taken.length > from + 8);
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

    await eventually("pages were opened before", () => visits > 2);
    const { tokens } = world.shopify;
    tokens.addSecret(fresh.secret);

    // 1. every process knows both; Shopify signs with the old secret until that is revoked
    await roll({
      ...{ SHOPIFY_API_SECRET: fresh.secret, SHOPIFY_API_SECRET_PREVIOUS: old.secret },
      ENCRYPTION_KEY_PREVIOUS: fresh.key,
    });
    expect(await sealed()).toBe(before);
    for (const [index, secret] of [old.secret, fresh.secret].entries()) {
      for (const at of [world.appUrl, secondUrl]) {
        await visit(secret, at);
        expect(await block(secret, at, taken[0] ?? "")).toBe(200);
      }
      // access that is got now is got with the secret that stays, whatever signed the token
      const newcomer = `newcomer-${index}.myshopify.com`;
      await visit(secret, secondUrl, newcomer);
      expect(tokens.given.filter((one) => one.shop === newcomer)).toMatchObject([
        { secret: fresh.secret },
      ]);
    }
    tokens.revokeSecret(old.secret);
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
    await expect(visit(old.secret)).rejects.toThrow("The app answered");
    expect(await block(old.secret, world.appUrl, taken[0] ?? "")).toBe(401);

    // 3. the old key is not needed any more
    await roll({ ENCRYPTION_KEY_PREVIOUS: "" });
    isSending = false;
    await Promise.all([...senders, visiting]);
    expect(failures).toEqual([]);
    expect(visits).toBeGreaterThan(10);
    for (const id of taken) await arrives(id);
    const lines = servers.flatMap((server) => server.output().split("\n"));
    expect(lines.filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
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
    const args = ["connect", shop, "--environment", "sandbox", "--api-key", "sk_test_fresh"];
    expect(await opsHere(args, world.env)).toMatchObject({ code: 0 });
    await arrives(id);
  });
});
