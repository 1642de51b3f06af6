import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pageOfOrders } from "#app/views/list-in-parts.ts";
import { orderFilterOf, type Position } from "#app/views/order-filter.ts";
import { createDatabase } from "#test/world/shared-postgres.ts";
import { fillRows } from "./fill-rows.ts";

const { url } = await createDatabase();
const pool = new pg.Pool({ connectionString: url });
const small = "small.myshopify.com";
/** More orders need attention, and bear a finding, than are looked through in the order of the list. */
const large = "large.myshopify.com";

beforeAll(async () => {
  await fillRows(pool, small, { orders: 300, ids: 1_000_000 });
  await fillRows(pool, large, { orders: 45_000, ids: 2_000_000 });
  // of those that need attention one of three is in time, one is late, one has no deadline
  await pool.query(
    `UPDATE "Order" SET "refundUnits" = 1, "refundUntil" = now() + CASE "id"::int / 10 % 3
            WHEN 0 THEN interval '1 day' + "id"::int % 7 * interval '1 hour'
            WHEN 1 THEN - interval '1 day' - "id"::int % 7 * interval '1 hour' END
      WHERE "needsAttention"`,
  );
});

afterAll(() => pool.end());

type Listed = { id: string; name: string; placedAt: Date; refundUntil: number | null };

/** The ids in the order that is promised, made without the list's SQL. */
async function expected(shop: string, isMeant: (name: string) => boolean): Promise<string[]> {
  const { rows } = await pool.query<Listed>(
    `SELECT "id", "name", "placedAt", (extract(epoch FROM "refundUntil") * 1000000)::float8 AS "refundUntil"
       FROM "Order" WHERE "shop" = $1 AND "needsAttention"`,
    [shop],
  );
  const now = Date.now() * 1000;
  const partOf = ({ refundUntil: until }: Listed) => (until === null ? 1 : until >= now ? 0 : 2);
  const within = (one: Listed) =>
    [one.refundUntil ?? 0, -one.placedAt.getTime(), -(one.refundUntil ?? 0)][partOf(one)] ?? 0;
  return rows
    .filter(({ name }) => isMeant(name))
    .sort((a, b) => partOf(a) - partOf(b) || within(a) - within(b) || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
}

/** All pages from the first one to the last, then back to the first. */
async function walk(shop: string, address: string, limit: number, sort = "deadline") {
  const filter = orderFilterOf(new URLSearchParams(address));
  expect(filter.sort).toBe(sort);
  const forth: string[] = [];
  let back: string[] = [];
  let position: Position = null;
  let previous: string | null;
  for (;;) {
    const page = await pageOfOrders(pool, shop, "UTC", filter, position, limit);
    forth.push(...page.orders.map(({ id }) => id));
    previous = page.previous;
    if (page.next === null) {
      back = page.orders.map(({ id }) => id);
      break;
    }
    position = { direction: "after", cursor: page.next };
  }
  while (previous !== null) {
    position = { direction: "before", cursor: previous };
    const page = await pageOfOrders(pool, shop, "UTC", filter, position, limit);
    back.unshift(...page.orders.map(({ id }) => id));
    previous = page.previous;
  }
  return { forth, back };
}

describe.each(["attention", "refund"])("the tab %s, the nearest deadline first", (view) => {
  it.each([
    ["as it is", small, "", 7, () => true],
    ["with a finding", small, "&finding=plan_without_product", 7, () => true],
    ["searched", small, "&query=1", 3, (name: string) => name.startsWith("#1")],
    [
      "searched, with a finding",
      small,
      "&query=1&finding=plan_without_product",
      3,
      (name: string) => name.startsWith("#1"),
    ],
    [
      "searched where it is long",
      large,
      "&query=%23299",
      10,
      (name: string) => name.startsWith("#299"),
    ],
    [
      "searched, with a finding that many bear",
      large,
      "&query=%23299&finding=plan_without_product",
      10,
      (name: string) => name.startsWith("#299"),
    ],
  ])("%s: every order once, forth and back", async (_, shop, more, limit, isMeant) => {
    const ids = await expected(shop, isMeant);
    const { forth, back } = await walk(shop, `view=${view}${more}`, limit);
    expect(forth).toEqual(ids);
    expect(back).toEqual(ids);
  });
});

describe.each(["attention", "refund"])("the tab %s, the highest value first", (view) => {
  it.each([
    ["as it is", "", 7, "#"],
    ["searched", "&query=1", 3, "#1"],
  ])("%s: every order once, forth and back", async (_, more, limit, start) => {
    // some of one value, and some of none that is known
    await pool.query(
      `UPDATE "Order" SET "planTotal" = CASE WHEN "id"::bigint % 5 > 0 THEN "id"::bigint % 5 * 1000 END
        WHERE "shop" = $1`,
      [small],
    );
    const { rows } = await pool.query<{ id: string; total: string | null; placedAt: Date }>(
      `SELECT "id", "planTotal" AS "total", "placedAt" FROM "Order"
        WHERE "shop" = $1 AND "needsAttention" AND "name" LIKE $2`,
      [small, `${start}%`],
    );
    const ids = rows
      .sort(
        (a, b) =>
          Number(b.total ?? -1) - Number(a.total ?? -1) ||
          (a.total === null ? b.placedAt.getTime() - a.placedAt.getTime() : 0) ||
          (a.id < b.id ? -1 : 1),
      )
      .map(({ id }) => id);
    const { forth, back } = await walk(small, `view=${view}&sort=value${more}`, limit, "value");
    expect(ids.length).toBeGreaterThan(limit);
    expect(forth).toEqual(ids);
    expect(back).toEqual(ids);
  });
});

it("the place of an order in a list that is sorted otherwise is none: the list begins", async () => {
  // the last by deadline lies behind all that is sorted by value
  const late = Buffer.from("2 1700000000000000 1000001").toString("base64url");
  const filter = orderFilterOf(new URLSearchParams("view=attention&sort=value"));
  const begins = await pageOfOrders(pool, small, "UTC", filter, null, 5);
  for (const direction of ["after", "before"] as const) {
    const position = { direction, cursor: late };
    expect(await pageOfOrders(pool, small, "UTC", filter, position, 5)).toEqual(begins);
  }
});
