import pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { sendWebhook } from "#test/simulator/shopify/webhook.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { ordersAlike } from "./vogelsang.ts";

const shop = "hanging.myshopify.com";
const answerMs = 3000;
const { world, client } = await openWorld({
  INTAKE_MS: String(answerMs),
  INTAKE_ROWS: "40",
  INTAKE_BYTES: "400000",
  DATABASE_LOCK_MS: "300",
});
const nextOrder = ordersAlike(shop, 880_000);

beforeAll(async () => {
  await client.connect(shop);
});

/** Sends webhooks, one every few milliseconds; answers status and time of each. */
async function sendSteadily(count: number): Promise<{ id: string; status: number; ms: number }[]> {
  const answers = Array.from({ length: count }, async (_, index) => {
    const { id, webhook } = nextOrder();
    await new Promise((wait) => setTimeout(wait, index * 20));
    const began = performance.now();
    const status = await sendWebhook(world.appUrl, webhook, world.apiSecret);
    return { id, status, ms: performance.now() - began };
  });
  return await Promise.all(answers);
}

/** Holds a lock of a table until `work` is done. */
async function whileLocked<T>(table: string, work: () => Promise<T>): Promise<T> {
  const holder = new pg.Client({ connectionString: world.databaseUrl });
  await holder.connect();
  try {
    await holder.query(`BEGIN; LOCK TABLE ${table}`);
    return await work();
  } finally {
    await holder.end();
  }
}

/** What was given up may still be on its way out of the database, and a slow machine takes its time. */
async function areStoredAgain(): Promise<void> {
  await eventually("webhooks are stored again", async () => {
    const answers = await sendSteadily(5);
    return answers.every(({ status }) => status === 200);
  });
}

describe("while the inbox's table hangs", () => {
  it("every webhook is answered in its time, and afterwards they are stored", async () => {
    const answers = await whileLocked(`"InboxWebhook"`, () => sendSteadily(60));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    // answered they were while the table hung; the rest is how slow the machine is
    expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(answerMs * 5);
    await areStoredAgain();
    await client.quiet();
  });

  it("more than may wait are refused at once, and room is made again", async () => {
    const answers = await whileLocked(`"InboxWebhook"`, async () => {
      const many = Array.from({ length: 120 }, async () => {
        const { webhook } = nextOrder();
        const began = performance.now();
        const status = await sendWebhook(world.appUrl, webhook, world.apiSecret);
        return { status, ms: performance.now() - began };
      });
      return await Promise.all(many);
    });
    expect(answers.every(({ status }) => status === 503)).toBe(true);
    expect(world.app().output()).toContain("webhooks wait to be stored");
    await areStoredAgain();
  });

  it("so are more bytes than may wait, be they ever so few webhooks", async () => {
    const from = world.app().output().length;
    const answers = await whileLocked(`"InboxWebhook"`, async () => {
      const large = Array.from({ length: 4 }, async () => {
        const { webhook } = nextOrder();
        const padded = { ...webhook, body: `${webhook.body}${" ".repeat(150_000)}` };
        return await sendWebhook(world.appUrl, padded, world.apiSecret);
      });
      return await Promise.all(large);
    });
    expect(answers).toEqual([503, 503, 503, 503]);
    const lines = world.app().output().slice(from).split("\n");
    // two of them wait
    const refused = lines.filter((line) => line.includes("2 webhooks wait to be stored"));
    expect(refused).toHaveLength(2);
    await areStoredAgain();
  });
});

describe("while the queue's table hangs", () => {
  it("webhooks are taken as ever, and their orders are sent afterwards", async () => {
    const answers = await whileLocked("pgboss.job", () => sendSteadily(60));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await eventually("they are sent", () => answers.every(({ id }) => world.hakuna.last(id)));
  });
});
