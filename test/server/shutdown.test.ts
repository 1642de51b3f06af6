import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import { beforeAll, describe, expect, it } from "vitest";
import { freePort } from "#app/database/embedded-postgres/free-port.server.ts";
import { type Webhook, webhookHeaders } from "#test/simulator/shopify/webhook.ts";
import { waitUntilReady } from "#test/world/app-process.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { openRaw } from "./raw-http.ts";
import { ordersAlike } from "./vogelsang.ts";

const shop = "rolling.myshopify.com";
const { world, client } = await openWorld({
  DRAIN_MS: "3000",
  FEED_TIMEOUT_MS: "10000",
  LEASE_MS: "15000",
});
const nextOrder = ordersAlike(shop, 970_000);

beforeAll(async () => {
  await client.connect(shop);
});

/** One try at one server, over kept connections. */
async function post(url: string, webhook: Webhook, agent: Agent): Promise<number> {
  const answer = await request(`${url}/webhooks/orders`, {
    method: "POST",
    headers: webhookHeaders(webhook, world.apiSecret),
    body: webhook.body,
    dispatcher: agent,
  });
  await answer.body.dump();
  return answer.statusCode;
}

describe("SIGTERM for the worker", () => {
  it("lets the request that is under way be finished and recorded, and ends with 0", async () => {
    const port = String(await freePort());
    // the shop's lease is held by whoever runs: the server is to leave it to the worker
    await world.app().stop();
    const worker = world.startProcess("app/worker.ts", { WORKER_PORT: port });
    await waitUntilReady(worker, `http://localhost:${port}/readyz`);
    const { id, webhook } = nextOrder();
    const answered = Promise.withResolvers<void>();
    world.hakuna.behave({ fault: { fault: { kind: "held", until: answered.promise } } });
    await client.pool.query(
      `INSERT INTO "InboxWebhook" ("shop", "webhookId", "topic", "triggeredAt", "payload")
       VALUES ($1, $2, $3, now(), $4)`,
      [shop, webhook.webhookId, webhook.topic, Buffer.from(webhook.body)],
    );
    const attempts = async () => {
      const sql = `SELECT "outcome", "answeredAt" IS NOT NULL AS "answered" FROM "Attempt" WHERE "shop" = $1`;
      return (await client.pool.query(sql, [shop])).rows;
    };
    await eventually("its request is under way", async () => (await attempts()).length === 1);
    expect(await attempts()).toEqual([{ outcome: null, answered: false }]);
    const ended = worker.stop("SIGTERM");
    await eventually("it is ending", () => worker.output().includes('"msg":"ending"'));
    await sleep(500);
    expect(worker.exitCode()).toBeNull();
    answered.resolve();
    await ended;
    expect(worker.exitCode()).toBe(0);
    expect(await attempts()).toEqual([{ outcome: "accepted", answered: true }]);
    expect((await client.order(shop, id)).status).toBe("sent");
    expect(worker.output()).not.toMatch(/"level":"(error|fatal)"|unhandled/i);
    world.hakuna.behave({});
    await world.restart();
  });
});

it("an end does not wait for a request whose head never comes whole", async () => {
  const port = String(await freePort());
  const server = world.startProcess("app/server.ts", { PORT: port, WORKER: "off" });
  const url = `http://localhost:${port}`;
  await waitUntilReady(server, `${url}/readyz`);
  const { socket, ended } = await openRaw(url, "GET /healthz HTTP/1.1\nHost: app\n");
  // it says so much more that nothing else ends it
  const more = setInterval(() => socket.write("X-More: 1\r\n"), 500);
  await server.stop("SIGINT");
  await ended;
  clearInterval(more);
  expect(server.exitCode()).toBe(0);
  expect(server.output()).not.toMatch(/"level":"(error|fatal)"|unhandled/i);
});

describe("SIGTERM under load, with a second instance", () => {
  it("finishes what is under way, refuses no webhook, and leaves nothing behind", async () => {
    const port = String(await freePort());
    const second = world.startProcess("app/server.ts", { PORT: port });
    const secondUrl = `http://localhost:${port}`;
    await waitUntilReady(second, `${secondUrl}/readyz`);

    // what a load balancer does: it asks /readyz now and then, and sends on what is ready
    const servers = [world.appUrl, secondUrl];
    const ready = new Set(servers);
    let isLooking = true;
    const looking = (async () => {
      while (isLooking) {
        for (const url of servers) {
          const answer = await fetch(`${url}/readyz`).catch(() => null);
          await answer?.body?.cancel();
          if (answer?.status === 200) ready.add(url);
          else ready.delete(url);
        }
        await sleep(50);
      }
    })();
    const agent = new Agent({ connections: 8 });
    const failures: unknown[] = [];
    const ids: string[] = [];
    let isSending = true;
    const senders = Array.from({ length: 8 }, async (_, sender) => {
      while (isSending) {
        const { id, webhook } = nextOrder();
        ids.push(id);
        const url = [...ready][sender % ready.size] ?? secondUrl;
        await post(url, webhook, agent).then(
          (status) => status === 200 || failures.push(status),
          (error) => failures.push(error),
        );
        // a steady load, not all that the machine can do
        await sleep(40);
      }
    });
    // a request to the feed is under way when the signal comes
    world.hakuna.behave({ fault: { fault: { kind: "slow", ms: 300 } } });
    await eventually(
      "both are at work",
      () => ids.length > 200 && world.hakuna.requests.length > 0,
    );
    const ended = world.app().stop("SIGTERM");
    await eventually("the first is not ready any more", () => !ready.has(world.appUrl));
    const before = ids.length;
    await eventually("the second is sent some alone", () => ids.length > before + 50);
    await ended;
    isSending = false;
    await Promise.all(senders);
    isLooking = false;
    await looking;
    await agent.close();

    expect(failures).toEqual([]);
    expect(world.app().output()).toContain('"msg":"ending"');
    expect(world.app().output()).not.toMatch(/"level":"(error|fatal)"|unhandled/i);
    world.hakuna.behave({});
    await eventually("the second sends them all", () =>
      ids.every((id) => world.hakuna.last(id) !== null),
    );
    await client.quiet();
    // every request of the first was finished and its answer recorded: none counts as unanswered
    const { rows } = await client.pool.query(
      `SELECT "outcome", "httpStatus", "reason" FROM "Attempt" WHERE "outcome" IS DISTINCT FROM 'accepted'`,
    );
    expect(rows).toEqual([]);
    expect(world.hakuna.violations).toEqual([]);
  });
});

describe("a developer's server", () => {
  it("is served at the tunnel that Shopify's command line opens, with what that sets", async () => {
    const port = String(await freePort());
    const tunnel = "a-tunnel.trycloudflare.com";
    const server = world.startProcess("app/server.ts", {
      ...{ PORT: port, NODE_ENV: "development", APP_ENV: "development", WORKER: "off" },
      ...{ HOST: `https://${tunnel}`, APP_URL: `https://${tunnel}`, SHOPIFY_APP_URL: "" },
      ENCRYPTION_KEY: world.env.ENCRYPTION_KEY ?? "",
    });
    await waitUntilReady(server, `http://localhost:${port}/readyz`);
    const answer = await request(`http://localhost:${port}/app/help`, {
      headers: { host: tunnel, "x-forwarded-proto": "https", "x-forwarded-host": tunnel },
    });
    const text = await answer.body.text();
    expect(text).not.toContain("Blocked request");
    // without a session it leads to Shopify, and back to the tunnel
    expect(answer.statusCode).not.toBe(403);
    await server.stop("SIGTERM");
    expect(server.exitCode()).toBe(0);
  });

  it("lets the app end in order on SIGTERM: Vite does not end the process before", async () => {
    const port = String(await freePort());
    const server = world.startProcess("app/server.ts", {
      ...{ PORT: port, NODE_ENV: "development", WORKER: "off" },
      ENCRYPTION_KEY: world.env.ENCRYPTION_KEY ?? "",
    });
    await waitUntilReady(server, `http://localhost:${port}/readyz`);
    await server.stop("SIGTERM");
    expect(server.exitCode()).toBe(0);
  });
});
