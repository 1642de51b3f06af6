import { readFileSync } from "node:fs";
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { afterAll, expect, it } from "vitest";
import { pairByHand, unpair } from "#app/actions/order-actions.ts";
import { PrismaClient } from "#app/database/generated/prisma/client.ts";
import { openDatabase } from "#app/db.server.ts";
import { createLog } from "#app/foundation/log.server.ts";
import type { FeedOrder } from "#app/order/feed-order.ts";
import { orderPage } from "#app/views/order-page.ts";
import { upgradePreview } from "#app/views/upgrade-preview.ts";
import type { TestDatabase } from "#test/world/shared-postgres.ts";
import { formerDatabase } from "./former-database.ts";
import { type Payload, syncByHand } from "./sync-by-hand.ts";

const root = new URL("../../", import.meta.url);

/**
 * What a shop's database held before states of version 2: rows that the code of that time wrote, each
 * with its table's name. 101: two products and two plans that earlier rules paired crosswise. 102: a
 * removal that was taken back. 103: a draft order. 104: shipped. 105: skipped. 106: a lone refund.
 */
const rows: [string, Payload][] = readFileSync(
  new URL("test/fixtures/version-1.jsonl", root),
  "utf8",
)
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

/** A database of that version with these rows, to which the migrations since were applied. */
async function upgraded(): Promise<TestDatabase> {
  const isRecord = ([table]: [string, Payload]) => table === "_prisma_migrations";
  const applied = rows.filter(isRecord).map(([, row]) => String(row.migration_name));
  const database = await formerDatabase(applied);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  for (const [table, row] of rows.filter((one) => !isRecord(one))) {
    await client.query(
      `INSERT INTO "${table}" SELECT * FROM jsonb_populate_record(NULL::"${table}", $1)`,
      [JSON.stringify(row)],
    );
  }
  await client.end();
  const { close } = await openDatabase({ url: database.url, log: createLog("warn") });
  await close();
  return database;
}

const { current, pool, context, hakuna, arrive, run } = await syncByHand(await upgraded());

const prisma = new PrismaClient({
  adapter: new PrismaPg({ connectionString: context.config.DATABASE_URL ?? "" }),
});
afterAll(() => prisma.$disconnect());

const stored = "stored.myshopify.com";

it("has the cancelled orders of a shop that was there read once more, and of no new one", async () => {
  await pool.query(`INSERT INTO "Shop" ("domain") VALUES ('new.myshopify.com')`);
  const { rows } = await pool.query(
    `SELECT "domain", "keptLookAt" < now() AS "due", "keptAfter" FROM "Shop"
      WHERE "domain" IN ($1, 'new.myshopify.com') ORDER BY "domain"`,
    [stored],
  );
  expect(rows).toEqual([
    { domain: "new.myshopify.com", due: null, keptAfter: "" },
    { domain: stored, due: true, keptAfter: "" },
  ]);
});

it("tells what the rules of now change about what was stored", async () => {
  expect(await upgradePreview(pool, stored)).toEqual({
    shop: stored,
    orders: 4,
    same: 3,
    differ: { address: ["103"] },
    keptPairs: ["101"],
  });
});

it("shows on an order's page the pairs that Hakuna has", async () => {
  const page = await orderPage({ prisma, pool }, stored, "101");
  const pairs = page?.pairs.map(({ productLineId, planLineId }) => [productLineId, planLineId]);
  expect(pairs).toEqual([
    ["1", "3"],
    ["2", "4"],
  ]);
  // only the version of the state differs
  expect(page?.payload?.differs).toBe(false);
});

it("reads what was stored as it was meant, and keeps the pairs that Hakuna has", async () => {
  current.shop = stored;
  const sealed = context.secrets.seal("sk_test_demo", stored);
  await pool.query(`UPDATE "Shop" SET "apiKeySealed" = $2 WHERE "domain" = $1`, [stored, sealed]);
  // a tag was added to each: nothing that the feed is told of
  for (const id of [101, 102, 104]) await arrive("orders/updated", again(id, "12:30"));
  await run();
  expect(hakuna.last("101")).toBeNull();
  expect(hakuna.last("104")).toBeNull();
  // the newest head says what is gone: nothing
  expect(refundsOf(hakuna.last("102"))).toEqual([[], []]);

  // an address was changed: all of the order is told again, its pairs as they were
  await arrive("orders/updated", again(101, "13:00", { billing_address: address("Neuer Weg 2") }));
  await run();
  const told = hakuna.last("101") as FeedOrder;
  expect(told.customer_billing_address.address_line_1).toBe("Neuer Weg 2");
  expect(pairsOf(told)).toEqual({ "1": "3", "2": "4" });

  // what a person pairs is theirs to undo, and what Hakuna had accepted goes with it
  const byHand = { productLineId: "1", planLineId: "4", offerId: null, planId: null };
  await pairByHand(context, stored, "101", byHand, "test");
  await unpair(context, stored, "101", "1", "test");
  await run();
  expect(pairsOf(hakuna.last("101") as FeedOrder)).toMatchObject({ "2": "4" });
  expect(pairsOf(hakuna.last("101") as FeedOrder)["1"]).not.toBe("4");

  // the same order of a shop that comes afterwards goes by the rules alone
  await arrive("orders/create", { ...again(101, "13:00"), id: 201 });
  await run();
  expect(pairsOf(hakuna.last("201") as FeedOrder)).toEqual({ "1": "4", "2": "3" });
});

function pairsOf(order: FeedOrder) {
  return Object.fromEntries(
    order.line_items.flatMap(({ id, custom_properties: { protection_line_item_id: plan } }) =>
      plan ? [[id, plan]] : [],
    ),
  );
}

function refundsOf(order: unknown) {
  return (order as FeedOrder | null)?.line_items.map(({ refunds }) => refunds);
}

/** Shopify's webhook of the order as it was stored, at a later time of that day. */
function again(id: number, time: string, more: Payload = {}): Payload {
  const isCrossed = id === 101;
  const names = { properties: [{ name: "_hakuna_protection", value: "2900" }] };
  const ref = [{ name: "_hakuna_ref", value: "a" }];
  const at = "2026-11-20T10:00:00+01:00";
  return {
    ...{ id, name: `#${id}`, created_at: at, processed_at: at, cancelled_at: null, test: false },
    ...{ updated_at: `2026-11-20T${time}:00+01:00`, financial_status: "paid", currency: "EUR" },
    ...{ email: "erika@example.com", phone: null, shipping_address: null },
    customer: {
      ...{ id: 77, first_name: "Erika", last_name: "Vogelsang", email: "erika@example.com" },
      ...{ phone: null, default_address: null },
    },
    billing_address: address("Musterstrasse 1"),
    line_items: isCrossed
      ? [
          line(1, names),
          line(2, names),
          plan(3, [{ name: "_hakuna_product", value: "1002" }], { product_id: 2900 }),
          plan(4, [{ name: "_hakuna_product", value: "1001" }], { product_id: 2900 }),
        ]
      : [line(1, { properties: ref }), plan(2, ref)],
    fulfillments: [],
    refunds: [],
    ...more,
  };
}

function address(street: string): Payload {
  return {
    ...{
      first_name: "Erika",
      last_name: "Vogelsang",
      phone: null,
      address1: street,
      address2: null,
    },
    ...{ city: "Musterstadt", zip: "12345", country_code: "DE" },
  };
}

function line(id: number, more: Payload): Payload {
  return {
    ...{ id, quantity: 1, current_quantity: 1, title: `Line ${id}`, vendor: "Radwerk", sku: null },
    ...{ variant_id: id + 1000, product_id: id + 2000, gift_card: false, requires_shipping: true },
    ...{ price_set: price("100.00"), discount_allocations: [] },
    ...more,
  };
}

function plan(id: number, links: object[], more: Payload = {}): Payload {
  const ids = [
    { name: "_hakuna_offer_id", value: "off-1" },
    { name: "_hakuna_plan_id", value: "pl-1" },
  ];
  return line(id, {
    ...{ title: `Plan ${id}`, vendor: "hakuna", requires_shipping: false },
    ...{ price_set: price("12.00"), properties: [...ids, ...links] },
    ...more,
  });
}

function price(amount: string): Payload {
  const money = { amount, currency_code: "EUR" };
  return { shop_money: money, presentment_money: money };
}
