import type pg from "pg";
import type { SaleKind } from "#app/order/sales/figures.ts";
import { numericId } from "#app/shopify/global-id.ts";
import { dayOf } from "#app/store/shop-day.ts";
import { type Grain, type Period, periodOf, type Span, stepOf } from "./periods.ts";

/** Sums of a period, or of a step of one; money in minor units of one currency. */
export type Earned = {
  orders: number;
  /** orders with a plan */
  protected: number;
  plans: number;
  refunded: number;
  /** what plans cost that are not refunded */
  net: number;
};

/** What a product's, a term's or a country's plans earned. `key` "": not known. */
export type EarnedBy = Omit<Earned, "orders" | "protected"> & {
  key: string;
  /** of a product */
  title: string | null;
  currency: string;
};

/** A product that is sold without a plan. */
export type Unprotected = {
  id: string;
  title: string | null;
  /** units that were sold without one */
  units: number;
  /** plans are offered for it, or were sold */
  hasPlans: boolean;
};

export type AnalyticsPage = {
  grain: Grain;
  period: Span;
  before: Span;
  /** of all money that is shown but in `by`: the currency that earned most in the period */
  currency: string;
  total: Earned;
  totalBefore: Earned;
  steps: (Earned & { from: string })[];
  by: Record<"product" | "term" | "country", EarnedBy[]>;
  unprotected: Unprotected[];
  /** months that a statement can be had of, the newest first: 2026-11 */
  months: string[];
  /** there are orders that were not counted yet */
  isCounting: boolean;
};

/** Rows of each table. */
const most = 10;
const statementMonths = 24;

type DayRow = {
  day: string;
  currency: string;
  orders: number;
  protected: number;
  plans: number;
  refunded: number;
  net: number;
};

/**
 * Reads what a shop's plans earned: from the figures by day, and by month where the days are too many;
 * no order is read. Holds no customer data.
 *
 * @param shop the shop of the session token
 * @param now epoch milliseconds
 */
export async function analyticsPage(
  pool: pg.Pool,
  shop: { domain: string; timeZone: string },
  grain: Grain,
  now: number,
): Promise<AnalyticsPage> {
  const { domain, timeZone } = shop;
  const today = dayOf(now, timeZone);
  const period = periodOf(grain, today);
  const [days, products, term, country, months, uncounted] = await Promise.all([
    readDays(pool, domain, { from: period.before.from, to: period.to }),
    readProducts(pool, domain, grain, period, now),
    readBy(pool, domain, grain, period, "term"),
    readBy(pool, domain, grain, period, "country"),
    readMonths(pool, domain, today),
    hasUncounted(pool, domain),
  ]);
  const inPeriod = days.filter(({ day }) => day >= period.from);
  const before = days.filter(({ day }) => day <= period.before.to);
  const currency = mainCurrency(inPeriod) ?? mainCurrency(before) ?? "";
  const byStep = Map.groupBy(inPeriod, ({ day }) => stepOf(grain, day));
  return {
    ...{ grain, period: { from: period.from, to: period.to }, before: period.before, currency },
    total: sumOf(inPeriod, currency),
    totalBefore: sumOf(before, currency),
    steps: period.steps.map((from) => ({ from, ...sumOf(byStep.get(from) ?? [], currency) })),
    by: { product: products.product, term, country },
    unprotected: products.unprotected,
    months,
    isCounting: uncounted,
  };
}

async function readDays(pool: pg.Pool, shop: string, { from, to }: Span): Promise<DayRow[]> {
  const { rows } = await pool.query<DayRow>(
    `SELECT "day"::text AS "day", "currency", "orders", "protected", "plans", "refunded",
            ("value" - "returned")::float8 AS "net"
       FROM "SaleCount"
      WHERE "shop" = $1 AND "span" = 'day' AND "kind" = 'all' AND "day" BETWEEN $2 AND $3`,
    [shop, from, to],
  );
  return rows;
}

/** A year's days of all products would be too many: its months are counted, too. */
function spanOf(grain: Grain): "day" | "month" {
  return grain === "month" ? "month" : "day";
}

async function readBy(
  pool: pg.Pool,
  shop: string,
  grain: Grain,
  { from, to }: Period,
  kind: Exclude<SaleKind, "all" | "product">,
): Promise<EarnedBy[]> {
  const { rows } = await pool.query<EarnedBy>(
    `SELECT "key", "currency", max("title") AS "title", sum("plans")::int AS "plans",
            sum("refunded")::int AS "refunded", sum("value" - "returned")::float8 AS "net"
       FROM "SaleCount"
      WHERE "shop" = $1 AND "span" = $2 AND "kind" = $3 AND "day" BETWEEN $4 AND $5
      GROUP BY "key", "currency" HAVING sum("plans") > 0
      ORDER BY sum("value" - "returned") DESC, "key" LIMIT ${most}`,
    [shop, spanOf(grain), kind, from, to],
  );
  return rows;
}

type ProductRow = EarnedBy & { units: number; byNet: number; byMissed: number };

/** By product: what earned most, and what was sold most without a plan. Both of one reading. */
async function readProducts(
  pool: pg.Pool,
  shop: string,
  grain: Grain,
  { from, to }: Period,
  now: number,
): Promise<{ product: EarnedBy[]; unprotected: Unprotected[] }> {
  const { rows } = await pool.query<ProductRow>(
    `SELECT * FROM (
       SELECT "key", "currency", max("title") AS "title", sum("plans")::int AS "plans",
              sum("refunded")::int AS "refunded", sum("value" - "returned")::float8 AS "net",
              sum("units")::int AS "units",
              row_number() OVER (ORDER BY sum("plans") = 0, sum("value" - "returned") DESC, "key")::int AS "byNet",
              row_number() OVER (ORDER BY "key" = '', sum("units" - "plans") DESC, "key")::int AS "byMissed"
         FROM "SaleCount"
        WHERE "shop" = $1 AND "span" = $2 AND "kind" = 'product' AND "day" BETWEEN $3 AND $4
        GROUP BY "key", "currency") AS products
      WHERE "byNet" <= ${most} OR "byMissed" <= ${most}`,
    [shop, spanOf(grain), from, to],
  );
  const product = rows
    .filter(({ plans, byNet }) => plans > 0 && byNet <= most)
    .sort((a, b) => a.byNet - b.byNet)
    .map(({ units, byNet, byMissed, ...earned }) => earned);
  const missed = rows
    .filter(({ key, units, plans, byMissed }) => key !== "" && units > plans && byMissed <= most)
    .sort((a, b) => a.byMissed - b.byMissed);
  const { rows: offered } = await pool.query<{ id: string }>(
    `SELECT DISTINCT "productId" AS "id" FROM "PlanOffer"
      WHERE "shop" = $1 AND "productId" = ANY($2)
        AND ("validUntil" IS NULL OR "validUntil" > $3)`,
    [shop, missed.map(({ key }) => key), new Date(now)],
  );
  const { rows: bare } = await pool.query<{ id: string }>(
    `SELECT "productId" AS "id" FROM "UncoveredProduct" WHERE "shop" = $1 AND "productId" = ANY($2)`,
    [shop, missed.map(({ key }) => `gid://shopify/Product/${key}`)],
  );
  const ids = new Set(offered.map(({ id }) => id));
  // whose plans were taken off may have sold some, by an offer that is not over
  const without = new Set(bare.map(({ id }) => numericId(id)));
  const unprotected = missed.map(({ key, title, units, plans }) => ({
    ...{ id: key, title, units: units - plans },
    hasPlans: !without.has(key) && (plans > 0 || ids.has(key)),
  }));
  return { product, unprotected };
}

async function readMonths(pool: pg.Pool, shop: string, today: string): Promise<string[]> {
  const { rows } = await pool.query<{ first: string | null }>(
    `SELECT min("day")::text AS "first" FROM "SaleCount"
      WHERE "shop" = $1 AND "span" = 'day' AND "kind" = 'all' AND "plans" > 0`,
    [shop],
  );
  const first = rows[0]?.first?.slice(0, 7);
  if (!first) return [];
  const date = new Date(today);
  return Array.from({ length: statementMonths }, (_, index) =>
    new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - index, 1))
      .toISOString()
      .slice(0, 7),
  ).filter((month) => month >= first);
}

/** Looks at the oldest and the newest order: what was stored before there were figures is counted at night. */
async function hasUncounted(pool: pg.Pool, shop: string): Promise<boolean> {
  const one = (direction: string) => `(SELECT "sale", "status" FROM "Order" WHERE "shop" = $1
     ORDER BY "placedAt" ${direction}, "id" LIMIT 1)`;
  const { rowCount } = await pool.query(
    `SELECT 1 FROM (${one("")} UNION ALL ${one("DESC")}) AS ends
      WHERE "sale" IS NULL AND "status" <> 'waiting' LIMIT 1`,
    [shop],
  );
  return (rowCount ?? 0) > 0;
}

function mainCurrency(rows: readonly DayRow[]): string | null {
  const money = new Map<string, number>();
  for (const { currency, net, plans } of rows) {
    if (currency !== "") money.set(currency, (money.get(currency) ?? 0) + net + plans);
  }
  return [...money].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

/** Money of other currencies is left out; orders and plans count whatever they were paid in. */
function sumOf(rows: readonly DayRow[], currency: string): Earned {
  const sum: Earned = { orders: 0, protected: 0, plans: 0, refunded: 0, net: 0 };
  for (const row of rows) {
    sum.orders += row.orders;
    sum.protected += row.protected;
    sum.plans += row.plans;
    sum.refunded += row.refunded;
    if (row.currency === currency) sum.net += row.net;
  }
  return sum;
}
