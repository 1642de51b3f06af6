import type pg from "pg";
import { firstRows } from "#app/database/first-rows.ts";
import { OrderStatus } from "#app/database/generated/prisma/enums.ts";
import { type ListedOrder, type ListedRow, listedOrder } from "./listed-order.ts";
import type { OrderFilter, Position } from "./order-filter.ts";
import { bearsName, findOrders } from "./order-search.ts";

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

/** A finding of at most so many orders is read from the index on its code. */
const fewFound = 4000;

/**
 * Reads one page of a shop's orders. Every part of the query walks an index from where the page
 * begins: the one on (shop, placedAt, id), or one that also begins with the status and whether
 * there are plans. A view of several of those is their index scans side by side. What a search or a
 * rare finding is about is read by its ids.
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
    ...filterConditions(filter, few === null, timeZone, bind),
    ...positionConditions(position, newestFirst, bind),
  ];
  const parts = indexedParts(filter, bind);
  const walk = (most: number) => {
    const scans = parts.map(
      (
        part,
      ) => `(SELECT * FROM "Order" o WHERE ${[`o."shop" = $1`, ...part, ...conditions].join(" AND ")}
        ORDER BY ${order} ${firstRows(most)})`,
    );
    return `SELECT * FROM (${scans.join(" UNION ALL ")}) AS parts ORDER BY ${order} LIMIT ${most}`;
  };
  const isOfView = `(${parts.map((part) => `(${part.join(" AND ") || "true"})`).join(" OR ")})`;
  const { query, finding } = filter;
  let of: string;
  let bound = values;
  if (few !== null) {
    const named = query === null ? [] : [bearsName(query, bind)];
    const all = [isOfView, ...conditions, ...named];
    of = `SELECT * FROM ${byIds(bind(few))} o WHERE ${all.join(" AND ")} ORDER BY ${order} LIMIT ${limit + 1}`;
  } else if (query !== null) {
    const more = finding === null ? [] : ["findings", "findingSeverity"];
    const searched = { query, walk, conditions: [isOfView, ...conditions], more, order, values };
    const found = await findOrders(pool, searched, limit + 1);
    bound = [shop, found];
    of = `SELECT * FROM ${byIds("$2")} o`;
  } else {
    of = walk(limit + 1);
  }
  const { rows } = await pool.query<Row>(
    `SELECT o."id", o."name", o."placedAt", o."status", o."needsAttention", o."isTest",
            o."planUnits", o."planTotal", o."currency", o."reasonCode", o."statusReason",
            o."findings", (extract(epoch FROM o."placedAt") * 1000000)::bigint::text AS "micros",
            (SELECT coalesce(d."state" #>> '{head,customer,lastName}',
                             d."state" #>> '{head,billingAddress,lastName}')
               FROM "OrderDocument" d WHERE d."shop" = $1 AND d."orderId" = o."id") AS "lastName"
       FROM (${of}) o
      ORDER BY ${order.replaceAll(/"(placedAt|id)"/g, `o."$1"`)}`,
    bound,
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

/** SQL: these orders, by their keys, whatever else is asked for: OFFSET 0 keeps that out. */
function byIds(ids: string): string {
  return `(SELECT * FROM "Order" WHERE "shop" = $1 AND "id" = ANY(${ids}::text[]) OFFSET 0)`;
}

/** @param many whether orders with the finding are to be found on the way along the list */
function filterConditions(
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
  if (finding !== null && view !== "attention") {
    const bearsOne = `o."findingSeverity" IS NOT NULL`;
    return statusesOf[view].map((one) => [statusIs(one), bearsOne, ...plansAsked]);
  }
  const begins =
    view === "attention" ? [`o."needsAttention"`] : statusesOf[view].map((one) => statusIs(one));
  if (plans !== null) return begins.map((begin) => [begin, ...plansAsked]);
  return begins.flatMap((begin) => [true, false].map((has) => [begin, plansAre(has)]));
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
