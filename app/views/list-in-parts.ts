import type pg from "pg";
import { firstRows } from "#app/database/first-rows.ts";
import { fewWithFinding, filterConditions, readRows } from "./listed-rows.ts";
import type { OrderFilter, Position } from "./order-filter.ts";
import { listOrders, type OrderPage, toListed } from "./order-list.ts";

/** One page of a shop's orders, in the order that the filter asks for; see `listOrders`. */
export async function pageOfOrders(...asked: Parameters<typeof listOrders>): Promise<OrderPage> {
  const { sort } = asked[3];
  return sort === "deadline" || sort === "value"
    ? await listInParts(partsOf[sort], ...asked)
    : await listOrders(...asked);
}

/** A part of a list: which rows it holds, and how it is sorted. `number`: that as a number, ascending. */
type Part = {
  where: string;
  column: string;
  descends: boolean;
  number: string;
  /** SQL: the column's value, of such a number */
  entryOf: (number: string) => string;
};

function byTime(column: string, where: string, descends: boolean): Part {
  const sign = descends ? "-" : "";
  return {
    ...{ where, column, descends },
    number: `${sign}(extract(epoch FROM o."${column}") * 1000000)::bigint`,
    entryOf: (number) => `timestamptz 'epoch' + ${sign}(${number}) * interval '1 microsecond'`,
  };
}

/**
 * By deadline: what can be refunded in time comes first, the nearest deadline first; then what has
 * none, the newest order first; then what is too late, the latest deadline first. By value: the
 * dearest plans first, whatever their currency; then orders whose plans' value is not known, the
 * newest first. Each part walks an index of its own. The key of a row is (part, number, id), all
 * ascending: a cursor holds one. `$2` is now, where it is told.
 */
const partsOf: Record<"deadline" | "value", { parts: Part[]; tellsNow: boolean }> = {
  deadline: {
    tellsNow: true,
    parts: [
      byTime("refundUntil", `o."refundUntil" >= $2`, false),
      byTime("placedAt", `o."refundUntil" IS NULL`, true),
      byTime("refundUntil", `o."refundUntil" < $2`, true),
    ],
  },
  value: {
    tellsNow: false,
    parts: [
      {
        ...{ where: `o."planTotal" IS NOT NULL`, column: "planTotal", descends: true },
        number: `-o."planTotal"`,
        entryOf: (number) => `-(${number})`,
      },
      byTime("placedAt", `o."planTotal" IS NULL`, true),
    ],
  },
};

type Cursor = { part: number; number: string; id: string };

async function listInParts(
  { parts, tellsNow }: (typeof partsOf)["deadline"],
  pool: pg.Pool,
  shop: string,
  timeZone: string,
  filter: OrderFilter,
  position: Position,
  limit: number,
): Promise<OrderPage> {
  const whenOf = (then: (part: Part, index: number) => string | number) =>
    `CASE ${parts.map((part, index) => `WHEN ${part.where} THEN ${then(part, index)}`).join(" ")} END`;
  const partOf = whenOf((_, index) => index);
  const numberOf = whenOf(({ number }) => number);
  const fixed = tellsNow ? [shop, new Date()] : [shop];
  const values: unknown[] = [...fixed];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const cursor = readCursor(position, parts.length);
  const backwards = position?.direction === "before" && cursor !== null;
  const few = await fewWithFinding(pool, shop, filter);
  const conditions = filterConditions(filter, few === null, timeZone, bind);
  if (filter.plans !== null) {
    conditions.push(`least(o."planUnits", 1) = ${filter.plans === "yes" ? 1 : 0}`);
  }
  conditions.push(filter.view === "refund" ? `o."refundUnits" > 0` : `o."needsAttention"`);
  const ofView = [...conditions];
  const place = cursor && {
    part: cursor.part,
    number: `${bind(cursor.number)}::bigint`,
    id: bind(cursor.id),
  };
  const sign = backwards ? "<" : ">";
  if (place) {
    const { part, number, id } = place;
    conditions.push(`(${partOf}, ${numberOf}, o."id") ${sign} (${part}, ${number}, ${id})`);
  }
  const beyond = (one: number): string[] => {
    const part = parts[one];
    if (!place || !part) return [];
    if (one !== place.part) return [String(backwards ? one < place.part : one > place.part)];
    const { column, descends, number, entryOf } = part;
    // where the index is entered
    const at = entryOf(place.number);
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
      ...{ filter, few, walk, conditions, order, fixed, values },
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

/** Null: there is none, or it is of a list that is sorted otherwise. */
function readCursor(position: Position, parts: number): Cursor | null {
  const text = Buffer.from(position?.cursor ?? "", "base64url").toString();
  const [, part, number, id] = /^([012]) (-?\d{1,17}) (\d{1,20})$/.exec(text) ?? [];
  return part !== undefined && Number(part) < parts && number !== undefined && id !== undefined
    ? { part: Number(part), number, id }
    : null;
}
