import { describe, expect, it } from "vitest";
import { putFindingAway, skipByHand } from "#app/actions/order-actions.ts";
import { resumeReads } from "#app/run/read-step.ts";
import { createOrderReader } from "#app/shopify/orders/order-reader.ts";
import { orderFilterOf } from "#app/views/order-filter.ts";
import { listOrders } from "#app/views/order-list.ts";
import { eventually } from "./client.ts";
import { answers, insured, type Payload, syncByHand } from "./sync-by-hand.ts";

const sync = await syncByHand();
const { current, pool, config, context, hakuna } = sync;
const { arrive, connect, run, take, stored, setShop, letReadsBeDue, emailsOf } = sync;

const bare = (id: number, more: Payload = {}) => {
  const order = insured(id, more);
  return { ...order, line_items: (order.line_items as unknown[]).slice(0, 1) };
};

const later = "2030-01-01T00:00:00Z";

describe("opening the app", () => {
  it("has nothing read again but what waits for a session, however often the page asks", async () => {
    await take("orders/create", insured(390));
    await pool.query(
      `UPDATE "Order" SET "readAt" = now() + interval '1 hour', "readAttempts" = 3
        WHERE "shop" = $1 AND "id" = '390'`,
      [current.shop],
    );
    expect(await resumeReads(pool, current.shop)).toBe(false);
    await pool.query(
      `UPDATE "Order" SET "status" = 'waiting', "reasonCode" = 'no_session'
        WHERE "shop" = $1 AND "id" = '390'`,
      [current.shop],
    );
    expect(await resumeReads(pool, current.shop)).toBe(true);
    expect(await resumeReads(pool, current.shop)).toBe(false);
  });

  it("locks no order outside the shop's row, as a run does", async () => {
    await take("orders/create", insured(391));
    await pool.query(
      `UPDATE "Order" SET "status" = 'waiting', "reasonCode" = 'no_session',
              "readAt" = now() + interval '1 hour' WHERE "shop" = $1`,
      [current.shop],
    );
    // a run holds the shop's row, then its orders; whoever took them the other way round would end it
    const client = await pool.connect();
    await client.query("BEGIN");
    await client.query(`SELECT 1 FROM "Shop" WHERE "domain" = $1 FOR NO KEY UPDATE`, [
      current.shop,
    ]);
    const resuming = resumeReads(pool, current.shop);
    await eventually("it waits for the run", async () => {
      const { rows } = await pool.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      return rows.length > 0;
    });
    const free = `SELECT "id" FROM "Order" WHERE "shop" = $1 FOR UPDATE SKIP LOCKED`;
    expect((await client.query(free, [current.shop])).rows).toEqual([{ id: "391" }]);
    await client.query("COMMIT");
    client.release();
    expect(await resuming).toBe(true);
  });

  it("has some at a time read again where thousands wait", async () => {
    await take("orders/create", insured(392));
    await pool.query(
      `INSERT INTO "Order" ("shop", "id", "status", "reasonCode", "placedAt", "changedAt", "readAt")
       SELECT $1, (1000000 + n)::text, 'waiting', 'no_session', now(), now(), now() + interval '1 hour'
         FROM generate_series(1, 1200) n`,
      [current.shop],
    );
    const due = async () => {
      const sql = `SELECT count(*)::int AS "count" FROM "Order" WHERE "shop" = $1 AND "readAt" <= now()`;
      return (await pool.query(sql, [current.shop])).rows[0].count;
    };
    const seen: number[] = [];
    while (await resumeReads(pool, current.shop)) seen.push(await due());
    expect(seen).toEqual([500, 1000, 1200]);
  });
});

describe("an order that was skipped", () => {
  it("is read from Shopify before it is sent after all, for its customer had left the app", async () => {
    await setShop("paused", true);
    await take("orders/create", insured(301));
    await skipByHand(context, current.shop, "301", true, "somebody");
    await setShop("paused", false);
    await skipByHand(context, current.shop, "301", false, "somebody");
    await run();
    expect(hakuna.states("301")).toEqual([]);
    expect(await stored(301)).toMatchObject({ status: "waiting", reasonCode: "no_session" });

    current.inShopify = () => answers(insured(301), later);
    await letReadsBeDue();
    await run();
    expect(emailsOf(301)).toEqual(["max@example.com"]);
  });

  it("the same where a setting lets it in and only a part of it has news", async () => {
    await take("orders/create", bare(302));
    expect(await stored(302)).toMatchObject({ status: "skipped", reasonCode: "no_plan" });
    await connect({ share: "all" });
    current.inShopify = () => answers(bare(302), later);
    await take("fulfillments/create", {
      ...{ id: 9, order_id: 302, status: "success", created_at: "2026-11-24T12:00:00Z" },
      line_items: [{ id: 1, quantity: 1 }],
    });
    expect(emailsOf(302)).toEqual(["max@example.com"]);
  });

  it("stays skipped, with the reason, when Shopify does not have it", async () => {
    await setShop("paused", true);
    await take("orders/create", insured(303));
    await skipByHand(context, current.shop, "303", true, "somebody");
    await skipByHand(context, current.shop, "303", false, "somebody");
    current.inShopify = () => ({ kind: "not_found" });
    await run();
    expect(await stored(303)).toMatchObject({ status: "skipped", reasonCode: "not_in_shopify" });
    // it holds a plan that Hakuna will never know of
    expect(await stored(303)).toMatchObject({
      ...{ needsAttention: true, findings: [{ code: "plans_unread", severity: "warning" }] },
    });
    const away = { keys: ["plans_unread:x1"], away: true };
    await putFindingAway(context, current.shop, "303", away, "somebody");
    await run();
    expect(await stored(303)).toMatchObject({ status: "skipped", needsAttention: false });
  });

  it("a plan added in the same moment is not overlooked", async () => {
    const at = "2026-11-24T10:00:00.500Z";
    await arrive("orders/create", bare(304), { at });
    await run();
    current.inShopify = () => answers(insured(304), "2026-11-24T10:00:05Z");
    await arrive("orders/updated", insured(304), { at });
    await run();
    expect(await stored(304)).toMatchObject({ status: "sent", planUnits: 1 });
  });

  it("while its request is under way stays skipped, and its customer leaves the app", async () => {
    const answer = Promise.withResolvers<void>();
    hakuna.behave({ fault: { fault: { kind: "held", until: answer.promise }, requests: 1 } });
    await arrive("orders/create", insured(305));
    const running = run();
    await eventually("the request is under way", () =>
      hakuna.requests.some(({ orderIds }) => orderIds.includes("305")),
    );
    await skipByHand(context, current.shop, "305", true, "somebody");
    answer.resolve();
    await running;
    const order = await stored(305);
    expect(order.status).toBe("skipped");
    expect(JSON.stringify(order)).not.toMatch(/Mustermann|max@example/);
  });
});

describe("what must be read from Shopify", () => {
  /** A fulfillment comes and its order does not: it is asked for. */
  async function losesItsOrder(id: number, worker: { leaseMs?: number } = {}): Promise<void> {
    context.config = { ...config, worker: { ...config.worker, ...worker, waitForOrderMs: 0 } };
    await take("fulfillments/create", {
      ...{ id: 9, order_id: id, status: "success", created_at: "2026-11-24T12:00:00Z" },
      line_items: [{ id: 1, quantity: 1 }],
    });
  }

  /** What the list of skipped orders says. */
  async function listed() {
    const filter = orderFilterOf(new URLSearchParams({ view: "skipped" }));
    const { orders } = await listOrders(pool, current.shop, "Europe/Berlin", filter, null, 10);
    return orders.map(({ id, status, note }) => ({ id, status, note }));
  }

  it("may take longer than the lease: nobody else takes the shop meanwhile", async () => {
    const { readOrder } = context;
    const leaseMs = 6_000;
    context.readOrder = async () => {
      const lease = `SELECT "leaseUntil" FROM "Shop" WHERE "domain" = $1`;
      const { rows } = await pool.query(lease, [current.shop]);
      const isOver = `SELECT 1 WHERE now() > $1`;
      await eventually("the lease would be over", async () => {
        return (await pool.query(isOver, [rows[0].leaseUntil])).rows.length > 0;
      });
      await run();
      return answers(insured(505), later);
    };
    try {
      await losesItsOrder(505, { leaseMs });
    } finally {
      context.readOrder = readOrder;
    }
    expect(await stored(505)).toMatchObject({ status: "sent", readAttempts: 0 });
  });

  it("is given up when it takes too long, whatever it waits for", async () => {
    const silent = { unauthenticated: { admin: () => new Promise<never>(() => undefined) } };
    const { readOrder } = context;
    context.readOrder = createOrderReader(silent, 50);
    try {
      await losesItsOrder(506);
    } finally {
      context.readOrder = readOrder;
    }
    expect(await stored(506)).toMatchObject({
      ...{ status: "waiting", reasonCode: "shopify_unavailable" },
    });
  });

  it("is not waited for when the process is to end", async () => {
    const ending = new AbortController();
    const { readOrder } = context;
    context.ending = ending.signal;
    context.readOrder = () => {
      ending.abort();
      return new Promise<never>(() => undefined);
    };
    try {
      await losesItsOrder(507);
    } finally {
      Object.assign(context, { readOrder, ending: new AbortController().signal });
    }
    expect(await stored(507)).toMatchObject({ status: "waiting", readAttempts: 0 });
  });

  it("an order whose part came is skipped when Shopify does not have it", async () => {
    current.inShopify = () => ({ kind: "not_found" });
    await losesItsOrder(503);
    expect(await listed()).toEqual([
      {
        ...{ id: "503", status: "skipped" },
        note: { kind: "reason", code: "not_in_shopify", detail: null },
      },
    ]);
    await run();
    expect(current.reads).toBe(1);
  });

  it("an order whose part came is asked for thirty times, and then skipped with the reason", async () => {
    const reason = "HTTP 503";
    current.inShopify = () => ({ kind: "unavailable", reason, retryAfterMs: null });
    await losesItsOrder(504);
    for (let read = 2; read <= 30; read += 1) {
      expect(await stored(504)).toMatchObject({ status: "waiting", statusReason: reason });
      await letReadsBeDue();
      await run();
      expect(current.reads).toBe(read);
    }
    expect(await listed()).toEqual([
      {
        ...{ id: "504", status: "skipped" },
        note: { kind: "reason", code: "shopify_unavailable", detail: reason },
      },
    ]);
    expect(await stored(504)).toMatchObject({ readAt: null });
  });

  it("a change that cannot be read is told, until something newer of the order is known", async () => {
    await take("orders/create", insured(501));
    current.inShopify = () => ({ kind: "not_found" });
    const { line_items: _, ...trimmed } = insured(501, {
      updated_at: "2026-11-24T11:00:00Z",
      cancelled_at: "2026-11-24T11:00:00Z",
    });
    await take("orders/cancelled", trimmed);
    const codes = async () =>
      ((await stored(501)).findings as { code: string }[]).map(({ code }) => code);
    expect(await codes()).toEqual(["change_unread"]);
    expect(await stored(501)).toMatchObject({ needsAttention: true });
    const cancelled = { updated_at: "2026-11-24T12:00:00Z", cancelled_at: "2026-11-24T11:00:00Z" };
    await take("orders/updated", insured(501, cancelled));
    expect(await codes()).toEqual([]);
  });

  it("an answer of the same second is asked for once more: Shopify's clock shows seconds", async () => {
    const at = "2026-11-24T10:00:00.300Z";
    await arrive("orders/create", insured(502, { email: "a@example.com" }), { at });
    await arrive("orders/updated", insured(502, { email: "z@example.com" }), { at });
    const right = insured(502, { email: "a@example.com" });
    current.inShopify = () =>
      answers(right, current.reads === 1 ? "2026-11-24T10:00:00Z" : "2026-11-24T10:00:03Z");
    await run();
    expect(await stored(502)).toMatchObject({ readAt: expect.any(Date) });
    await letReadsBeDue();
    await run();
    expect(emailsOf(502).at(-1)).toBe("a@example.com");
    expect(await stored(502)).toMatchObject({ readAt: null });
  });
});

describe("an order whose document is gone", () => {
  it.each(["readAt", "dueAt"])(
    "is set aside when it is due (%s), not tried in a loop",
    async (due) => {
      await setShop("paused", true);
      await take("orders/create", insured(395));
      await take("orders/create", insured(396));
      await pool.query(
        `UPDATE "Order" SET "${due}" = now() - interval '1 minute' WHERE "shop" = $1`,
        [current.shop],
      );
      await pool.query(`DELETE FROM "OrderDocument" WHERE "shop" = $1 AND "orderId" = '395'`, [
        current.shop,
      ]);
      current.inShopify = () => answers(insured(396), later);
      await setShop("paused", false);
      expect(await run()).toEqual({ again: false, nextInMs: null });
      const { rows } = await pool.query(
        `SELECT "id" FROM "Order" WHERE "shop" = $1 AND "${due}" IS NOT NULL`,
        [current.shop],
      );
      expect(rows).toEqual([]);
    },
  );
});
