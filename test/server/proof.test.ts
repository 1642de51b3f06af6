import { beforeEach, describe, expect, it } from "vitest";
import { askForProof, shopsToProve } from "#app/agreement/proof-store.ts";
import type { SimulatedShop } from "#test/simulator/shopify/shop.ts";
import type { SimulatedOrder } from "#test/simulator/shopify/simulated-order.ts";
import { sendWebhook } from "#test/simulator/shopify/webhook.ts";
import { ask } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openApp } from "./open-app.ts";
import { openWorld } from "./open-world.ts";
import { opsHere } from "./ops.ts";
import { isCounted, orderOf, privacyWebhook } from "./vogelsang.ts";

const hourMs = 3_600_000;
const { world, client } = await openWorld();
let domain: string;
let shop: SimulatedShop;
let shops = 0;
let ids = 6_600_000;

beforeEach(async () => {
  world.hakuna.behave({});
  shops += 1;
  domain = `proof-${shops}.myshopify.com`;
  shop = world.shopify.shop(domain);
  await client.pool.query(
    `INSERT INTO "Shop" ("domain", "installedAt") VALUES ($1, now() - interval '40 days')`,
    [domain],
  );
  await client.connect(domain);
  await openApp(world, domain);
});

/** An order with a plan, in Shopify and at Hakuna, to which nothing happened for two hours. */
async function settled(changes: Partial<SimulatedOrder> = {}): Promise<string> {
  ids += 1;
  const hers = orderOf(domain, ids);
  const updatedAt = Math.floor(Date.now() / 1000) * 1000 - 2 * hourMs;
  shop.orders.put(hers.order({ createdAt: updatedAt, updatedAt, ...changes }));
  const created_at = new Date(updatedAt).toISOString();
  const told = { updatedAt, created_at, processed_at: created_at };
  await client.send([hers.webhook("orders/create", told)]);
  await eventually("it is sent", () => world.hakuna.states(hers.id).length > 0);
  await client.quiet(domain);
  await age();
  return hers.id;
}

/** Lets the last changes of the shop's orders be two hours ago. */
async function age(): Promise<void> {
  await client.pool.query(
    `UPDATE "Order" SET "changedAt" = now() - interval '2 hours' WHERE "shop" = $1`,
    [domain],
  );
}

async function proven(): Promise<{ checked: number; differed: number }> {
  const { code, stdout, stderr } = await opsHere(["prove", domain, "--json"], world.env);
  expect([code, stderr.split("\n").filter((line) => !line.startsWith("{"))]).toEqual([0, [""]]);
  await client.quiet(domain);
  const { checked, differed } = JSON.parse(stdout);
  return { checked, differed };
}

type Stored = Record<string, Record<string, Record<string, unknown>>>;
async function stateOf(id: string): Promise<Stored> {
  const { rows } = await client.pool.query(
    `SELECT "state" FROM "OrderDocument" WHERE "shop" = $1 AND "orderId" = $2`,
    [domain, id],
  );
  return rows[0]?.state;
}

/** Damages the stored state of an order. */
async function damage(id: string, change: (state: Stored) => unknown): Promise<void> {
  const state = await stateOf(id);
  change(state);
  await client.pool.query(
    `UPDATE "OrderDocument" SET "state" = $3 WHERE "shop" = $1 AND "orderId" = $2`,
    [domain, id, JSON.stringify(state)],
  );
}

async function timeline(id: string): Promise<Record<string, unknown>[]> {
  const { rows } = await client.pool.query(
    `SELECT "detail" FROM "TimelineEvent" WHERE "shop" = $1 AND "orderId" = $2 AND "source" LIKE 'proof:%'`,
    [domain, id],
  );
  return rows.map(({ detail }) => detail);
}

const asked = () => shop.asked.filter(({ query }) => query.includes("query OrdersToProve")).length;
const sent = (id: string) => world.hakuna.states(id).length;

describe("a proof in which nothing differs", () => {
  it("counts, and changes, tells and sends nothing, however the orders came to be", async () => {
    shop.live({
      count: 40,
      startedAt: Date.now() - 3 * 24 * hourMs,
      every: 60_000,
      firstSeed: 9000,
    });
    await client.send(shop.takeWebhooks());
    await client.quiet(domain);
    await eventually("nothing is to be read", async () => {
      const { rows } = await client.pool.query(
        `SELECT 1 FROM "Order" WHERE "shop" = $1 AND "readAt" IS NOT NULL`,
        [domain],
      );
      return rows.length === 0;
    });
    await client.quiet(domain);
    await age();
    const before = world.hakuna.orderIds().map(sent);
    const { checked, differed } = await proven();
    const { rows } = await client.pool.query(
      `SELECT "orderId", "detail" FROM "TimelineEvent" WHERE "shop" = $1 AND "source" LIKE 'proof:%'`,
      [domain],
    );
    expect(rows).toEqual([]);
    expect(differed).toBe(0);
    expect(checked).toBeGreaterThan(25);
    expect(world.hakuna.orderIds().map(sent)).toEqual(before);
    expect(await openApp(world, domain)).toContain(
      `${checked} orders checked last night, none differ`,
    );
    const { stdout } = await opsHere(["status", domain], world.env);
    expect(stdout).toContain(`${checked} checked, none differed`);
  });

  it("leaves orders alone that Shopify does not show, and those that changed only just", async () => {
    const hidden = await settled();
    shop.orders.delete(hidden);
    const young = await settled();
    await client.pool.query(
      `UPDATE "Order" SET "changedAt" = now() WHERE "shop" = $1 AND "id" = $2`,
      [domain, young],
    );
    await damage(young, (state) => Object.assign(state, { cancelledAt: Date.now() - hourMs }));
    expect(await proven()).toEqual({ checked: 0, differed: 0 });
    expect((await stateOf(young)).cancelledAt).not.toBeNull();
  });
});

describe("a difference is found and mended", () => {
  it("a lost fulfillment", async () => {
    const id = await settled();
    const order = shop.orders.get(id);
    if (!order?.lines[0]) throw new Error("no order");
    const at = order.updatedAt + 1000;
    const fulfilled = {
      ...{ id: BigInt(id) * 10n, status: "success" as const, createdAt: at, updatedAt: at },
      units: [{ line: order.lines[0], quantity: 1 }],
    };
    // neither its webhook nor the reconciliation brought it
    shop.orders.put({ ...order, updatedAt: at, fulfillments: [fulfilled] });
    expect(await proven()).toEqual({ checked: 1, differed: 1 });
    expect(Object.keys((await stateOf(id)).fulfillments ?? {})).toEqual([`${id}0`]);
    expect(await timeline(id)).toMatchObject([{ result: "proof", kinds: "state" }]);
    await eventually("Hakuna knows", () => sent(id) === 2);
    expect(JSON.stringify(world.hakuna.last(id))).toContain('"fulfillment');
    await age();
    expect(await proven()).toEqual({ checked: 1, differed: 0 });
  });

  it("a wrong minimum, of which Hakuna has been told", async () => {
    const id = await settled();
    await damage(id, (state) => Object.assign(state, { cancelledAt: Date.now() - hourMs }));
    await opsHere(["resend", domain, id], world.env);
    await eventually("Hakuna is told so", () => world.hakuna.last(id)?.status === "cancelled");
    await client.quiet(domain);
    await age();
    expect(await proven()).toEqual({ checked: 1, differed: 1 });
    await eventually("Hakuna is told otherwise", () => world.hakuna.last(id)?.status === "placed");
    expect((await stateOf(id)).cancelledAt).toBeNull();
    expect(await isCounted(client.pool, domain)).toBe(true);
  });

  it("a foreign line that no news would win over", async () => {
    const id = await settled();
    const before = await stateOf(id);
    const told = world.hakuna.last(id);
    await damage(id, ({ head = {}, productFacts = {} }) => {
      const lines = head.lineItems as unknown as Record<string, unknown>[];
      lines.push({ ...lines[0], id: "999" });
      productFacts["999"] = productFacts[String(lines[0]?.id)] ?? {};
      head.rank = { updatedAt: Date.now() + 9e9, observedAt: Date.now() + 9e9 };
    });
    expect(await proven()).toEqual({ checked: 1, differed: 1 });
    const after = await stateOf(id);
    expect(after.head?.lineItems).toEqual(before.head?.lineItems);
    expect(Object.keys(after.productFacts ?? {})).toEqual(Object.keys(before.productFacts ?? {}));
    expect(after.firstSeenAt).toEqual(before.firstSeenAt);
    expect(Number(after.head?.rank?.updatedAt)).toBeLessThan(Date.now());
    expect(world.hakuna.last(id)).toEqual(told);
  });

  it.each([
    ["hash", `UPDATE "Order" SET "acceptedHash" = 'damaged' WHERE "shop" = $1 AND "id" = $2`],
    ["lost hash", `UPDATE "Order" SET "acceptedHash" = NULL WHERE "shop" = $1 AND "id" = $2`],
    [
      "payload",
      `UPDATE "OrderDocument" SET "lastPayload" = jsonb_set("lastPayload", '{status}', '"cancelled"')
        WHERE "shop" = $1 AND "orderId" = $2`,
    ],
  ])("an accepted %s", async (_what, sql) => {
    const id = await settled();
    const told = world.hakuna.last(id);
    await client.pool.query(sql, [domain, id]);
    expect(await proven()).toEqual({ checked: 1, differed: 1 });
    expect(await timeline(id)).toMatchObject([{ kinds: "payload" }]);
    await eventually("it is sent again", () => sent(id) === 2);
    expect(world.hakuna.last(id)).toEqual(told);
    await client.quiet(domain);
    await age();
    expect(await proven()).toEqual({ checked: 1, differed: 0 });
  });

  it("a processing that failed later", async () => {
    world.hakuna.behave({ requestIds: true });
    const id = await settled();
    const confirmed = async () => (await client.order(domain, id)).status === "confirmed";
    await eventually("it is confirmed", confirmed);
    await age();
    expect(await proven()).toEqual({ checked: 1, differed: 0 });
    let looks = 0;
    const processing = ([order_id]: readonly string[]) => {
      looks += 1;
      const status = looks === 1 ? "failed" : "successful";
      return { processing_status: "done", statuses: [{ order_id, status, errors: [] }] };
    };
    world.hakuna.behave({ requestIds: true, processing });
    expect(await proven()).toEqual({ checked: 1, differed: 1 });
    expect(await timeline(id)).toMatchObject([{ kinds: "processing" }]);
    await eventually("it is sent again", () => sent(id) === 2);
    await eventually("it is confirmed again", confirmed);
    expect(await isCounted(client.pool, domain)).toBe(true);
  });
});

describe("a request of which the end was never heard", () => {
  it("is looked at once more, and what became of it counts", async () => {
    world.hakuna.behave({ requestIds: true, pollsUntilDone: 1_000_000 });
    const id = await settled();
    await client.pool.query(`UPDATE "Attempt" SET "pollAt" = NULL WHERE "shop" = $1`, [domain]);
    world.hakuna.behave({ requestIds: true, failProcessing: { orders: [id], error: "late" } });
    expect(await proven()).toEqual({ checked: 1, differed: 0 });
    await eventually("it is refused", async () => {
      return (await client.order(domain, id)).status === "rejected";
    });
    expect(sent(id)).toBe(1);
  });
});

describe("a difference that comes back", () => {
  it("is told to the operator, until the order agrees", async () => {
    const id = await settled();
    const again = async () => {
      const { text } = await ask(world, "/metrics");
      return Number(/^hakuna_orders_differing_again (\d+)$/m.exec(text)?.[1]);
    };
    for (const times of [1, 2]) {
      await damage(id, (state) => Object.assign(state, { cancelledAt: Date.now() - hourMs }));
      expect(await proven()).toEqual({ checked: 1, differed: 1 });
      expect(await again()).toBe(times - 1);
      await age();
    }
    const { stdout } = await opsHere(["status", domain], world.env);
    expect(stdout).toContain(`order ${id} differed (state) in 2 proofs`);
    expect(await openApp(world, domain)).toContain("1 order checked last night, it differed");
    expect(await proven()).toEqual({ checked: 1, differed: 0 });
    expect(await again()).toBe(0);
  });
});

describe("what a proof leaves alone", () => {
  it("redacted orders and tombstones, whatever differs", async () => {
    const [redacted, purged] = [await settled(), await settled()];
    const redact = privacyWebhook(domain, "customers/redact", [redacted]);
    expect(await sendWebhook(world.appUrl, redact, world.apiSecret, "/webhooks/privacy")).toBe(200);
    await client.pool.query(
      `UPDATE "Order" SET "changedAt" = now() - interval '401 days' WHERE "shop" = $1 AND "id" = $2`,
      [domain, purged],
    );
    expect((await opsHere(["retention", domain], world.env)).code).toBe(0);
    await age();
    for (const id of [redacted, purged]) {
      await damage(id, (state) => Object.assign(state, { fulfillments: {}, cancelledAt: 1 }));
    }
    const before = await Promise.all([redacted, purged].map(stateOf));
    expect(await proven()).toEqual({ checked: 0, differed: 0 });
    expect(asked()).toBe(0);
    expect(await Promise.all([redacted, purged].map(stateOf))).toEqual(before);
    expect([sent(redacted), sent(purged)]).toEqual([1, 1]);
  });

  it("orders that were redacted or purged after the sample was taken", async () => {
    const [redacted, purged] = [await settled(), await settled()];
    for (const id of [redacted, purged]) {
      await damage(id, (state) => Object.assign(state, { cancelledAt: 1 }));
    }
    await client.pool.query(
      `INSERT INTO "Proof" ("shop", "dueAt", "running", "startedAt", "sample", "oldFrom")
       VALUES ($1, now() + interval '1 hour', true, now(), $2, 2)
       ON CONFLICT ("shop") DO UPDATE SET "dueAt" = EXCLUDED."dueAt", "running" = true,
         "startedAt" = EXCLUDED."startedAt", "sample" = EXCLUDED."sample", "oldFrom" = 2`,
      [domain, [redacted, purged]],
    );
    await client.pool.query(
      `UPDATE "Order" SET "redacted" = true WHERE "shop" = $1 AND "id" = $2`,
      [domain, redacted],
    );
    await client.pool.query(
      `UPDATE "Order" SET "purgedAt" = now() WHERE "shop" = $1 AND "id" = $2`,
      [domain, purged],
    );
    const before = await Promise.all([redacted, purged].map(stateOf));
    expect(await proven()).toEqual({ checked: 0, differed: 0 });
    // they were in the sample, and so in what was read
    expect(asked()).toBeGreaterThan(0);
    expect(await Promise.all([redacted, purged].map(stateOf))).toEqual(before);
    expect([sent(redacted), sent(purged)]).toEqual([1, 1]);
  });

  it.each([
    ["paused", `UPDATE "Shop" SET "paused" = true WHERE "domain" = $1`],
    ["held", `INSERT INTO "Hold" ("shop", "reason") VALUES ($1, 'test')`],
    ["uninstalled", `UPDATE "Shop" SET "uninstalledAt" = now() WHERE "domain" = $1`],
  ])("a shop that is %s", async (_how, sql) => {
    const id = await settled();
    await damage(id, (state) => Object.assign(state, { cancelledAt: Date.now() - hourMs }));
    const before = await stateOf(id);
    await client.pool.query(sql, [domain]);
    expect(await shopsToProve(client.pool, { from: 0, to: 24 }, Date.now())).not.toContain(domain);
    const refused = await opsHere(["prove", domain], world.env);
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining("is not proven now"),
    ]);
    expect([await stateOf(id), asked(), sent(id)]).toEqual([before, 0, 1]);
    await client.pool.query(`UPDATE "Proof" SET "asked" = false WHERE "shop" = $1`, [domain]);
  });

  it("any shop outside of the hours of the night", async () => {
    const day = { from: 0, to: 24 };
    const hour = new Date().getUTCHours();
    const other = { from: (hour + 2) % 24, to: (hour + 4) % 24 };
    const due = (night: typeof day | null) => shopsToProve(client.pool, night, Date.now());
    await due(day);
    await client.pool.query(`UPDATE "Proof" SET "dueAt" = now() WHERE "shop" = $1`, [domain]);
    expect(await due(day)).toContain(domain);
    expect(await due(other)).not.toContain(domain);
    expect(await due(null)).not.toContain(domain);
    await client.pool.query(`UPDATE "Proof" SET "dueAt" = NULL WHERE "shop" = $1`, [domain]);
  });
});

describe("a proof under way", () => {
  it("goes on where it was when its process is killed, and ends by itself", async () => {
    const all: string[] = [];
    for (let index = 0; index < 10; index += 1) all.push(await settled());
    const [first = "", last = ""] = [all[0], all.at(-1)];
    for (const id of [first, last]) {
      await damage(id, (state) => Object.assign(state, { cancelledAt: Date.now() - hourMs }));
    }
    shop.faults.plan({ kind: "slow", ms: 4000 }, { of: "OrdersToProve", times: 1 });
    await askForProof(client.pool, domain);
    await eventually("it reads", () => asked() > 0);
    await world.restart("SIGKILL");
    const proof = async () =>
      (await client.pool.query(`SELECT * FROM "Proof" WHERE "shop" = $1`, [domain])).rows[0];
    await eventually("it is through", async () => (await proof()).finishedAt !== null);
    expect(await proof()).toMatchObject({ lastChecked: 10, lastDiffered: 2, running: false });
    await client.quiet(domain);
    for (const id of [first, last]) expect((await stateOf(id)).cancelledAt).toBeNull();
  });

  it("waits for a Shopify that does not answer", async () => {
    await settled();
    shop.faults.plan({ kind: "status", status: 503 }, { of: "OrdersToProve", times: 8 });
    // longer than a third of the lease
    shop.faults.plan({ kind: "slow", ms: 3000 }, { of: "OrdersToProve", times: 1 });
    await askForProof(client.pool, domain);
    const proof = async () =>
      (await client.pool.query(`SELECT * FROM "Proof" WHERE "shop" = $1`, [domain])).rows[0];
    await eventually("it waits", async () => String((await proof()).reason).includes("503"));
    await eventually("it is through", async () => (await proof()).finishedAt !== null);
    expect(await proof()).toMatchObject({ lastChecked: 1, lastDiffered: 0, failures: 0 });
  });
});
