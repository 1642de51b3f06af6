import type pg from "pg";
import type { FeedOrder } from "#app/order/feed-order.ts";
import type { Finding } from "#app/order/findings.ts";
import { emptyState } from "#app/order/fold.ts";
import type { ManualPair } from "#app/order/pair.ts";
import type { OrderState } from "#app/order/state.ts";
import { needsAttention } from "./attention.ts";

export type OrderStatus =
  | "waiting"
  | "pending"
  | "sent"
  | "confirmed"
  | "blocked"
  | "rejected"
  | "skipped";

/** Why an order has its status; `detail` of its text are Hakuna's or Shopify's own words. */
export type ReasonCode =
  /** waiting: a fulfillment or refund came before its order */
  | "parts_first"
  /** waiting, and there is no session to read the order with */
  | "no_session"
  /** waiting, and Shopify could not be asked */
  | "shopify_unavailable"
  /** waiting: it was skipped and is to be sent now; its customer's data is read from Shopify again */
  | "read_again"
  /** skipped: Shopify has no such order, or one that is older than the app may read */
  | "not_in_shopify"
  | "no_plan"
  | "test_order"
  | "before_install"
  /** skipped: its customer's data was erased before it was sent */
  | "redacted"
  /** skipped: the merchant said so */
  | "by_hand"
  /** blocked: an error of ours */
  | "mapping_failed";

/** An order's row and document together. Times are epoch milliseconds. */
export type StoredOrder = {
  id: string;
  name: string | null;
  status: OrderStatus;
  reasonCode: ReasonCode | null;
  /** Hakuna's or Shopify's own words */
  statusReason: string | null;
  /** of a waiting order: when it was first heard of */
  placedAt: number;
  changedAt: number;
  customerId: string | null;
  planUnits: number;
  /** minor units of `currency` */
  planTotal: number | null;
  currency: string | null;
  isTest: boolean;
  redacted: boolean;
  /** its document was reduced to a tombstone; see purge.ts */
  purgedAt: number | null;
  findings: Finding[];
  findingSeverity: string | null;
  /** keys of findings that were put away; see attention.ts */
  dismissed: string[];
  skippedByHand: boolean;
  /** an import of past orders brought it: it may be older than the install */
  imported: boolean;
  revision: number;
  payloadHash: string | null;
  acceptedHash: string | null;
  acceptedEpoch: number | null;
  acceptedRevision: number | null;
  acceptedAttempt: string | null;
  /** the latest attempt whose processing is known to have gone well */
  confirmedAttempt: string | null;
  firstSentAt: number | null;
  sentAt: number | null;
  dueAt: number | null;
  resend: boolean;
  unanswered: boolean;
  repeatAt: number | null;
  readAt: number | null;
  readAttempts: number;
  /** Shopify told of a change that could not be read; until something newer of the order is known */
  unread: boolean;
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
    reasonCode: null,
    statusReason: null,
    placedAt: now,
    changedAt: now,
    customerId: null,
    planUnits: 0,
    planTotal: null,
    currency: null,
    isTest: false,
    redacted: false,
    purgedAt: null,
    findings: [],
    findingSeverity: null,
    dismissed: [],
    skippedByHand: false,
    imported: false,
    revision: 0,
    payloadHash: null,
    acceptedHash: null,
    acceptedEpoch: null,
    acceptedRevision: null,
    acceptedAttempt: null,
    confirmedAttempt: null,
    firstSentAt: null,
    sentAt: null,
    dueAt: null,
    resend: false,
    unanswered: false,
    repeatAt: null,
    readAt: null,
    readAttempts: 0,
    unread: false,
    state: emptyState(id),
    manualPairs: [],
    lastPayload: null,
    reportedUnits: {},
  };
}

const times = [
  "placedAt",
  "purgedAt",
  "changedAt",
  "firstSentAt",
  "sentAt",
  "dueAt",
  "repeatAt",
  "readAt",
];
const orderColumns = [
  ...["id", "name", "status", "reasonCode", "statusReason", "customerId", "planUnits", "currency"],
  ...["isTest", "redacted", "findings", "findingSeverity", "dismissed", "skippedByHand"],
  "imported",
  ...["revision", "payloadHash", "acceptedHash", "acceptedEpoch"],
  ...[
    "acceptedRevision",
    "acceptedAttempt",
    "confirmedAttempt",
    "resend",
    "unanswered",
    "readAttempts",
    "unread",
  ],
];
const documentColumns = ["state", "manualPairs", "lastPayload", "reportedUnits"];

const selected = [
  ...orderColumns.map((column) => `o."${column}"`),
  ...times.map((column) => `(extract(epoch FROM o."${column}") * 1000)::float8 AS "${column}"`),
  `o."planTotal"::float8 AS "planTotal"`,
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
  planTotal: "bigint",
  isTest: "boolean",
  redacted: "boolean",
  findings: "jsonb",
  dismissed: "jsonb",
  skippedByHand: "boolean",
  imported: "boolean",
  needsAttention: "boolean",
  revision: "int",
  acceptedEpoch: "int",
  acceptedRevision: "int",
  acceptedAttempt: "uuid",
  confirmedAttempt: "uuid",
  resend: "boolean",
  unanswered: "boolean",
  readAttempts: "int",
  unread: "boolean",
};

const saveRows = (() => {
  const columns = [...orderColumns, "planTotal", "needsAttention", ...times];
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
 * @param before what each order was counted as (`countedAs`); an id that is absent is new
 */
export async function saveOrders(
  client: pg.PoolClient,
  shop: string,
  orders: readonly StoredOrder[],
  before: ReadonlyMap<string, Counted>,
): Promise<void> {
  if (orders.length === 0) return;
  const rows: Record<string, unknown>[] = [];
  const documents: Record<string, unknown>[] = [];
  const moves = new Map<OrderStatus, { count: number; attention: number }>();
  const move = ({ status, attention }: Counted, by: 1 | -1) => {
    const moved = moves.get(status) ?? { count: 0, attention: 0 };
    moves.set(status, {
      count: moved.count + by,
      attention: moved.attention + (attention ? by : 0),
    });
  };
  for (const order of orders) {
    const { state, manualPairs, lastPayload, reportedUnits, ...row } = order;
    const counted = countedAs(order);
    rows.push({ ...row, needsAttention: counted.attention });
    documents.push({ id: order.id, state, manualPairs, lastPayload, reportedUnits });
    const old = before.get(order.id);
    if (old) move(old, -1);
    move(counted, 1);
  }
  await client.query({ name: "save-orders", text: saveRows, values: [shop, JSON.stringify(rows)] });
  await client.query({
    name: "save-documents",
    text: saveDocuments,
    values: [shop, JSON.stringify(documents)],
  });
  const moved = [...moves]
    .map(([status, by]) => ({ status, ...by }))
    .filter(({ count, attention }) => count !== 0 || attention !== 0);
  if (moved.length === 0) return;
  await client.query(
    `INSERT INTO "OrderCount" AS c ("shop", "status", "count", "attention")
     SELECT $1, r."status", r."count", r."attention" FROM jsonb_to_recordset($2::jsonb)
         AS r("status" "OrderStatus", "count" int, "attention" int)
     ON CONFLICT ("shop", "status") DO UPDATE SET "count" = c."count" + EXCLUDED."count",
       "attention" = c."attention" + EXCLUDED."attention"`,
    [shop, JSON.stringify(moved)],
  );
}

/** Where an order is counted. */
export type Counted = { status: OrderStatus; attention: boolean };

/** Where loaded orders are counted, to be handed to `saveOrders` after they were changed. */
export function countsOf(orders: Iterable<StoredOrder>): Map<string, Counted> {
  return new Map(Array.from(orders, (order) => [order.id, countedAs(order)]));
}

function countedAs(order: StoredOrder): Counted {
  return { status: order.status, attention: needsAttention(order) };
}
