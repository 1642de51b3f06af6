import { describe, expect, it } from "vitest";
import { recountSales } from "#app/analytics/recount-sales.ts";
import { eventually } from "./client.ts";
import { insured, type Payload, syncByHand } from "./sync-by-hand.ts";

const { current, pool, context, take, setShop, stored } = await syncByHand();

type Figures = Record<string, unknown>;

async function figures(kind: string, span = "day"): Promise<Figures[]> {
  const { rows } = await pool.query<Figures>(
    `SELECT "day"::text, "key", "currency", "title", "orders", "protected", "units", "plans", "refunded",
            "value"::float8, "returned"::float8
       FROM "SaleCount" WHERE "shop" = $1 AND "kind" = $2 AND "span" = $3 ORDER BY "day", "key"`,
    [current.shop, kind, span],
  );
  return rows;
}

const bike = (id: number, more: Payload = {}) => {
  const order = insured(id, more) as { line_items: Payload[] };
  Object.assign(order.line_items[0] ?? {}, { product_id: 77, title: "City bike" });
  return order as Payload;
};

/** Without its plan. */
const plain = (id: number, more: Payload = {}) => {
  const order = bike(id, more) as { line_items: Payload[] };
  return { ...order, line_items: order.line_items.slice(0, 1) } as Payload;
};

describe("what plans earn", () => {
  it("counts every order by the shop's day, with its product, country and money, and once", async () => {
    await setShop("timeZone", "Pacific/Auckland");
    await take("orders/create", bike(1));
    await take("orders/create", bike(1));
    await take("orders/create", plain(2));
    // ten in the morning in Greenwich is late in the evening there, and eleven the next day
    await take("orders/create", plain(3, { created_at: "2026-11-24T11:00:00Z" }));
    const none = { units: 0, plans: 0, refunded: 0, value: 0, returned: 0, title: null };
    expect(await figures("all")).toEqual([
      {
        ...{ ...none, day: "2026-11-24", key: "", currency: "EUR", orders: 2, protected: 1 },
        ...{ plans: 1, value: 100 },
      },
      { ...none, day: "2026-11-25", key: "", currency: "EUR", orders: 1, protected: 0 },
    ]);
    expect(await figures("product", "month")).toMatchObject([
      { day: "2026-11-01", key: "77", title: "City bike", units: 3, plans: 1, value: 100 },
    ]);
    expect(await figures("country")).toMatchObject([{ key: "de", plans: 1, value: 100 }]);
    expect(await figures("term")).toMatchObject([{ key: "", plans: 1 }]);
  });

  it("takes a refund and a cancellation off, and keeps nothing else of an order without a plan", async () => {
    await take("orders/create", bike(1));
    await take("orders/create", bike(2));
    const refund = {
      ...{ id: 9, created_at: "2026-11-24T11:00:00Z", processed_at: "2026-11-24T11:00:00Z" },
      refund_line_items: [{ id: 1, line_item_id: 2, quantity: 1 }],
    };
    const later = { updated_at: "2026-11-24T11:00:00Z" };
    await take("orders/updated", bike(1, { ...later, refunds: [refund] }));
    await take("orders/updated", bike(2, { ...later, cancelled_at: "2026-11-24T11:00:00Z" }));
    expect(await figures("all")).toMatchObject([
      { orders: 2, protected: 2, plans: 2, refunded: 2, value: 200, returned: 200 },
    ]);
    await take("orders/create", plain(3));
    expect(await stored(3)).toMatchObject({
      status: "skipped",
      sale: { plans: [], country: null, products: [{ id: "77", units: 1 }] },
    });
  });

  it("does not count tests that are not sent", async () => {
    await setShop("environment", "production");
    await take("orders/create", { ...bike(1), test: true });
    expect(await stored(1)).toMatchObject({ status: "skipped", sale: { day: null } });
    expect(await figures("all")).toEqual([]);
  });
});

describe("the nightly recount", () => {
  const recount = () => recountSales(context, current.shop);

  it("sets wrong figures right, of days and of months", async () => {
    await take("orders/create", bike(1));
    const right = [await figures("all"), await figures("product"), await figures("term", "month")];
    expect(await recount()).toEqual({ shop: current.shop, counted: 0, wrong: 0 });
    await pool.query(
      `UPDATE "SaleCount" SET "plans" = "plans" + 3, "changes" = "changes" + 1 WHERE "shop" = $1`,
      [current.shop],
    );
    await pool.query(`DELETE FROM "SaleCount" WHERE "shop" = $1 AND "kind" = 'country'`, [
      current.shop,
    ]);
    expect(await recount()).toMatchObject({ wrong: 7 });
    expect([
      await figures("all"),
      await figures("product"),
      await figures("term", "month"),
    ]).toEqual(right);
    expect(await figures("country", "month")).toMatchObject([{ key: "de", plans: 1 }]);
    expect(await recount()).toMatchObject({ wrong: 0 });
  });

  it("sets right once what two of them find wrong", async () => {
    await take("orders/create", bike(1));
    const right = [await figures("all"), await figures("term", "month")];
    await pool.query(
      `UPDATE "SaleCount" SET "plans" = "plans" + 3, "changes" = "changes" + 1 WHERE "shop" = $1`,
      [current.shop],
    );
    const holder = await pool.connect();
    await holder.query("BEGIN");
    await holder.query(`SELECT 1 FROM "Shop" WHERE "domain" = $1 FOR UPDATE`, [current.shop]);
    const both = Promise.all([recount(), recount()]);
    await eventually("both have found it, and wait", async () => {
      const { rows } = await pool.query<{ waiting: number }>(
        `SELECT count(*)::int AS waiting FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rows[0]?.waiting === 2;
    });
    await holder.query("ROLLBACK");
    holder.release();
    await both;
    expect([await figures("all"), await figures("term", "month")]).toEqual(right);
  });

  it("waits for nobody who is at the shop, where all is right", async () => {
    await take("orders/create", bike(1));
    const holder = await pool.connect();
    try {
      await holder.query("BEGIN");
      await holder.query(`SELECT 1 FROM "Shop" WHERE "domain" = $1 FOR UPDATE`, [current.shop]);
      expect(await recount()).toMatchObject({ wrong: 0 });
    } finally {
      await holder.query("ROLLBACK");
      holder.release();
    }
  });

  it("looks at no day twice that has not changed", async () => {
    await take("orders/create", bike(1));
    await recount();
    await pool.query(`UPDATE "SaleCount" SET "plans" = 9 WHERE "shop" = $1`, [current.shop]);
    expect(await recount()).toMatchObject({ wrong: 0 });
    await take("orders/create", bike(2));
    expect(await recount()).toMatchObject({ wrong: 7 });
  });

  it("counts what was stored before there were figures", async () => {
    await take("orders/create", bike(1));
    await take("orders/create", plain(2));
    const right = [await figures("all"), await figures("product", "month")];
    const before = (await stored(1)).sale;
    await pool.query(`DELETE FROM "SaleCount" WHERE "shop" = $1`, [current.shop]);
    await pool.query(`UPDATE "Order" SET "sale" = NULL WHERE "shop" = $1`, [current.shop]);
    expect(await recount()).toMatchObject({ counted: 2, wrong: 0 });
    expect([await figures("all"), await figures("product", "month")]).toEqual(right);
    expect((await stored(1)).sale).toEqual(before);
    expect(await recount()).toMatchObject({ counted: 0 });
  });
});

it("is changed once where an order is new, and not at all while only its delivery goes on", async () => {
  await take("orders/create", bike(1));
  expect(await stored(1)).toMatchObject({ status: "sent" });
  const { rows } = await pool.query(`SELECT "changes" FROM "SaleCount" WHERE "shop" = $1`, [
    current.shop,
  ]);
  // the day and by it, and by month, product, term and country
  expect(rows).toEqual(Array.from({ length: 7 }, () => ({ changes: 1 })));
});
