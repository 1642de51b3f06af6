import type pg from "pg";
import { firstRows } from "#app/database/first-rows.ts";
import { decimalText } from "#app/order/money.ts";
import type { Sale, SoldPlanLine } from "#app/order/sales/sale.ts";
import type { OrderStatus } from "#app/store/order.ts";
import type { Translate } from "#app/texts/i18n.ts";
import { type CsvManner, csvMannerOf } from "#app/views/csv-manner.ts";
import { csvLine } from "#app/views/order-csv.ts";

type Source = {
  pool: pg.Pool;
  shop: string;
  timeZone: string;
  /** 2026-11 */
  month: string;
  t: Translate;
  locale: string;
};

type Row = {
  id: string;
  name: string | null;
  status: OrderStatus;
  /** as PostgreSQL writes it, to the microsecond */
  at: string;
  sale: Sale;
};

/** Plans, units and money of one currency, minor units. */
type Sum = { units: number; total: number; refunded: number; returned: number };

const pageSize = 500;

/**
 * Every plan that was sold in a month of the shop's time zone as CSV (RFC 4180), with the ids that
 * Hakuna knows it by and what became of it by now, the sums of each currency below. In pieces, a page
 * of orders at a time. Holds no customer data, and is the same when documents are gone.
 */
export async function* statementOf(source: Source): AsyncGenerator<string> {
  const { t, locale, timeZone } = source;
  const manner = csvMannerOf(locale, timeZone);
  const line = (cells: readonly string[]) => csvLine(cells, manner.separator);
  const sums = new Map<string, Sum>();
  // The mark tells spreadsheets that this is UTF-8.
  yield `\uFEFF${line(columns.map((column) => t(`analytics.statement.column.${column}`)))}`;
  for await (const orders of ordersOf(source)) {
    let text = "";
    for (const order of orders) {
      for (const plan of order.sale.plans) {
        addTo(sums, plan);
        text += line(columns.map((column) => cellsOf(order, plan, t, manner)[column]));
      }
    }
    yield text;
  }
  for (const [currency, sum] of [...sums].sort()) {
    const cells = sumCells(sum, currency, manner);
    yield line(
      columns.map((column) =>
        column === "date" ? t("analytics.statement.sum") : (cells[column] ?? ""),
      ),
    );
  }
}

const columns = [
  ...(["date", "order", "orderId", "status", "plan", "lineId", "product", "productId"] as const),
  ...(["offerId", "planId", "term", "units", "price", "total", "currency"] as const),
  ...(["refunded", "returned", "refundedAt", "net"] as const),
];
type Column = (typeof columns)[number];

function cellsOf(
  { id, name, status, at, sale }: Row,
  plan: SoldPlanLine,
  t: Translate,
  manner: CsvManner,
): Record<Column, string> {
  const { price, currency, units, refunded } = plan;
  const money = moneyIn(currency, manner);
  const isCancelled = sale.cancelledAt !== null;
  return {
    date: manner.time.format(Date.parse(at)),
    order: name ?? "",
    orderId: id,
    status: t(isCancelled ? "analytics.statement.cancelled" : `common.status.${status}`),
    plan: plan.title,
    lineId: plan.lineId,
    product: plan.productTitle ?? "",
    productId: plan.productId ?? "",
    offerId: plan.offerId ?? "",
    planId: plan.planId ?? "",
    term: plan.termMonths === null ? "" : String(plan.termMonths),
    units: String(units),
    price: money(price),
    total: money(units * price),
    currency,
    refunded: String(refunded),
    returned: money(refunded * price),
    refundedAt: refunded > 0 && plan.refundedAt !== null ? manner.time.format(plan.refundedAt) : "",
    net: money((units - refunded) * price),
  };
}

function sumCells(
  { units, total, refunded, returned }: Sum,
  currency: string,
  manner: CsvManner,
): Partial<Record<Column, string>> {
  const money = moneyIn(currency, manner);
  return {
    ...{ units: String(units), total: money(total), currency, refunded: String(refunded) },
    ...{ returned: money(returned), net: money(total - returned) },
  };
}

function moneyIn(currency: string, { point }: CsvManner): (amount: number) => string {
  return (amount) => decimalText(amount, currency).replace(".", point);
}

function addTo(sums: Map<string, Sum>, { currency, price, units, refunded }: SoldPlanLine): void {
  const sum = sums.get(currency) ?? { units: 0, total: 0, refunded: 0, returned: 0 };
  sum.units += units;
  sum.total += units * price;
  sum.refunded += refunded;
  sum.returned += refunded * price;
  sums.set(currency, sum);
}

/** The month's orders with plans, the oldest first. Its days in any time zone lie within fourteen hours of UTC's. */
async function* ordersOf({ pool, shop, month }: Source): AsyncGenerator<Row[]> {
  const hours = 14 * 3_600_000;
  const [year = 0, number = 1] = month.split("-").map(Number);
  const from = new Date(Date.UTC(year, number - 1, 1) - hours);
  const to = new Date(Date.UTC(year, number, 1) + hours);
  for (let after: [string, string] | null = [from.toISOString(), ""]; after !== null; ) {
    const { rows }: pg.QueryResult<Row> = await pool.query(
      `SELECT "id", "name", "status", "placedAt"::text AS "at", "sale" FROM "Order"
        WHERE "shop" = $1 AND "placedAt" >= $2 AND "placedAt" < $4
          AND ("placedAt" > $2 OR "id" > $3) AND "planUnits" > 0 AND "sale" IS NOT NULL
        ORDER BY "placedAt", "id" ${firstRows(pageSize)}`,
      [shop, ...after, to],
    );
    yield rows.filter(({ sale }) => sale.day?.startsWith(month));
    const last = rows.at(-1);
    after = last && rows.length === pageSize ? [last.at, last.id] : null;
  }
}
