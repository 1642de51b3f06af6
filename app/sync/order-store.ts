import type pg from "pg";
import type { FeedOrder } from "#app/order/feed-order.ts";
import type { Finding } from "#app/order/findings.ts";
import { emptyState } from "#app/order/fold.ts";
import type { ManualPair } from "#app/order/pair.ts";
import type { OrderState } from "#app/order/state.ts";
import { readState } from "#app/order/stored-state.ts";
import { needsAttention } from "./attention.ts";
import { type Counted, type CountMove, moveCounts } from "./order-counts.ts";

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
  const { rows } = await client.query<StoredOrder>({
    name: "load-orders",
    text: `SELECT ${selected} FROM "Order" o
       JOIN "OrderDocument" d ON d."shop" = o."shop" AND d."orderId" = o."id"
      WHERE o."shop" = $1 AND o."id" = ANY($2) ORDER BY o."id" FOR UPDATE OF o`,
    values: [shop, ids],
  });
  return new Map(rows.map((row) => [row.id, { ...row, state: readState(row.state) }]));
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

/** The state is the larger part of a document: one that is as it was is not written again. */
const saveAllButStates = `
  UPDATE "OrderDocument" d SET "manualPairs" = r."manualPairs", "reportedUnits" = r."reportedUnits",
         "lastPayload" = nullif(r."lastPayload", 'null'::jsonb)
    FROM jsonb_to_recordset($2::jsonb) AS r("id" text, "manualPairs" jsonb, "lastPayload" jsonb,
      "reportedUnits" jsonb)
   WHERE d."shop" = $1 AND d."orderId" = r."id"`;

/** What was stored of an order: `row` and `rest` as JSON, `rest` being the document but its state. */
export type Loaded = Counted & { row: string; rest: string; state: OrderState };

/** What is stored of orders that were just loaded: to be handed to `saveOrders` after their change. */
export function asLoaded(orders: Iterable<StoredOrder>): Map<string, Loaded> {
  return new Map(Array.from(orders, (order) => [order.id, textsOf(order)]));
}

function textsOf(order: StoredOrder): Loaded {
  const { state, manualPairs, lastPayload, reportedUnits, ...row } = order;
  const attention = needsAttention(order);
  return {
    status: order.status,
    attention,
    row: JSON.stringify({ ...row, needsAttention: attention }),
    rest: JSON.stringify({ id: order.id, manualPairs, lastPayload, reportedUnits }),
    state,
  };
}

/**
 * Writes what changed of orders and moves the shop's counters with them. The caller holds the shop's
 * row (underLease, holdingShop), loaded them in the same transaction and lets no id occur twice. A
 * state is replaced where it changes, never changed in place.
 *
 * @param loaded what was stored of them (`asLoaded`); an id that is absent is new
 */
export async function saveOrders(
  client: pg.PoolClient,
  shop: string,
  orders: readonly StoredOrder[],
  loaded: ReadonlyMap<string, Loaded>,
): Promise<void> {
  const rows: string[] = [];
  const documents: string[] = [];
  const rests: string[] = [];
  const moves: CountMove[] = [];
  for (const order of orders) {
    const old = loaded.get(order.id);
    const { row, rest, state, ...counted } = textsOf(order);
    if (row !== old?.row) rows.push(row);
    if (state !== old?.state) documents.push(`{"state":${JSON.stringify(state)},${rest.slice(1)}`);
    else if (rest !== old.rest) rests.push(rest);
    moves.push({ from: old ?? null, to: counted });
  }
  await write(client, { name: "save-orders", text: saveRows }, shop, rows);
  await write(client, { name: "save-documents", text: saveDocuments }, shop, documents);
  await write(client, { name: "save-all-but-states", text: saveAllButStates }, shop, rests);
  await moveCounts(client, shop, moves);
}

async function write(
  client: pg.PoolClient,
  statement: { name: string; text: string },
  shop: string,
  rows: readonly string[],
): Promise<void> {
  if (rows.length > 0) await client.query({ ...statement, values: [shop, `[${rows.join()}]`] });
}
