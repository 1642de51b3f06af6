import type pg from "pg";
import { firstRows } from "#app/database/first-rows.ts";
import {
  amongOfCustomers,
  fewOfCustomers,
  isOfCustomer,
  mayBeLastName,
  ordersOfCustomers,
} from "./last-names.ts";

/** So many orders of the list are looked at before the index on the names is. */
const window = 2000;

/** What the index on the names holds. */
const indexed = [
  ...["id", "placedAt", "status", "planUnits", "planTotal", "needsAttention"],
  ...["refundUnits", "refundUntil"],
];

type Bind = (value: unknown) => string;

/** Which orders of a list are searched, as SQL: see `listOrders`. */
export type Searched = {
  /** the start of an order's name, with or without `#`, or of the customer's last name, or the whole id */
  query: string;
  /** reads so many orders of the list from where the page begins, in its order */
  walk: (limit: number) => string;
  /** what orders of the list have in common: conditions on a row `o` */
  conditions: readonly string[];
  /** columns that the conditions are about besides those of the index on the names */
  more: readonly string[];
  /** how the list is sorted */
  order: string;
  values: unknown[];
};

/**
 * The ids of the first `limit` orders of a list that bear a name, an id or a customer's last name. Most often the list is
 * short, or the first of it bear such a name. Where neither is so, all that bear such a name are
 * looked through, in an index that holds all that tabs and sorting ask for.
 */
export async function findOrders(
  pool: pg.Pool,
  { query, walk, conditions, more, order, values }: Searched,
  limit: number,
): Promise<string[]> {
  const { rows: first } = await pool.query<{ id: string; name: string | null }>(
    `SELECT o."id", o."name" FROM (${walk(window)}) o ORDER BY ${order}`,
    values,
  );
  const starts = startsOf(query);
  const shop = String(values[0]);
  const few = mayBeLastName(query) ? await fewOfCustomers(pool, shop, query) : [];
  const ids = first.map(({ id }) => id);
  const ofCustomers = new Set(few ?? (await amongOfCustomers(pool, shop, query, ids)));
  const isFound = ({ id, name }: { id: string; name: string | null }) =>
    id === query || ofCustomers.has(id) || starts.some((start) => name?.startsWith(start));
  const found = first.filter(isFound).map(({ id }) => id);
  if (found.length >= limit || first.length < window) return found.slice(0, limit);
  const all = [...values];
  const bind = (value: unknown) => `$${all.push(value)}`;
  const where = conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "";
  const { rows } = await pool.query<{ id: string }>(
    `SELECT o."id" FROM (${namedOrders(query, few, more, bind)}) o ${where}
      ORDER BY ${order} LIMIT ${limit}`,
    all,
  );
  return rows.map(({ id }) => id);
}

/** SQL: these orders, by their keys, whatever else is asked for: OFFSET 0 keeps that out. */
export function byIds(ids: string): string {
  return `(SELECT * FROM "Order" WHERE "shop" = $1 AND "id" = ANY(${ids}::text[]) OFFSET 0)`;
}

/** SQL: whether a row `o` bears the name, the id or the customer's last name. */
export function bearsName(query: string, bind: Bind): string {
  const ranges = startsOf(query).map((start) => nameRange(start, bind));
  const ofCustomer = mayBeLastName(query) ? [isOfCustomer(query, bind)] : [];
  return `(${[...ranges, `o."id" = ${bind(query)}`, ...ofCustomer].join(" OR ")})`;
}

function startsOf(query: string): string[] {
  return query.startsWith("#") ? [query] : [query, `#${query}`];
}

/** Bytewise: the collation of the database knows other orders. */
function nameRange(start: string, bind: Bind): string {
  return `(o."name" ~>=~ ${bind(start)} AND o."name" ~<~ ${bind(`${start}\u{10FFFF}`)})`;
}

/** Each by its own index, whatever else is asked for: OFFSET 0 keeps that out. */
function namedOrders(
  query: string,
  ofCustomers: readonly string[] | null,
  more: readonly string[],
  bind: Bind,
): string {
  const columns = [...indexed, ...more];
  const select = `SELECT ${columns.map((column) => `o."${column}"`).join(", ")} FROM "Order" o`;
  const ranges = startsOf(query).map((start) => nameRange(start, bind));
  const byName = ranges.map((range) => `(${select} WHERE o."shop" = $1 AND ${range} OFFSET 0)`);
  const isElse = `(o."name" IS NULL OR NOT (${ranges.join(" OR ")}))`;
  const byId = `(${select} WHERE o."shop" = $1 AND o."id" = ${bind(query)}
    AND ${isElse} ${firstRows(1)})`;
  const all = [...byName, byId];
  if (ofCustomers === null || ofCustomers.length > 0) {
    const ids =
      ofCustomers === null
        ? ordersOfCustomers(query, bind)
        : `SELECT unnest(${bind(ofCustomers)}::text[])`;
    all.push(`(${select} WHERE o."shop" = $1 AND o."id" IN (${ids}) AND o."id" <> ${bind(query)}
      AND ${isElse} OFFSET 0)`);
  }
  return all.join(" UNION ALL ");
}
