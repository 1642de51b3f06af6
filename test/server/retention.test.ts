import { beforeEach, describe, expect, it } from "vitest";
import { endOfFirst, makeMonths } from "#app/database/months.ts";
import { readConfig } from "#app/foundation/config.server.ts";
import { createLog } from "#app/foundation/log.server.ts";
import { retainMonths, retainShop } from "#app/privacy/retention.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { opsHere } from "./ops.ts";
import { patientTimes } from "./quick-times.ts";
import { isCounted, orderOf, vogelsang } from "./vogelsang.ts";

const { world, client } = await openWorld(patientTimes);
let shop: string;
let shops = 0;

beforeEach(async () => {
  shops += 1;
  shop = `retention-${shops}.myshopify.com`;
  await client.connect(shop);
});

let ids = 3_000_000;
const nextId = () => {
  ids += 1;
  return ids;
};
const status = async (id: string) => (await client.order(shop, id)).status;

/** Lets an order's last change be so many days ago. */
async function age(id: string, days: number): Promise<void> {
  await client.pool.query(
    `UPDATE "Order" SET "changedAt" = now() - $3 * interval '1 day'
      WHERE "shop" = $1 AND "id" = $2`,
    [shop, id, days],
  );
}

const context = {
  pool: client.pool,
  config: readConfig(world.env as NodeJS.ProcessEnv),
  log: createLog("silent"),
  now: Date.now,
};
const retain = () => retainShop(context, shop);

/** What is stored of the order: its row and document, with the customer's traces or without. */
async function document(id: string): Promise<string> {
  const { rows } = await client.pool.query(
    `SELECT to_jsonb(d)::text || to_jsonb(o)::text AS text FROM "OrderDocument" d
       JOIN "Order" o ON o."shop" = d."shop" AND o."id" = d."orderId"
      WHERE d."shop" = $1 AND d."orderId" = $2`,
    [shop, id],
  );
  return rows[0]?.text ?? "";
}

describe("documents", () => {
  it("of orders without protection go after 30 days, delivered ones after 400", async () => {
    await client.pool.query(`UPDATE "Shop" SET "share" = 'all' WHERE "domain" = $1`, [shop]);
    const plain = { isProtected: false };
    const young = orderOf(shop, nextId(), plain);
    const old = orderOf(shop, nextId(), plain);
    const kept = orderOf(shop, nextId());
    const delivered = orderOf(shop, nextId());
    const refused = orderOf(shop, nextId());
    world.hakuna.behave({ refuseOrders: [refused.id] });
    const all = [young, old, kept, delivered, refused];
    await client.send(all.map((order) => order.webhook("orders/create")));
    await client.quiet();
    world.hakuna.behave({});
    await age(young.id, 29);
    await age(old.id, 31);
    await age(kept.id, 399);
    await age(delivered.id, 401);
    await age(refused.id, 401);

    expect(await retain()).toMatchObject({ documents: 2, miscounted: 0 });

    for (const { id } of [young, kept, refused]) {
      expect(await document(id)).toMatch(vogelsang.trace);
    }
    for (const { id } of [old, delivered]) {
      expect(await document(id)).not.toMatch(vogelsang.trace);
      expect(await client.order(shop, id)).toMatchObject({ status: "sent", customerId: null });
    }
    expect(await isCounted(client.pool, shop)).toBe(true);
    expect(await retain()).toMatchObject({ documents: 0 });

    // the same news once more, and older news
    const before = { updatedAt: Date.now() - 7_200_000 };
    await client.send([
      old.webhook("orders/create"),
      delivered.webhook("orders/create"),
      delivered.webhook("orders/updated", before),
    ]);
    await client.quiet();
    for (const { id } of [old, delivered]) {
      expect(await document(id)).not.toMatch(vogelsang.trace);
      expect(await status(id)).toBe("sent");
      expect(world.hakuna.states(id)).toHaveLength(1);
    }
  });

  it("come back with news that Hakuna must hear of", async () => {
    const order = orderOf(shop, nextId());
    await client.send([order.webhook("orders/create")]);
    await client.quiet();
    await age(order.id, 401);
    expect(await retain()).toMatchObject({ documents: 1 });
    const cancelled_at = new Date().toISOString();
    await client.send([order.webhook("orders/cancelled", { cancelled_at, updatedAt: Date.now() })]);
    await eventually("the cancellation is sent", () => {
      return world.hakuna.last(order.id)?.status === "cancelled";
    });
    expect(world.hakuna.last(order.id)).toMatchObject({ customer: { last_name: "Vogelsang" } });
    await client.quiet();
    expect(await client.order(shop, order.id)).toMatchObject({ purgedAt: null });
    expect(await isCounted(client.pool, shop)).toBe(true);
  });

  it("of skipped orders shrink to a tombstone, which a plan that is added later awakes", async () => {
    const plain = orderOf(shop, nextId(), { isProtected: false });
    await client.send([plain.webhook("orders/create")]);
    await eventually("it is skipped", async () => (await status(plain.id)) === "skipped");
    await age(plain.id, 31);
    expect(await retain()).toMatchObject({ documents: 1 });
    expect(await document(plain.id)).toContain('"head": null');
    await client.send([plain.webhook("orders/create")]);
    await client.quiet();
    expect(await client.order(shop, plain.id)).toMatchObject({
      ...{ status: "skipped", reasonCode: "no_plan", readAt: null },
    });
    expect(await document(plain.id)).not.toMatch(vogelsang.trace);

    const insured = orderOf(shop, Number(plain.id));
    await client.send([insured.webhook("orders/updated", { updatedAt: Date.now() })]);
    await eventually("it is sent", async () => (await status(plain.id)) === "sent");
    expect(await isCounted(client.pool, shop)).toBe(true);
  });
});

describe("the rest", () => {
  it("goes after its time: timelines, folded and unreadable webhooks, requests", async () => {
    const order = orderOf(shop, nextId());
    await client.send([order.webhook("orders/create")]);
    await client.quiet();
    const count = async (table: string) => {
      const { rows } = await client.pool.query(
        `SELECT count(*)::int AS count FROM "${table}" WHERE "shop" = $1`,
        [shop],
      );
      return rows[0].count;
    };
    expect(await retain()).toMatchObject({ events: 0, webhooks: 0, attempts: 0 });
    // as the version before wrote them
    const events = 2;
    await client.pool.query(
      `INSERT INTO "OrderEvent" ("shop", "orderId", "source", "at", "kind")
       SELECT $1, '1', n::text, now() - n * interval '1 day', 'read' FROM unnest(ARRAY[1, 401, 402]) AS n`,
      [shop],
    );
    await client.pool.query(
      `UPDATE "Attempt" SET "startedAt" = now() - interval '401 days' WHERE "shop" = $1`,
      [shop],
    );
    await client.pool.query(
      `UPDATE "InboxWebhook" SET "receivedAt" = now() - interval '8 days',
              "foldedAt" = now() - interval '8 days' WHERE "shop" = $1`,
      [shop],
    );
    await client.pool.query(
      `INSERT INTO "InboxWebhook" ("shop", "webhookId", "topic", "triggeredAt", "receivedAt",
         "payload", "quarantinedAt")
       SELECT $1, n::text, 'orders/create', now(), now() - n * interval '1 day', 'x',
              now() - n * interval '1 day' FROM unnest(ARRAY[29, 31]) AS n`,
      [shop],
    );
    expect(await retain()).toMatchObject({ events, webhooks: 2, attempts: 1 });
    expect([await count("OrderEvent"), await count("Attempt")]).toEqual([1, 0]);
    // of now
    expect(await count("TimelineEvent")).toBeGreaterThan(0);
    // the young one in quarantine
    expect(await count("InboxWebhook")).toBe(1);
  });

  it("waits for nobody who is at the shop, where there is nothing to change", async () => {
    const order = orderOf(shop, nextId());
    await client.send([order.webhook("orders/create")]);
    await client.quiet();
    const holder = await client.pool.connect();
    try {
      await holder.query("BEGIN");
      await holder.query(`SELECT 1 FROM "Shop" WHERE "domain" = $1 FOR UPDATE`, [shop]);
      expect(await retain()).toMatchObject({ documents: 0, miscounted: 0 });
    } finally {
      await holder.query("ROLLBACK");
      holder.release();
    }
  });

  it("sets counters right by what they are wrong, whatever happens meanwhile", async () => {
    const order = orderOf(shop, nextId());
    await client.send([order.webhook("orders/create")]);
    await client.quiet();
    await client.pool.query(
      `UPDATE "OrderCount" SET "count" = "count" + 5 WHERE "shop" = $1 AND "status" = 'sent'`,
      [shop],
    );
    const holder = await client.pool.connect();
    await holder.query("BEGIN");
    await holder.query(`SELECT 1 FROM "Shop" WHERE "domain" = $1 FOR UPDATE`, [shop]);
    const retained = retain();
    await eventually("it has counted and waits for the shop's row", async () => {
      const { rowCount } = await client.pool.query(
        `SELECT 1 FROM pg_stat_activity WHERE "datname" = current_database()
            AND "wait_event_type" = 'Lock' AND "query" LIKE '%FROM "Shop"%FOR NO KEY UPDATE%'`,
      );
      return rowCount === 1;
    });
    // somebody else's order, as it is counted
    await holder.query(
      `INSERT INTO "Order" ("shop", "id", "name", "placedAt", "changedAt", "status")
       VALUES ($1, '1', '#1', now(), now(), 'sent')`,
      [shop],
    );
    await holder.query(
      `UPDATE "OrderCount" SET "count" = "count" + 1 WHERE "shop" = $1 AND "status" = 'sent'`,
      [shop],
    );
    await holder.query("COMMIT");
    holder.release();
    expect(await retained).toMatchObject({ miscounted: 1 });
    expect(await isCounted(client.pool, shop)).toBe(true);
  });

  it("is counted anew, and wrong counters are set right", async () => {
    const order = orderOf(shop, nextId());
    await client.send([order.webhook("orders/create")]);
    await client.quiet();
    await client.pool.query(
      `UPDATE "OrderCount" SET "count" = 7, "attention" = 3 WHERE "shop" = $1 AND "status" = 'sent'`,
      [shop],
    );
    await client.pool.query(
      `INSERT INTO "OrderCount" ("shop", "status", "count") VALUES ($1, 'blocked', 2)`,
      [shop],
    );
    const { code, stdout, stderr } = await opsHere(["retention", shop, "--json"], world.env);
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject([{ shop, miscounted: 2 }]);
    expect(await isCounted(client.pool, shop)).toBe(true);
    expect(await retain()).toMatchObject({ miscounted: 0 });
  });

  it("is done by the worker once a day", async () => {
    const { rows } = await client.pool.query(
      `SELECT "name", "cron", "timezone" FROM pgboss.schedule`,
    );
    expect(rows).toEqual([{ name: "retention", cron: "17 3 * * *", timezone: "UTC" }]);
    // what the schedule does at that hour
    await client.pool.query(
      `INSERT INTO "OrderCount" ("shop", "status", "count") VALUES ($1, 'sent', 9)`,
      [shop],
    );
    await client.pool.query(
      `INSERT INTO "ProductOffer" ("shop", "productId", "price", "offerId", "epoch", "expiresAt")
       VALUES ($1, 'gid://shopify/Product/1', 100, 'off-1', 1, now())`,
      [shop],
    );
    await client.pool.query(`INSERT INTO pgboss.job ("name") VALUES ('retention')`);
    await eventually("the worker has counted", () => isCounted(client.pool, shop));
    await eventually("offers that expire are being renewed", async () => {
      const { rowCount } = await client.pool.query(
        `SELECT 1 FROM "PlanJob" WHERE "shop" = $1 AND "kind" = 'renew' AND "total" = 1`,
        [shop],
      );
      return rowCount === 1;
    });
  });
});

describe("requests", () => {
  const dayMs = 86_400_000;

  it("go with their month, of which nobody waits for a processing status any more", async () => {
    // no run reads a processing status of it
    await client.pool.query(`UPDATE "Shop" SET "connection" = 'none' WHERE "domain" = $1`, [shop]);
    const end = (await endOfFirst(client.pool, "Attempt")) ?? 0;
    await makeMonths(client.pool, "Attempt", end);
    const inMonth = (month: number) => new Date(end + (month * 31 + 7) * dayMs);
    const insert = async (of: string, month: number, values: string) => {
      await client.pool.query(
        `INSERT INTO "Attempt" ("shop", "id", "epoch", "orders", "startedAt", "answeredAt", "pollAt")
         VALUES ($1, gen_random_uuid(), 1, '[]', $2, ${values})`,
        [of, inMonth(month)],
      );
    };
    // nobody recovers it: there is no such shop
    const nobody = `nobody-${shop}`;
    await insert(shop, 0, "now(), NULL");
    await insert(shop, 0, "now(), now()");
    await insert(nobody, 1, "NULL, NULL");
    await insert(shop, 2, "now(), now()");
    const stored = async (of: string) => {
      const { rows } = await client.pool.query<{ startedAt: Date }>(
        `SELECT "startedAt" FROM "Attempt" WHERE "shop" = $1 ORDER BY 1`,
        [of],
      );
      return rows.map(({ startedAt }) => startedAt);
    };
    const at = (month: number) => ({
      ...context,
      now: () => inMonth(month).getTime() + 400 * dayMs,
    });

    // within the first of them every row is still there
    await retainMonths(at(0));
    expect(await stored(shop)).toHaveLength(3);
    // the second has begun to be too old
    expect(await retainShop(at(1), shop)).toMatchObject({ attempts: 0, statuses: 1 });
    await retainMonths(at(1));
    expect(await stored(shop)).toEqual([inMonth(2)]);
    // the month of a request without an answer stays, and the others go without it
    expect(await retainShop(at(3), shop)).toMatchObject({ statuses: 1 });
    await retainMonths(at(3));
    expect(await stored(shop)).toEqual([]);
    expect(await stored(nobody)).toEqual([inMonth(1)]);
    await client.pool.query(`UPDATE "Attempt" SET "answeredAt" = now() WHERE "shop" = $1`, [
      nobody,
    ]);
    await retainMonths(at(3));
    expect(await stored(nobody)).toEqual([]);
  });
});
