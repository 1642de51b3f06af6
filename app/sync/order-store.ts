import type pg from "pg";
import type { FeedOrder } from "#app/order/feed-order.ts";
import type { Finding } from "#app/order/findings.ts";
import { emptyState } from "#app/order/fold.ts";
import type { ManualPair } from "#app/order/pair.ts";
import type { OrderState } from "#app/order/state.ts";

export type OrderStatus =
  | "waiting"
  | "pending"
  | "sent"
  | "confirmed"
  | "blocked"
  | "rejected"
  | "skipped";

/** An order's row and document together. Times are epoch milliseconds. */
export type StoredOrder = {
  id: string;
  name: string | null;
  status: OrderStatus;
  statusReason: string | null;
  placedAt: number | null;
  changedAt: number;
  customerId: string | null;
  planUnits: number;
  isTest: boolean;
  redacted: boolean;
  findings: Finding[];
  findingSeverity: string | null;
  revision: number;
  payloadHash: string | null;
  acceptedHash: string | null;
  acceptedEpoch: number | null;
  acceptedRevision: number | null;
  acceptedAttempt: string | null;
  firstSentAt: number | null;
  sentAt: number | null;
  dueAt: number | null;
  resend: boolean;
  unanswered: boolean;
  repeatAt: number | null;
  readAt: number | null;
  readAttempts: number;
  state: OrderState;
  manualPairs: ManualPair[];
  lastPayload: FeedOrder | null;
  reportedUnits: Record<string, number>;
};

/** An order that was never heard of before. */
export function newOrder(id: string, now: number): StoredOrder {
  return {
    id,
    name: null,
    status: "waiting",
    statusReason: null,
    placedAt: null,
    changedAt: now,
    customerId: null,
    planUnits: 0,
    isTest: false,
    redacted: false,
    findings: [],
    findingSeverity: null,
    revision: 0,
    payloadHash: null,
    acceptedHash: null,
    acceptedEpoch: null,
    acceptedRevision: null,
    acceptedAttempt: null,
    firstSentAt: null,
    sentAt: null,
    dueAt: null,
    resend: false,
    unanswered: false,
    repeatAt: null,
    readAt: null,
    readAttempts: 0,
    state: emptyState(id),
    manualPairs: [],
    lastPayload: null,
    reportedUnits: {},
  };
}

const times = ["placedAt", "changedAt", "firstSentAt", "sentAt", "dueAt", "repeatAt", "readAt"];
const orderColumns = [
  ...["id", "name", "status", "statusReason", "customerId", "planUnits", "isTest", "redacted"],
  ...["findings", "findingSeverity", "revision", "payloadHash", "acceptedHash", "acceptedEpoch"],
  ...["acceptedRevision", "acceptedAttempt", "resend", "unanswered", "readAttempts"],
];
const documentColumns = ["state", "manualPairs", "lastPayload", "reportedUnits"];

const selected = [
  ...orderColumns.map((column) => `o."${column}"`),
  ...times.map((column) => `(extract(epoch FROM o."${column}") * 1000)::float8 AS "${column}"`),
  ...documentColumns.map((column) => `d."${column}"`),
].join(", ");

/** The shop's orders with these ids, locked until the transaction ends; unknown ids are left out. */
export async function loadOrders(
  client: pg.PoolClient,
  shop: string,
  ids: readonly string[],
): Promise<Map<string, StoredOrder>> {
  const { rows } = await client.query<StoredOrder>(
    `SELECT ${selected} FROM "Order" o
       JOIN "OrderDocument" d ON d."shop" = o."shop" AND d."orderId" = o."id"
      WHERE o."shop" = $1 AND o."id" = ANY($2) ORDER BY o."id" FOR UPDATE OF o`,
    [shop, ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

const types: Record<string, string> = {
  status: `"OrderStatus"`,
  planUnits: "int",
  isTest: "boolean",
  redacted: "boolean",
  findings: "jsonb",
  revision: "int",
  acceptedEpoch: "int",
  acceptedRevision: "int",
  acceptedAttempt: "uuid",
  resend: "boolean",
  unanswered: "boolean",
  readAttempts: "int",
};

const saveRows = (() => {
  const columns = [...orderColumns, ...times];
  const declared = columns.map(
    (column) => `"${column}" ${times.includes(column) ? "float8" : (types[column] ?? "text")}`,
  );
  const values = columns.map((column) =>
    times.includes(column) ? `to_timestamp(r."${column}" / 1000)` : `r."${column}"`,
  );
  const updates = columns
    .filter((column) => column !== "id")
    .map((column) => `"${column}" = EXCLUDED."${column}"`);
  return `INSERT INTO "Order" ("shop", ${columns.map((column) => `"${column}"`).join(", ")})
    SELECT $1, ${values.join(", ")} FROM jsonb_to_recordset($2::jsonb) AS r(${declared.join(", ")})
    ON CONFLICT ("shop", "id") DO UPDATE SET ${updates.join(", ")}`;
})();

const saveDocuments = `
  INSERT INTO "OrderDocument" ("shop", "orderId", "state", "manualPairs", "lastPayload", "reportedUnits")
  SELECT $1, r."id", r."state", r."manualPairs", nullif(r."lastPayload", 'null'::jsonb), r."reportedUnits"
    FROM jsonb_to_recordset($2::jsonb) AS r("id" text, "state" jsonb, "manualPairs" jsonb,
      "lastPayload" jsonb, "reportedUnits" jsonb)
  ON CONFLICT ("shop", "orderId") DO UPDATE SET "state" = EXCLUDED."state",
    "manualPairs" = EXCLUDED."manualPairs", "lastPayload" = EXCLUDED."lastPayload",
    "reportedUnits" = EXCLUDED."reportedUnits"`;

/**
 * Writes orders and moves the shop's counters with them. The caller holds the shop's row
 * (underLease, holdingShop), loaded `before` in the same transaction and lets no id occur twice.
 *
 * @param before the status each order had, by id; an id that is absent is new
 */
export async function saveOrders(
  client: pg.PoolClient,
  shop: string,
  orders: readonly StoredOrder[],
  before: ReadonlyMap<string, OrderStatus>,
): Promise<void> {
  if (orders.length === 0) return;
  const rows: Record<string, unknown>[] = [];
  const documents: Record<string, unknown>[] = [];
  const counts = new Map<OrderStatus, number>();
  for (const order of orders) {
    const { state, manualPairs, lastPayload, reportedUnits, ...row } = order;
    rows.push(row);
    documents.push({ id: order.id, state, manualPairs, lastPayload, reportedUnits });
    const old = before.get(order.id);
    if (old === order.status) continue;
    if (old) counts.set(old, (counts.get(old) ?? 0) - 1);
    counts.set(order.status, (counts.get(order.status) ?? 0) + 1);
  }
  await client.query({ name: "save-orders", text: saveRows, values: [shop, JSON.stringify(rows)] });
  await client.query({
    name: "save-documents",
    text: saveDocuments,
    values: [shop, JSON.stringify(documents)],
  });
  const moved = [...counts].filter(([, delta]) => delta !== 0);
  if (moved.length === 0) return;
  await client.query(
    `INSERT INTO "OrderCount" ("shop", "status", "count")
     SELECT $1, r."status", r."delta"
       FROM jsonb_to_recordset($2::jsonb) AS r("status" "OrderStatus", "delta" int)
     ON CONFLICT ("shop", "status") DO UPDATE SET "count" = "OrderCount"."count" + EXCLUDED."count"`,
    [shop, JSON.stringify(moved.map(([status, delta]) => ({ status, delta })))],
  );
}

/** The statuses of loaded orders, to be handed to `saveOrders` after they were changed. */
export function statusesOf(orders: Iterable<StoredOrder>): Map<string, OrderStatus> {
  return new Map(Array.from(orders, (order) => [order.id, order.status]));
}
