import { beforeEach, describe, expect, it } from "vitest";
import { pairByHand, unpair } from "#app/actions/order-actions.ts";
import { runShop } from "#app/run/run.ts";
import { eventually } from "./client.ts";
import { insured, type Payload, syncByHand } from "./sync-by-hand.ts";

const { current, pool, hakuna, config, context, ...sync } = await syncByHand();
const { arrive, connect, run, take, stored, setShop } = sync;

// nothing is due again by itself, and no run's time or lease is over, however slow the machine
const hourMs = 3_600_000;
beforeEach(() => {
  const delivery = { ...config.delivery, repeatAfterUnansweredMs: hourMs, pollMinMs: hourMs };
  const worker = { ...config.worker, stepMs: hourMs, leaseMs: hourMs };
  context.config = { ...config, delivery, worker };
});

const hour = (h: number, more: Payload = {}) => ({ updated_at: `2026-11-24T${h}:00:00Z`, ...more });
const statuses = (id: number) => hakuna.states(String(id)).map(({ order }) => order.status);

/** A run whose next request is under way until it is answered. */
async function underWay() {
  const answer = Promise.withResolvers<void>();
  hakuna.behave({ fault: { fault: { kind: "held", until: answer.promise }, requests: 1 } });
  const before = hakuna.requests.length;
  const running = run();
  running.catch(() => undefined);
  await eventually("a request is under way", () => hakuna.requests.length > before);
  return { running, answer: () => answer.resolve() };
}

describe("a run that is frozen in the middle of a request", () => {
  it("loses to its successor, and what it may have told the feed is put right", async () => {
    await arrive("orders/create", insured(901));
    const frozen = await underWay();
    await setShop("leaseUntil", new Date(Date.now() - 60_000));
    await take("orders/cancelled", insured(901, hour(11, { cancelled_at: hour(11).updated_at })));
    expect(statuses(901)).toEqual(["cancelled"]);
    expect(await stored(901)).toMatchObject({ status: "sent", repeatAt: expect.any(Date) });
    // the oldest state arrives last
    frozen.answer();
    await expect(frozen.running).rejects.toThrow("lease");
    expect(statuses(901)).toEqual(["cancelled", "placed"]);
    expect(await stored(901)).toMatchObject({ status: "pending" });
    await run();
    expect(statuses(901)).toEqual(["cancelled", "placed", "cancelled"]);
  });

  it("is left alone while its lease lasts", async () => {
    await arrive("orders/create", insured(902));
    const first = await underWay();
    await arrive("orders/create", insured(903));
    await run();
    expect(await stored(903)).toEqual({});
    first.answer();
    await first.running;
    expect(await stored(903)).toMatchObject({ status: "sent" });
  });
});

describe("a change while a request is under way", () => {
  it("that is taken back while it is under way: the order counts as sent no more", async () => {
    const order = insured(904);
    const [product, plan] = order.line_items as Payload[];
    const other = { ...product, id: 3, title: "Helmet", properties: [] };
    await take("orders/create", { ...order, line_items: [product, plan, other] });
    expect(await stored(904)).toMatchObject({ status: "sent" });
    const ids = { offerId: "off-1", planId: "pl-1" };
    const pair = { productLineId: "3", planLineId: "2", ...ids };
    await pairByHand(context, current.shop, "904", pair, "somebody");
    expect(await stored(904)).toMatchObject({ status: "pending" });
    const { running, answer } = await underWay();
    await unpair(context, current.shop, "904", "3", "somebody");
    // the feed has what it had, or the pair by hand: nobody knows yet
    expect(await stored(904)).toMatchObject({ status: "pending" });
    answer();
    await running;
    await run();
    const states = hakuna.states("904").map(({ order }) => JSON.stringify(order));
    expect(states).toHaveLength(3);
    expect([states[0] === states[2], states[0] === states[1]]).toEqual([true, false]);
  });

  it("is not refused after the order as it was before is", async () => {
    await arrive("orders/create", insured(905));
    hakuna.behave({ refuseOrders: ["905"] });
    const answer = Promise.withResolvers<void>();
    hakuna.onceAsked(() => answer.promise);
    const before = hakuna.requests.length;
    const running = run();
    await eventually("a request is under way", () => hakuna.requests.length > before);
    await pool.query(`UPDATE "Order" SET "revision" = "revision" + 1 WHERE "shop" = $1`, [
      current.shop,
    ]);
    answer.resolve();
    await running;
    const attempts = await pool.query(`SELECT "outcome" FROM "Attempt" WHERE "shop" = $1`, [
      current.shop,
    ]);
    // the newer state is tried by itself
    expect(attempts.rows.length).toBeGreaterThan(1);
  });
});

it("a processing status of a former request says nothing of the order as it is now", async () => {
  hakuna.behave({ requestIds: true });
  await take("orders/create", insured(906));
  await take("orders/updated", insured(906, hour(11, { email: "b@example.com" })));
  await pool.query(
    `UPDATE "Attempt" SET "pollAt" = CASE WHEN "id" = (SELECT "id" FROM "Attempt"
        WHERE "shop" = $1 ORDER BY "startedAt" LIMIT 1) THEN now() END WHERE "shop" = $1`,
    [current.shop],
  );
  await run();
  expect(await stored(906)).toMatchObject({ status: "sent" });
});

it("two shops whose orders and webhooks have the same ids have nothing to do with each other", async () => {
  const neighbor = `neighbor-${current.shop}`;
  await connect({ shop: neighbor });
  await arrive("orders/create", insured(907));
  await arrive("orders/create", insured(907, hour(12, { email: "n@example.com" })), {
    shop: neighbor,
  });
  await pool.query(`UPDATE "InboxWebhook" w SET "webhookId" = 'same' WHERE "shop" IN ($1, $2)`, [
    current.shop,
    neighbor,
  ]);
  await pool.query(`UPDATE "Shop" SET "paused" = true WHERE "domain" = $1`, [neighbor]);
  await runShop(context, neighbor);
  const ofNeighbor = async () => {
    const { rows } = await pool.query(
      `SELECT o."status", o."sentAt", d."lastPayload", o."acceptedHash"
         FROM "Order" o JOIN "OrderDocument" d ON d."shop" = o."shop" AND d."orderId" = o."id"
        WHERE o."shop" = $1`,
      [neighbor],
    );
    return rows;
  };
  expect(await ofNeighbor()).toMatchObject([{ status: "pending" }]);
  // as if its request were under way
  await pool.query(`UPDATE "Order" SET "dueAt" = NULL WHERE "shop" = $1`, [neighbor]);
  const before = await ofNeighbor();
  const { rows: inbox } = await pool.query(
    `SELECT "shop" FROM "InboxWebhook" WHERE "shop" IN ($1, $2) AND "foldedAt" IS NULL`,
    [current.shop, neighbor],
  );
  expect(inbox).toEqual([{ shop: current.shop }]);
  await run();
  expect(await stored(907)).toMatchObject({ status: "sent" });
  expect(hakuna.last("907")).toMatchObject({ customer: { email: "max@example.com" } });
  expect(await ofNeighbor()).toEqual(before);
});
