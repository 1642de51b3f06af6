import type pg from "pg";
import { firstRows } from "#app/database/first-rows.ts";
import { fewWithFinding, filterConditions, readRows } from "./listed-rows.ts";
import type { OrderFilter, Position } from "./order-filter.ts";
import { listOrders, type OrderPage, toListed } from "./order-list.ts";

/** One page of a shop's orders, in the order that the filter asks for; see `listOrders`. */
export async function pageOfOrders(...asked: Parameters<typeof listOrders>): Promise<OrderPage> {
  return asked[3].sort === "deadline" ? await listByDeadline(...asked) : await listOrders(...asked);
}

/**
 * What can be refunded in time comes first, the nearest deadline first; then what has none, the
 * newest order first; then what is too late, the latest deadline first. Each part walks an index of
 * its own. The key of a row is (part, number, id), all ascending: a cursor holds one. `$2` is now.
 */
const parts = [
  { where: `o."refundUntil" >= $2`, column: "refundUntil", descends: false },
  { where: `o."refundUntil" IS NULL`, column: "placedAt", descends: true },
  { where: `o."refundUntil" < $2`, column: "refundUntil", descends: true },
].map((part) => ({
  ...part,
  number: `${part.descends ? "-" : ""}(extract(epoch FROM o."${part.column}") * 1000000)::bigint`,
}));

const partOf = `CASE ${parts.map(({ where }, part) => `WHEN ${where} THEN ${part}`).join(" ")} END`;
const numberOf = `CASE ${parts.map(({ where, number }) => `WHEN ${where} THEN ${number}`).join(" ")} END`;

type Cursor = { part: number; number: string; id: string };

async function listByDeadline(
  pool: pg.Pool,
  shop: string,
  timeZone: string,
  filter: OrderFilter,
  position: Position,
  limit: number,
): Promise<OrderPage> {
  const fixed = [shop, new Date()];
  const values: unknown[] = [...fixed];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const cursor = readCursor(position);
  const backwards = position?.direction === "before" && cursor !== null;
  const few = await fewWithFinding(pool, shop, filter);
  const conditions = filterConditions(filter, few === null, timeZone, bind);
  if (filter.plans !== null) {
    conditions.push(`least(o."planUnits", 1) = ${filter.plans === "yes" ? 1 : 0}`);
  }
  const late: string[] = [];
  // the index on the names knows of attention, and of nothing that is about refunds
  if (filter.view === "refund") late.push(`o."refundUnits" > 0`);
  else conditions.push(`o."needsAttention"`);
  const ofView = [...conditions, ...late];
  const place = cursor && {
    part: cursor.part,
    number: `${bind(cursor.number)}::bigint`,
    id: bind(cursor.id),
  };
  const sign = backwards ? "<" : ">";
  if (place) {
    const { part, number, id } = place;
    late.push(`(${partOf}, ${numberOf}, o."id") ${sign} (${part}, ${number}, ${id})`);
  }
  const beyond = (one: number): string[] => {
    const part = parts[one];
    if (!place || !part) return [];
    if (one !== place.part) return [String(backwards ? one < place.part : one > place.part)];
    const { column, descends, number } = part;
    // where the index is entered
    const at = `timestamptz 'epoch' + ${descends ? "-" : ""}(${place.number}) * interval '1 microsecond'`;
    return [
      `o."${column}" ${descends === backwards ? ">=" : "<="} (${at})`,
      `(${number}, o."id") ${sign} (${place.number}, ${place.id})`,
    ];
  };
  const down = backwards ? " DESC" : "";
  const order = `${partOf}${down}, ${numberOf}${down}, o."id"${down}`;
  const walk = (most: number) => {
    const scans = parts.map(({ where, column, descends }, part) => {
      const all = [`o."shop" = $1`, ...ofView, where, ...beyond(part)].join(" AND ");
      const along = `o."${column}"${descends === backwards ? "" : " DESC"}, o."id"${down}`;
      return `(SELECT * FROM "Order" o WHERE ${all} ORDER BY ${along} ${firstRows(most)})`;
    });
    return `SELECT * FROM (${scans.join(" UNION ALL ")}) o ORDER BY ${order} LIMIT ${most}`;
  };
  const rows = await readRows<Omit<Cursor, "id">>(
    pool,
    {
      ...{ filter, few, walk, conditions, late, order, fixed, values },
      keys: `${partOf} AS "part", (${numberOf})::text AS "number"`,
    },
    limit + 1,
  );
  const further = rows.length > limit;
  const page = rows.slice(0, limit);
  if (backwards) page.reverse();
  const [first, last] = [page[0], page.at(-1)];
  const isStart = backwards ? !further : cursor === null;
  return {
    orders: page.map(({ part, number, ...row }) =>
      toListed(row, cursorOf({ part, number, id: row.id })),
    ),
    previous: first && !isStart ? cursorOf(first) : null,
    next: last && (backwards || further) ? cursorOf(last) : null,
  };
}

function cursorOf({ part, number, id }: Cursor): string {
  return Buffer.from(`${part} ${number} ${id}`).toString("base64url");
}

function readCursor(position: Position): Cursor | null {
  const text = Buffer.from(position?.cursor ?? "", "base64url").toString();
  const [, part, number, id] = /^([012]) (-?\d{1,17}) (\d{1,20})$/.exec(text) ?? [];
  return part !== undefined && number !== undefined && id !== undefined
    ? { part: Number(part), number, id }
    : null;
}
