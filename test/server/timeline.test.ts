import { PrismaPg } from "@prisma/adapter-pg";
import { afterAll, expect, it } from "vitest";
import { PrismaClient } from "#app/database/generated/prisma/client.ts";
import { timelineOf } from "#app/views/timeline.ts";
import { insured, syncByHand } from "./sync-by-hand.ts";

const { current, pool, context, hakuna, arrive, run, take } = await syncByHand();

const prisma = new PrismaClient({
  adapter: new PrismaPg({ connectionString: context.config.DATABASE_URL ?? "" }),
});
afterAll(() => prisma.$disconnect());

/** What the order's page tells, the oldest first. */
async function story(id: number) {
  const entries = await timelineOf(prisma, current.shop, String(id));
  return entries.reverse().map(({ kind, detail }) => {
    const what = detail.topic ?? detail.webhooks ?? detail.outcome ?? detail.result ?? null;
    return [kind, what, detail.revision ?? null];
  });
}

async function stored(id: number): Promise<{ rows: number; bytes: number }> {
  const { rows } = await pool.query(
    `SELECT count(*)::int AS rows, sum(pg_column_size(e.*))::int AS bytes FROM "TimelineEvent" e
      WHERE "shop" = $1 AND "orderId" = $2`,
    [current.shop, String(id)],
  );
  return rows[0];
}

const of = (id: number, change: number) =>
  insured(id, {
    updated_at: `2026-11-24T12:0${change}:00Z`,
    billing_address: { country_code: "DE", city: "Berlin", address1: `Weg ${change}` },
  });
const at = (change: number) => ({ at: `2026-11-24T12:0${change}:01Z` });

it("takes one row for what was taken in, folded and sent together, and tells all of it", async () => {
  for (let change = 1; change <= 5; change += 1) {
    await arrive(change === 1 ? "orders/create" : "orders/updated", of(1, change), at(change));
    await run();
  }
  expect(hakuna.states("1")).toHaveLength(5);
  const { rows, bytes } = await stored(1);
  expect(rows).toBe(5);
  expect(bytes).toBeLessThan(1500);
  const changes = [1, 2, 3, 4, 5];
  expect((await story(1)).filter(([kind]) => kind === "webhook")).toEqual([
    ["webhook", "orders/create", null],
    ...[2, 3, 4, 5].map(() => ["webhook", "orders/updated", null]),
  ]);
  expect((await story(1)).filter(([kind]) => kind !== "webhook")).toEqual(
    changes.flatMap((change) => [
      ["fold", 1, change],
      ["delivery", "accepted", change],
    ]),
  );
});

it("tells of webhooks that were folded together one by one", async () => {
  await arrive("orders/create", of(2, 1), at(1));
  await arrive("orders/updated", of(2, 2), at(2));
  await run();
  expect(await stored(2)).toMatchObject({ rows: 1 });
  expect(await story(2)).toEqual([
    ["webhook", "orders/create", null],
    ["webhook", "orders/updated", null],
    ["fold", 2, 1],
    ["delivery", "accepted", 1],
  ]);
});

it("tells of a request that was made again, and of one that got no answer", async () => {
  hakuna.behave({ fault: { fault: { kind: "status", status: 429 }, requests: 1 } });
  await take("orders/create", of(3, 1));
  await pool.query(`UPDATE "Shop" SET "backoffUntil" = NULL WHERE "domain" = $1`, [current.shop]);
  await run();
  expect(await story(3)).toEqual([
    ["webhook", "orders/create", null],
    ["fold", 1, 1],
    ["delivery", "unavailable", 1],
    ["delivery", "accepted", 1],
  ]);
});

it("tells a result of Hakuna's processing once, however often it is read", async () => {
  hakuna.behave({ requestIds: true });
  await take("orders/create", of(4, 1));
  for (let look = 0; look < 3; look += 1) {
    await pool.query(`UPDATE "Attempt" SET "pollAt" = now() WHERE "shop" = $1`, [current.shop]);
    await run();
  }
  expect(await story(4)).toEqual([
    ["webhook", "orders/create", null],
    ["fold", 1, 1],
    ["delivery", "accepted", 1],
    ["processing", "successful", null],
  ]);
});

it("still tells what was written down before, a row for each", async () => {
  await pool.query(
    `INSERT INTO "OrderEvent" ("shop", "orderId", "source", "at", "kind", "detail")
     VALUES ($1, '5', 'webhook:a', '2026-11-24T12:00:00Z', 'webhook', '{"topic": "orders/create"}'),
            ($1, '5', 'fold:1', '2026-11-24T12:00:01Z', 'fold', '{"webhooks": 1, "revision": 1, "status": "pending"}'),
            ($1, '5', 'attempt:b', '2026-11-24T12:00:02Z', 'delivery',
             '{"outcome": "accepted", "httpStatus": 202, "durationMs": 12, "revision": 1, "reason": null}'),
            ($1, '5', 'processing:b', '2026-11-24T12:00:03Z', 'processing', '{"result": "successful", "reason": null}')`,
    [current.shop],
  );
  expect(await story(5)).toEqual([
    ["webhook", "orders/create", null],
    ["fold", 1, 1],
    ["delivery", "accepted", 1],
    ["processing", "successful", null],
  ]);
});
