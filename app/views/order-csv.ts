import type pg from "pg";
import { currencyDecimals } from "#app/order/money.ts";
import type { Translate } from "#app/texts/i18n.ts";
import { noteText } from "#app/texts/order-texts.ts";
import { type CsvManner, csvMannerOf } from "./csv-manner.ts";
import { pageOfOrders } from "./list-in-parts.ts";
import type { OrderFilter } from "./order-filter.ts";
import type { OrderOfList } from "./order-list.ts";

type Source = {
  pool: pg.Pool;
  shop: string;
  timeZone: string;
  filter: OrderFilter;
  t: Translate;
  locale: string;
};

const pageSize = 1000;

/**
 * The filtered list as CSV (RFC 4180), in pieces, a page of orders at a time: the memory it takes
 * does not grow with the list.
 */
export async function* csvOfOrders(source: Source): AsyncGenerator<string> {
  const { pool, shop, timeZone, filter, t, locale } = source;
  // The mark tells spreadsheets that this is UTF-8.
  const manner = csvMannerOf(locale, timeZone);
  yield `\uFEFF${csvLine(headings(t), manner.separator)}`;
  let cursor: string | null = null;
  do {
    const { orders, next } = await pageOfOrders(
      pool,
      shop,
      timeZone,
      filter,
      cursor === null ? null : { direction: "after", cursor },
      pageSize,
    );
    yield orders
      .map((order) => csvLine(cells(order, t, locale, manner), manner.separator))
      .join("");
    cursor = next;
  } while (cursor !== null);
}

function headings(t: Translate): string[] {
  return [
    t("orders.exportHeading.id"),
    t("orders.column.order"),
    t("orders.column.date"),
    t("orders.column.customer"),
    t("orders.exportHeading.units"),
    t("orders.exportHeading.planTotal"),
    t("orders.exportHeading.currency"),
    t("orders.column.status"),
    t("queue.needsAttention"),
    t("queue.refundUntil"),
    t("orders.column.note"),
  ];
}

function cells(order: OrderOfList, t: Translate, locale: string, manner: CsvManner): string[] {
  const { planTotal, note } = order;
  return [
    order.id,
    order.name ?? "",
    manner.time.format(order.placedAt),
    order.lastName ?? "",
    String(order.planUnits),
    planTotal ? decimal(planTotal.amount, planTotal.currency).replace(".", manner.point) : "",
    planTotal?.currency ?? "",
    t(`common.status.${order.status}`),
    t(order.needsAttention ? "queue.yes" : "queue.no"),
    order.refundUntil === null ? "" : manner.time.format(order.refundUntil),
    note ? noteText(t, locale, note) : "",
  ];
}

function decimal(amount: number, currency: string): string {
  const decimals = currencyDecimals(currency);
  return (amount / 10 ** decimals).toFixed(decimals);
}

/** What begins a formula, also in its full-width form. */
const formulaMarks = "=+\\-@＝＋－＠";

/**
 * Where a spreadsheet may see a formula begin: in front of a mark, whatever blanks and quotes stand
 * between, at the start of the cell or behind a character at which another spreadsheet splits cells
 * or lines (a German Excel splits at semicolons and then does not see our quotes). Also in front of a
 * cell that begins with a tab or a line's end.
 */
const formulaStart = new RegExp(
  `^(?=[\\t\\r\\n])|(^|[;\\t\\r\\n])(?=[\\s\\p{C}"]*[${formulaMarks}])`,
  "gu",
);

/** One line, each cell in quotes. What a spreadsheet would take for a formula is led by an apostrophe. */
export function csvLine(cells: readonly string[], separator: "," | ";" = ","): string {
  const quoted = cells.map((cell) => {
    const text = cell.replace(formulaStart, (before) => `${before}'`);
    return `"${text.replaceAll(`"`, `""`)}"`;
  });
  return `${quoted.join(separator)}\r\n`;
}
