import type pg from "pg";
import { firstRows } from "#app/database/first-rows.ts";
import { OrderStatus } from "#app/database/generated/prisma/enums.ts";
import { type ListedOrder, listedOrder } from "./listed-order.ts";
import { fewWithFinding, filterConditions, type Row, readRows } from "./listed-rows.ts";
import type { OrderFilter, Position } from "./order-filter.ts";

/** An order of the list, with the one piece of customer data that the page shows. */
export type OrderOfList = ListedOrder & {
  lastName: string | null;
  /** until when a plan of it can be refunded (epoch milliseconds); null: no time ends, or nothing is to be */
  refundUntil: number | null;
  /** where it stands in the list: a cursor for `Position` */
  place: string;
};

/** When a row was placed, in microseconds since 1970: its place in the list, beside its id. */
type Place = { micros: string };

/** One page of the list; the cursors are for `Position`, null: there is no such page. */
export type OrderPage = { orders: OrderOfList[]; next: string | null; previous: string | null };

const statusesOf: Record<Exclude<OrderFilter["view"], "attention" | "refund">, OrderStatus[]> = {
  all: Object.values(OrderStatus),
  pending: ["waiting", "pending"],
  synced: ["sent", "confirmed"],
  skipped: ["skipped"],
};

/**
 * Reads one page of a shop's orders. Every part of the query walks an index from where the page
 * begins: the one on (shop, placedAt, id), or one that also begins with the status and whether
 * there are plans. A view of several of those is their index scans side by side. What is sorted by
 * deadline is read by `pageOfOrders`.
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
  const order = newestFirst ? `o."placedAt" DESC, o."id"` : `o."placedAt", o."id" DESC`;
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
    return `SELECT * FROM (${scans.join(" UNION ALL ")}) o ORDER BY ${order} LIMIT ${most}`;
  };
  const isOfView = `(${parts.map((part) => `(${part.join(" AND ") || "true"})`).join(" OR ")})`;
  const rows = await readRows<Place>(
    pool,
    {
      ...{ filter, few, walk, order, fixed: [shop], values },
      conditions: [isOfView, ...conditions],
      keys: `(extract(epoch FROM o."placedAt") * 1000000)::bigint::text AS "micros"`,
    },
    limit + 1,
  );
  const further = rows.length > limit;
  const page = rows.slice(0, limit);
  if (backwards) page.reverse();
  const [first, last] = [page[0], page.at(-1)];
  const isStart = backwards ? !further : readCursor(position) === null;
  const isEnd = backwards ? false : !further;
  return {
    orders: page.map(({ micros, ...row }) => toListed(row, cursorOf({ micros, id: row.id }))),
    previous: first && !isStart ? cursorOf(first) : null,
    next: last && !isEnd ? cursorOf(last) : null,
  };
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
  if (view === "refund") return [[`o."refundUnits" > 0`, ...plansAsked]];
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

function cursorOf({ micros, id }: Place & Pick<Row, "id">): string {
  return Buffer.from(`${micros} ${id}`).toString("base64url");
}

function readCursor(position: Position): { micros: string; id: string } | null {
  if (position === null) return null;
  const text = Buffer.from(position.cursor, "base64url").toString();
  const [, micros, id] = /^(-?\d{1,17}) (\d{1,20})$/.exec(text) ?? [];
  return micros !== undefined && id !== undefined ? { micros, id } : null;
}

/** @param place see `OrderOfList` */
export function toListed(
  { lastName, refundUntil, planTotal, ...row }: Row,
  place: string,
): OrderOfList {
  return {
    ...listedOrder({ ...row, planTotal: planTotal === null ? null : BigInt(planTotal) }),
    ...{ lastName, refundUntil, place },
  };
}

/** How many orders each tab holds: exact counters, nothing is counted. */
export async function viewCounts(
  pool: pg.Pool,
  shop: string,
): Promise<Record<OrderFilter["view"], number>> {
  const { rows } = await pool.query<{
    status: OrderStatus;
    count: number;
    attention: number;
    refund: number;
  }>(`SELECT "status", "count", "attention", "refund" FROM "OrderCount" WHERE "shop" = $1`, [shop]);
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
    refund: rows.reduce((total, { refund }) => total + refund, 0),
  };
}
