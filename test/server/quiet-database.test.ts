import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { freePort } from "#app/database/embedded-postgres/free-port.server.ts";
import { sendWebhook } from "#test/simulator/shopify/webhook.ts";
import { startSilentProxy } from "#test/simulator/silent-proxy.ts";
import { type AppProcess, waitUntilReady } from "#test/world/app-process.ts";
import { ask } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { ordersAlike } from "./vogelsang.ts";

const shop = "quiet.myshopify.com";
const proxy = await startSilentProxy(process.env.TEST_POSTGRES_URL ?? "");
const { world, client } = await openWorld(
  {
    ...{ INTAKE_MS: "2000", DATABASE_CONNECT_MS: "2500", DATABASE_LOCK_MS: "500" },
    ...{ DATABASE_STATEMENT_MS: "1500", SWEEP_STALE_MS: "4000", SWEEP_GIVE_UP_MS: "600000" },
  },
  { throughUrl: proxy.through },
);
afterAll(() => proxy.close());
afterEach(() => proxy.resume());
await client.connect(shop);
const nextOrder = ordersAlike(shop, 860_000);

async function send(): Promise<{ id: string; status: number }> {
  const { id, webhook } = nextOrder();
  return { id, status: await sendWebhook(world.appUrl, webhook, world.apiSecret) };
}

const isSent = (id: string) => world.hakuna.last(id) !== null;

/** A worker beside the server, at the same database. */
async function startWorker(env: Record<string, string>): Promise<[AppProcess, string]> {
  const url = `http://localhost:${await freePort()}/readyz`;
  const worker = world.startProcess("app/worker.ts", { WORKER_PORT: new URL(url).port, ...env });
  await waitUntilReady(worker, url);
  return [worker, url];
}

const statusOf = async (url: string) => {
  const answer = await fetch(url);
  await answer.body?.cancel();
  return answer.status;
};

describe("a database that falls silent", () => {
  it("is waited for: webhooks are refused meanwhile, and stored and sent once it is back", async () => {
    const { pid } = world.app();
    const before = await send();
    await eventually("it is sent", () => isSent(before.id));
    proxy.silence();
    expect((await send()).status).toBe(503);
    expect((await ask(world, "/readyz")).status).toBe(503);
    expect((await ask(world, "/healthz")).status).toBe(200);
    const { text } = await ask(world, "/metrics");
    expect(text).toMatch(/^hakuna_database_up 0$/m);
    expect(text).toMatch(/^hakuna_last_sweep_success_timestamp_seconds\{lane="sync"\} \d/m);
    // what waited when it fell silent is given up meanwhile
    await eventually("a sweep is given up", () =>
      world.app().output().includes("the sweep failed"),
    );
    expect((await send()).status).toBe(503);
    proxy.resume();
    const ids: string[] = [];
    await eventually("webhooks are taken", async () => {
      const { id, status } = await send();
      if (status === 200) ids.push(id);
      return ids.length === 20;
    });
    await eventually("they are sent", () => ids.every(isSent));
    await eventually("it is ready", async () => (await ask(world, "/readyz")).status === 200);
    expect(world.app().pid).toBe(pid);
    expect(world.app().output()).not.toMatch(/"level":"fatal"|unhandled/i);
  });

  it("on the connections of now alone, costs the time of one statement", async () => {
    proxy.silence();
    proxy.resume();
    const ids: string[] = [];
    await eventually("webhooks are taken", async () => {
      const { id, status } = await send();
      if (status === 200) ids.push(id);
      return ids.length === 5;
    });
    await eventually("they are sent", () => ids.every(isSent));
    await eventually("it is ready", async () => (await ask(world, "/readyz")).status === 200);
  });

  it("does not keep a process from ending", async () => {
    const [worker, url] = await startWorker({});
    proxy.silence();
    await eventually("it is not ready", async () => (await statusOf(url)) === 503);
    // within the time after which it would be killed
    await worker.stop();
    expect(worker.exitCode()).not.toBeNull();
  });
});

describe("a sweep that does not go well", () => {
  it("makes its process not ready, although the database answers", async () => {
    // the process is told that its tables hang, which is an answer: a new process could do no better
    const [worker, url] = await startWorker({ SWEEP_STALE_MS: "13000", SWEEP_GIVE_UP_MS: "10000" });
    const holder = await client.pool.connect();
    try {
      await holder.query(`BEGIN; LOCK TABLE "Attempt"`);
      await eventually("it is not ready", async () => (await statusOf(url)) === 503);
      expect(await (await fetch(url)).text()).toMatch(/^The last sweep that went well was \d+ sec/);
      // that is longer than until it would end, if it took the answer for silence
      expect(worker.exitCode()).toBeNull();
    } finally {
      await holder.query("ROLLBACK");
      holder.release();
    }
    await eventually("it is ready", async () => (await statusOf(url)) === 200);
    await worker.stop();
    expect(worker.exitCode()).toBe(0);
  });

  it("ends its process where a new connection is answered all the time, and only then", async () => {
    const [worker, url] = await startWorker({ SWEEP_GIVE_UP_MS: "3000" });
    proxy.silence();
    await eventually("it is not ready", async () => (await statusOf(url)) === 503);
    const looks = () => proxy.unheard(/^hakuna-watch$/);
    const before = looks();
    await eventually("it looked for the database in vain", () => looks() > before + 1 || looks());
    expect(await statusOf(url)).toBe(503);
    // what the process has is silent for good; others get through
    proxy.resume();
    proxy.silence(/^hakuna-(sync|queue)$/);
    await eventually("it ends", () => worker.exitCode() !== null);
    expect(worker.exitCode()).toBe(1);
    const fatal = worker.output().match(/^.*"level":"fatal".*$/gm) ?? [];
    expect(fatal.map((line) => JSON.parse(line).msg)).toEqual([
      "the database answers, but the sweep does not: the process ends to be started anew",
    ]);
    // a server without such a limit waits on
    expect(world.app().exitCode()).toBeNull();
  });
});

describe("a lane that asks for no jobs", () => {
  it("makes its process not ready, and ends it, while the database answers and others work on", async () => {
    const file = join(tmpdir(), `hung-ask-${crypto.randomUUID()}`);
    const [worker, url] = await startWorker({
      ...{ NODE_OPTIONS: "--import ./test/server/hung-ask.ts", HUNG_ASK: file },
      SWEEP_GIVE_UP_MS: "10000",
    });
    const began = Date.now();
    // longer than until it would end if idleness were taken for silence
    await eventually("it was idle for long", () => Date.now() - began > 12_000);
    expect(await statusOf(url)).toBe(200);
    await writeFile(file, "");
    await eventually("it is not ready", async () => (await statusOf(url)) === 503);
    expect(await (await fetch(url)).text()).toMatch(
      /^The lane refunds last asked for jobs with all its places \d+ seconds ago\.$/,
    );
    await eventually("it ends", () => worker.exitCode() !== null);
    expect(worker.exitCode()).toBe(1);
    const fatal = worker.output().match(/^.*"level":"fatal".*$/gm) ?? [];
    expect(fatal.map((line) => JSON.parse(line))).toMatchObject([
      {
        msg: "the database answers, but a lane asks for no jobs or lost places: the process ends to be started anew",
        lane: "refunds",
      },
    ]);
    expect(world.app().exitCode()).toBeNull();
    await rm(file);
  });
});
