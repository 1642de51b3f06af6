import { expect, it } from "vitest";
import { askForProof } from "#app/agreement/proof-store.ts";
import { proveShop } from "#app/agreement/prove.ts";
import { eventually } from "./client.ts";
import { answers, insured, type Payload, syncByHand } from "./sync-by-hand.ts";

const sync = await syncByHand();
const { current, pool, context } = sync;

/** The orders that Shopify was asked for by their ids, page by page. */
let pages: string[][] = [];
const hourMs = 3_600_000;

/** As Shopify answers, with what a page costs. */
const prove = (points: number, missing: readonly string[] = []) =>
  proveShop(
    {
      ...context,
      ordersById: async (_shop, ids) => {
        pages.push([...ids]);
        const orders = ids.map((id) => {
          const answer = answers(order(Number(id)), new Date().toISOString());
          if (answer.kind !== "order") throw new Error("no order");
          return { id, state: missing.includes(id) ? null : answer.state };
        });
        return { kind: "orders", orders, points, missingAccess: [] };
      },
      wake: async () => undefined,
    },
    current.shop,
  );

/** Two hours old, whenever the test is run. */
const since = new Date(Date.now() - 2 * hourMs).toISOString();
const order = (id: number): Payload => insured(id, { created_at: since, updated_at: since });

async function settled(count: number): Promise<string[]> {
  pages = [];
  const ids = Array.from({ length: count }, (_, index) => 10 + index);
  for (const id of ids) await sync.arrive("orders/create", order(id), { at: since });
  await sync.run();
  await pool.query(
    `UPDATE "Order" SET "changedAt" = now() - interval '2 hours' WHERE "shop" = $1`,
    [current.shop],
  );
  return ids.map(String);
}

const proof = async () =>
  (await pool.query(`SELECT * FROM "Proof" WHERE "shop" = $1`, [current.shop])).rows[0];

/** A whole night's proof. @returns the orders that were read */
async function night(points = 1): Promise<string[]> {
  pages = [];
  await askForProof(pool, current.shop);
  await prove(points);
  expect(await proof()).toMatchObject({ running: false, asked: false });
  return pages.flat();
}

it("walks over all old orders from night to night, and begins anew", async () => {
  const all = await settled(15);
  Object.assign(context, {
    config: { ...sync.config, proof: { hours: null, orders: 4, points: 1000 } },
  });
  const first = await night();
  expect(first).toHaveLength(4);
  // nothing has changed since: only old ones
  const walked = first.slice(2);
  // how many nights it takes depends on which had changed
  for (let read = first; read.length === 4; walked.push(...read)) read = await night();
  expect([...new Set([...first, ...walked])].sort()).toEqual(all);
  expect(walked.filter((id, index) => walked.indexOf(id) !== index)).toEqual([]);
  expect((await night())[0]).toBe("10");
  expect(await proof()).toMatchObject({ lastChecked: 4, lastDiffered: 0 });
});

it("reads what changed since the last proof before old orders", async () => {
  await settled(12);
  Object.assign(context, {
    config: { ...sync.config, proof: { hours: null, orders: 4, points: 1000 } },
  });
  await night();
  await pool.query(`UPDATE "Proof" SET "through" = now() - interval '3 hours' WHERE "shop" = $1`, [
    current.shop,
  ]);
  await pool.query(
    `UPDATE "Order" SET "changedAt" = now() - interval '4 hours' WHERE "shop" = $1 AND "id" <> '21'`,
    [current.shop],
  );
  expect((await night())[0]).toBe("21");
});

it("ends when it has cost what it may, and the next night goes on behind it", async () => {
  await settled(20);
  Object.assign(context, {
    config: { ...sync.config, proof: { hours: null, orders: 20, points: 50 } },
  });
  expect(await night(60)).toHaveLength(8);
  await pool.query(`UPDATE "Proof" SET "cursor" = '15' WHERE "shop" = $1`, [current.shop]);
  const second = await night(60);
  expect(second).toEqual(["16", "17", "18", "19", "20", "21", "22", "23"]);
  expect((await night(60))[0]).toBe("24");
});

it("gives way to what else the shop has to do", async () => {
  await settled(3);
  await sync.arrive("orders/updated", order(99), { at: since });
  await askForProof(pool, current.shop);
  await prove(1);
  expect([pages, (await proof()).reason]).toEqual([[], "busy"]);
  await sync.run();
  await askForProof(pool, current.shop);
  await prove(1);
  expect(pages.flat().sort()).toEqual(["10", "11", "12"]);
});

it("looks for a night's orders while nobody waits for the shop's row", async () => {
  const all = await settled(3);
  await askForProof(pool, current.shop);
  const [holder, looker] = [await pool.connect(), await pool.connect()];
  try {
    await holder.query(`BEGIN; LOCK TABLE "OrderDifference" IN ACCESS EXCLUSIVE MODE`);
    const proving = prove(1);
    await eventually("the sample waits", async () => {
      const { rows } = await looker.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
            AND wait_event_type = 'Lock' AND query LIKE '%"OrderDifference"%'`,
      );
      return rows.length > 0;
    });
    const row = `SELECT 1 FROM "Shop" WHERE "domain" = $1 FOR NO KEY UPDATE NOWAIT`;
    expect((await looker.query(row, [current.shop])).rows).toHaveLength(1);
    await holder.query("COMMIT");
    await proving;
  } finally {
    await holder.query("ROLLBACK");
    holder.release();
    looker.release();
  }
  expect(pages.flat().sort()).toEqual(all);
});

it("takes no answer of null for a difference", async () => {
  const all = await settled(3);
  await askForProof(pool, current.shop);
  await prove(1, all);
  expect(await proof()).toMatchObject({ lastChecked: 0, lastDiffered: 0 });
  expect(current.errors).toEqual([]);
});
