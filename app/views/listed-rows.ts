import type pg from "pg";
import { type ListedRow, listedOfRow } from "./listed-order.ts";
import type { OrderFilter } from "./order-filter.ts";
import { bearsName, byIds, findOrders, type Searched } from "./order-search.ts";

/** An order of a list as it is read. */
export type Row = Omit<ListedRow, "planTotal"> & {
  planTotal: string | null;
  lastName: string | null;
  refundUntil: number | null;
};

/** A finding of at most so many orders is read from the index on its code. */
const fewFound = 4000;

/** A list of orders, as SQL on a row `o`: see `Searched`. */
type List = Omit<Searched, "query" | "more"> & {
  filter: OrderFilter;
  /** of `fewWithFinding` */
  few: string[] | null;
  /** the first of `values`, all that `order` and `keys` need */
  fixed: readonly unknown[];
  /** what the place of a row in the list is told by, beside its id */
  keys: string;
};

/**
 * Reads the first `limit` rows of a list from where its page begins. What a search or a rare finding
 * is about is read by its ids.
 */
export async function readRows<Keys>(
  pool: pg.Pool,
  { filter: { query, finding }, few, fixed, keys, ...list }: List,
  limit: number,
): Promise<(Row & Keys)[]> {
  const { walk, conditions, order } = list;
  const values = [...list.values];
  const bind = (value: unknown) => `$${values.push(value)}`;
  let of: string;
  let bound = values;
  if (few !== null) {
    const named = query === null ? [] : [bearsName(query, bind)];
    const all = [...conditions, ...named].join(" AND ");
    of = `SELECT * FROM ${byIds(bind(few))} o WHERE ${all} ORDER BY ${order} LIMIT ${limit}`;
  } else if (query !== null) {
    const more = finding === null ? [] : ["findings", "findingSeverity"];
    const found = await findOrders(pool, { ...list, query, more }, limit);
    bound = [...fixed, found];
    of = `SELECT * FROM ${byIds(`$${bound.length}`)} o`;
  } else {
    of = walk(limit);
  }
  const { rows } = await pool.query<Row & Keys>(
    `SELECT ${listedOfRow}, (extract(epoch FROM o."refundUntil") * 1000)::float8 AS "refundUntil",
            ${keys},
            (SELECT coalesce(d."state" #>> '{head,customer,lastName}',
                             d."state" #>> '{head,billingAddress,lastName}')
               FROM "OrderDocument" d WHERE d."shop" = $1 AND d."orderId" = o."id") AS "lastName"
       FROM (${of}) o
      ORDER BY ${order}`,
    bound,
  );
  return rows;
}

/**
 * The orders that bear a finding, if they are few: the indexes by time would be walked to their
 * ends for them. Null if they are many, so that such a walk soon has a page of them.
 */
export async function fewWithFinding(
  pool: pg.Pool,
  shop: string,
  { finding, view }: OrderFilter,
): Promise<string[] | null> {
  if (finding === null) return null;
  const { rows } = await pool.query<{ id: string }>(
    `SELECT "id" FROM "Order" WHERE "findingSeverity" IS NOT NULL
        AND finding_keys("shop", "findings") @> ARRAY[$1 || ' ' || $2]
        AND "shop" = $1 ${view === "attention" ? `AND "needsAttention"` : ""} LIMIT ${fewFound + 1}`,
    [shop, finding],
  );
  return rows.length > fewFound ? null : rows.map(({ id }) => id);
}

/** @param many whether orders with the finding are to be found on the way along the list */
export function filterConditions(
  { from, to, finding }: OrderFilter,
  many: boolean,
  timeZone: string,
  bind: (value: unknown) => string,
): string[] {
  const conditions: string[] = [];
  const midnight = (day: string, plus: number) =>
    `((${bind(day)}::date + ${plus})::timestamp AT TIME ZONE ${bind(timeZone)})`;
  if (from !== null) conditions.push(`o."placedAt" >= ${midnight(from, 0)}`);
  if (to !== null) conditions.push(`o."placedAt" < ${midnight(to, 1)}`);
  if (finding !== null && many) {
    conditions.push(`o."findings" @> ${bind(JSON.stringify([{ code: finding }]))}::jsonb`);
  }
  return conditions;
}
