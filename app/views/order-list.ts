import type pg from "pg";
import { OrderStatus } from "#app/database/generated/prisma/enums.ts";
import { type ListedOrder, type ListedRow, listedOrder } from "./listed-order.ts";
import type { OrderFilter, Position } from "./order-filter.ts";

/** An order of the list, with the one piece of customer data that the page shows. */
export type OrderOfList = ListedOrder & { lastName: string | null };

/** One page of the list; the cursors are for `Position`, null: there is no such page. */
export type OrderPage = { orders: OrderOfList[]; next: string | null; previous: string | null };

type Row = Omit<ListedRow, "planTotal"> & {
  planTotal: string | null;
  lastName: string | null;
  micros: string;
};

const statusesOf: Record<Exclude<OrderFilter["view"], "attention">, OrderStatus[]> = {
  all: Object.values(OrderStatus),
  pending: ["waiting", "pending"],
  synced: ["sent", "confirmed"],
  skipped: ["skipped"],
};

/** So many orders are found by the start of their name at most. */
const mostFound = 1000;

/** A finding of at most so many orders is read from the index on its code. */
const fewFound = 4000;

/**
 * Reads one page of a shop's orders. Every part of the query walks an index from where the page
 * begins: the one on (shop, placedAt, id), or one that also begins with the status and whether
 * there are plans. A view of several of those is their index scans side by side. A search and a
 * finding have indexes of their own.
 *
 * @param timeZone of the shop: decides what a day is
 * @param position from a former page; a broken cursor counts as none
 */
export async function listOrders(
  pool: pg.Pool,
  shop: string,
  timeZone: string,
  filter: OrderFilter,
  position: Position,
  limit: number,
): Promise<OrderPage> {
  const values: unknown[] = [shop];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const backwards = position?.direction === "before";
  const newestFirst = (filter.sort === "newest") !== backwards;
  const order = newestFirst ? `"placedAt" DESC, "id"` : `"placedAt", "id" DESC`;
  const few = await fewWithFinding(pool, shop, filter);
  const conditions = [
    ...filterConditions(filter, few, timeZone, bind),
    ...positionConditions(position, newestFirst, bind),
  ];
  const part = (more: string[]) =>
    `(SELECT * FROM "Order" o WHERE ${[`o."shop" = $1`, ...more, ...conditions].join(" AND ")}
      ORDER BY ${order} LIMIT ${limit + 1})`;
  const parts = indexedParts(filter, bind).map(part);
  const { rows } = await pool.query<Row>(
    `SELECT o."id", o."name", o."placedAt", o."status", o."needsAttention", o."isTest",
            o."planUnits", o."planTotal", o."currency", o."reasonCode", o."statusReason",
            o."findings", (extract(epoch FROM o."placedAt") * 1000000)::bigint::text AS "micros",
            coalesce(d."state" #>> '{head,customer,lastName}',
                     d."state" #>> '{head,billingAddress,lastName}') AS "lastName"
       FROM (SELECT * FROM (${parts.join(" UNION ALL ")}) AS parts
              ORDER BY ${order} LIMIT ${limit + 1}) o
       LEFT JOIN "OrderDocument" d ON d."shop" = $1 AND d."orderId" = o."id"
      ORDER BY ${order.replaceAll(/"(placedAt|id)"/g, `o."$1"`)}`,
    values,
  );
  const further = rows.length > limit;
  const page = rows.slice(0, limit);
  if (backwards) page.reverse();
  const [first, last] = [page[0], page.at(-1)];
  const isStart = backwards ? !further : readCursor(position) === null;
  const isEnd = backwards ? false : !further;
  return {
    orders: page.map(toListed),
    previous: first && !isStart ? cursorOf(first) : null,
    next: last && !isEnd ? cursorOf(last) : null,
  };
}

/**
 * The orders that bear a finding, if they are few: the indexes by time would be walked to their
 * ends for them. Null if they are many, so that such a walk soon has a page of them.
 */
async function fewWithFinding(
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

function filterConditions(
  { query, from, to, finding }: OrderFilter,
  few: string[] | null,
  timeZone: string,
  bind: (value: unknown) => string,
): string[] {
  const conditions: string[] = [];
  if (query !== null) conditions.push(searchCondition(query, bind));
  const midnight = (day: string, plus: number) =>
    `((${bind(day)}::date + ${plus})::timestamp AT TIME ZONE ${bind(timeZone)})`;
  if (from !== null) conditions.push(`o."placedAt" >= ${midnight(from, 0)}`);
  if (to !== null) conditions.push(`o."placedAt" < ${midnight(to, 1)}`);
  if (few !== null) {
    conditions.push(`o."id" = ANY(${bind(few)}::text[])`);
  } else if (finding !== null) {
    conditions.push(
      `o."findingSeverity" IS NOT NULL AND o."findings" @> ${bind(JSON.stringify([{ code: finding }]))}::jsonb`,
    );
  }
  return conditions;
}

/**
 * What the view and the filter on plans say, as equalities on what an index begins with: one list
 * for each index scan. With a finding, plans are looked at in the orders that bear one.
 */
function indexedParts(
  { view, plans, finding }: OrderFilter,
  bind: (value: unknown) => string,
): string[][] {
  const plansAre = (has: boolean) => `least(o."planUnits", 1) = ${has ? 1 : 0}`;
  const statusIs = (status: OrderStatus) => `o."status" = ${bind(status)}::"OrderStatus"`;
  const plansAsked = plans === null ? [] : [plansAre(plans === "yes")];
  if (view === "all" && (plans === null || finding !== null)) return [plansAsked];
  if (view === "attention" && finding !== null) return [[`o."needsAttention"`, ...plansAsked]];
  const begins =
    view === "attention" ? [`o."needsAttention"`] : statusesOf[view].map((one) => statusIs(one));
  if (finding !== null || plans !== null) return begins.map((begin) => [begin, ...plansAsked]);
  return begins.flatMap((begin) => [true, false].map((has) => [begin, plansAre(has)]));
}

/** By the start of the name, or by the whole id. Bytewise ranges walk the index on the name. */
function searchCondition(query: string, bind: (value: unknown) => string): string {
  const starts = query.startsWith("#") ? [query] : [query, `#${query}`];
  const byName = starts.map(
    (start) => `(SELECT "id" FROM "Order" WHERE "shop" = $1 AND "name" ~>=~ ${bind(start)}
       AND "name" ~<~ ${bind(`${start}\u{10FFFF}`)} ORDER BY "name" USING ~<~ LIMIT ${mostFound})`,
  );
  return `o."id" = ANY(ARRAY(${byName.join(" UNION ALL ")} UNION ALL SELECT ${bind(query)}::text))`;
}

function positionConditions(
  position: Position,
  newestFirst: boolean,
  bind: (value: unknown) => string,
): string[] {
  const cursor = readCursor(position);
  if (cursor === null) return [];
  const at = `(timestamptz 'epoch' + ${bind(cursor.micros)}::bigint * interval '1 microsecond')`;
  const id = bind(cursor.id);
  return newestFirst
    ? [`o."placedAt" <= ${at}`, `(o."placedAt" < ${at} OR o."id" > ${id})`]
    : [`o."placedAt" >= ${at}`, `(o."placedAt" > ${at} OR o."id" < ${id})`];
}

function cursorOf({ micros, id }: Row): string {
  return Buffer.from(`${micros} ${id}`).toString("base64url");
}

function readCursor(position: Position): { micros: string; id: string } | null {
  if (position === null) return null;
  const text = Buffer.from(position.cursor, "base64url").toString();
  const [, micros, id] = /^(-?\d{1,17}) (\d{1,20})$/.exec(text) ?? [];
  return micros !== undefined && id !== undefined ? { micros, id } : null;
}

function toListed({ lastName, micros: _, planTotal, ...row }: Row): OrderOfList {
  return {
    ...listedOrder({ ...row, planTotal: planTotal === null ? null : BigInt(planTotal) }),
    lastName,
  };
}

/** How many orders each tab holds: exact counters, nothing is counted. */
export async function viewCounts(
  pool: pg.Pool,
  shop: string,
): Promise<Record<OrderFilter["view"], number>> {
  const { rows } = await pool.query<{ status: OrderStatus; count: number; attention: number }>(
    `SELECT "status", "count", "attention" FROM "OrderCount" WHERE "shop" = $1`,
    [shop],
  );
  const sum = (statuses: OrderStatus[]) =>
    rows
      .filter(({ status }) => statuses.includes(status))
      .reduce((total, { count }) => total + count, 0);
  return {
    all: sum(statusesOf.all),
    pending: sum(statusesOf.pending),
    synced: sum(statusesOf.synced),
    skipped: sum(statusesOf.skipped),
    attention: rows.reduce((total, { attention }) => total + attention, 0),
  };
}
