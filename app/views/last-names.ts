import type pg from "pg";

/** So many orders of customers with a name are found before the list is looked through. */
const fewNamed = 4000;

type Bind = (value: unknown) => string;

/** SQL: whether the document `d` is of a customer whose last name begins so; see the index on it. */
function startsLike(query: string, bind: Bind): string {
  const start = `lower(${bind(query.slice(0, 100))})`;
  return `last_name(d."state") IS NOT NULL AND last_name(d."state") ~>=~ ${start}
    AND last_name(d."state") ~<~ (${start} || ${bind("\u{10FFFF}")})`;
}

/** Names of customers hold a letter: what is searched without one is an order's name or an id. */
export function mayBeLastName(query: string): boolean {
  return /\p{L}/u.test(query);
}

/** SQL: whether the order `o` is of such a customer. Its document has the name: no other place does. */
export function isOfCustomer(query: string, bind: Bind): string {
  return `EXISTS (SELECT 1 FROM "OrderDocument" d WHERE d."shop" = $1 AND d."orderId" = o."id"
    AND ${startsLike(query, bind)})`;
}

/** SQL: the ids of the orders of such customers. */
export function ordersOfCustomers(query: string, bind: Bind): string {
  return `SELECT d."orderId" FROM "OrderDocument" d WHERE d."shop" = $1 AND ${startsLike(query, bind)}`;
}

/** The ids of the orders of such customers if they are few; null: they are many. */
export async function fewOfCustomers(
  pool: pg.Pool,
  shop: string,
  query: string,
): Promise<string[] | null> {
  const values: unknown[] = [shop];
  const sql = ordersOfCustomers(query, (value) => `$${values.push(value)}`);
  const { rows } = await pool.query<{ orderId: string }>(`${sql} LIMIT ${fewNamed + 1}`, values);
  return rows.length > fewNamed ? null : rows.map(({ orderId }) => orderId);
}

/** Which of these orders are of such customers. */
export async function amongOfCustomers(
  pool: pg.Pool,
  shop: string,
  query: string,
  ids: readonly string[],
): Promise<string[]> {
  const values: unknown[] = [shop, ids];
  const sql = ordersOfCustomers(query, (value) => `$${values.push(value)}`);
  const { rows } = await pool.query<{ orderId: string }>(
    `${sql} AND d."orderId" = ANY($2::text[])`,
    values,
  );
  return rows.map(({ orderId }) => orderId);
}
