import type pg from "pg";
import { addFlowEvents, type FlowEvent, flowEventsOf } from "#app/flow/flow-events.ts";
import type { Logger } from "#app/foundation/log.server.ts";
import type { Sale } from "#app/order/sales/sale.ts";
import type { OrderState } from "#app/order/state.ts";
import { agreedPairs, readState, stateVersion } from "#app/order/stored-state.ts";
import { moveSales, type SaleMove } from "#app/sales/sale-counts.ts";
import {
  payloadsOf,
  type StoredPayloads,
  storedPayloads,
} from "#app/store/attempts/accepted-payload.ts";
import { needsAttention } from "./attention.ts";
import type { StoredOrder } from "./order.ts";
import { type Counted, type CountMove, moveCounts } from "./order-counts.ts";

const times = [
  "placedAt",
  "purgedAt",
  "changedAt",
  "firstSentAt",
  "sentAt",
  "dueAt",
  "repeatAt",
  "readAt",
  "cancelledByHandAt",
  ...["refundUntil", "refundSince", "refundLookAt"],
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
  ...["refundUnits", "refundLooked", "refundWhyNot", "sale"],
];
/** The document but its state. */
const restColumns = [
  ...["manualPairs", "lastPayload", "formerPayload", "sentIn", "reportedUnits", "coverIds"],
  ...["agreedPairs", "goneCaps", "requests"],
];
const documentColumns = ["state", ...restColumns];

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
  const { rows } = await client.query<Row>({
    name: "load-orders",
    text: `SELECT ${selected} FROM "Order" o
       JOIN "OrderDocument" d ON d."shop" = o."shop" AND d."orderId" = o."id"
      WHERE o."shop" = $1 AND o."id" = ANY($2) ORDER BY o."id" FOR UPDATE OF o`,
    values: [shop, ids],
  });
  return new Map(rows.map((row) => [row.id, storedOrder(row)]));
}

/**
 * Orders that were due and could not be loaded: their documents are gone, which nothing of the app
 * removes. No step can do anything with them, and none finds them due again.
 */
export async function setAside(
  client: pg.PoolClient,
  shop: string,
  ids: readonly string[],
  log: Logger,
): Promise<void> {
  const { rows } = await client.query<{ id: string }>(
    `UPDATE "Order" o SET "readAt" = NULL, "dueAt" = NULL, "repeatAt" = NULL
      WHERE o."shop" = $1 AND o."id" = ANY($2) AND NOT EXISTS (
        SELECT 1 FROM "OrderDocument" d WHERE d."shop" = o."shop" AND d."orderId" = o."id")
      RETURNING o."id"`,
    [shop, ids],
  );
  const orders = rows.map(({ id }) => id);
  if (orders.length === 0) return;
  log.error({ shop, orders }, "orders without their documents are set aside");
}

/** What a row with its document is read as. */
type Row = StoredOrder & StoredPayloads;

function storedOrder({ formerPayload, sentIn, ...row }: Row): StoredOrder {
  const order = { ...row, ...payloadsOf({ ...row, formerPayload, sentIn }), offers: null };
  return { ...order, state: readState(row.state), agreedPairs: agreedPairs(order) };
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
  refundUnits: "int",
  refundLooked: "int",
  refundWhyNot: "jsonb",
  sale: "jsonb",
};

/** JSON's null is no document. */
const recordValue = (column: string) =>
  ["lastPayload", "formerPayload", "sale"].includes(column)
    ? `nullif(r."${column}", 'null'::jsonb)`
    : `r."${column}"`;

const saveRows = (() => {
  const columns = [...orderColumns, "planTotal", "needsAttention", ...times];
  const declared = columns.map(
    (column) => `"${column}" ${times.includes(column) ? "float8" : (types[column] ?? "text")}`,
  );
  const values = columns.map((column) =>
    times.includes(column) ? `to_timestamp(r."${column}" / 1000)` : recordValue(column),
  );
  const updates = columns
    .filter((column) => column !== "id")
    .map((column) => `"${column}" = EXCLUDED."${column}"`);
  return `INSERT INTO "Order" ("shop", ${columns.map((column) => `"${column}"`).join(", ")})
    SELECT $1, ${values.join(", ")} FROM jsonb_to_recordset($2::jsonb) AS r(${declared.join(", ")})
    ON CONFLICT ("shop", "id") DO UPDATE SET ${updates.join(", ")}`;
})();

const restOfRecord = restColumns.map(recordValue);
const restOfRow = restColumns.map((column) => `"${column}"`);
const record = `r("id" text, ${documentColumns
  .map((column) => `"${column}" ${column === "sentIn" ? "uuid" : "jsonb"}`)
  .join(", ")})`;

const saveDocuments = `
  INSERT INTO "OrderDocument" ("shop", "orderId", "state", ${restOfRow.join(", ")})
  SELECT $1, r."id", r."state", ${restOfRecord.join(", ")} FROM jsonb_to_recordset($2::jsonb) AS ${record}
  ON CONFLICT ("shop", "orderId") DO UPDATE SET
    ${["state", ...restColumns].map((column) => `"${column}" = EXCLUDED."${column}"`).join(", ")}`;

/** The state is the larger part of a document: one that is as it was is not written again. */
const saveAllButStates = `
  UPDATE "OrderDocument" d SET ${restOfRow.map((column, index) => `${column} = ${restOfRecord[index]}`).join(", ")}
    FROM jsonb_to_recordset($2::jsonb) AS ${record}
   WHERE d."shop" = $1 AND d."orderId" = r."id"`;

/** What was stored of an order: `row` and `rest` as JSON, `rest` being the document but its state. */
export type Loaded = Counted & {
  row: string;
  rest: string;
  state: OrderState;
  sale: Sale | null;
};

/** What is stored of orders that were just loaded: to be handed to `saveOrders` after their change. */
export function asLoaded(orders: Iterable<StoredOrder>): Map<string, Loaded> {
  return new Map(Array.from(orders, (order) => [order.id, textsOf(order)]));
}

function textsOf(order: StoredOrder): Loaded {
  const { state, manualPairs, lastPayload, sent, reportedUnits, coverIds, ...more } = order;
  const { agreedPairs, goneCaps, requests, offers, ...row } = more;
  const attention = needsAttention(order);
  return {
    status: order.status,
    attention,
    refund: order.refundUnits > 0,
    row: JSON.stringify({ ...row, needsAttention: attention }),
    rest: JSON.stringify({
      ...{ id: order.id, manualPairs, ...storedPayloads(order), reportedUnits },
      ...{ coverIds, agreedPairs, goneCaps, requests },
    }),
    state,
    sale: order.sale,
  };
}

/** Whether an order that was loaded is as it was. */
export function isAsLoaded(order: StoredOrder, loaded: ReadonlyMap<string, Loaded>): boolean {
  const old = loaded.get(order.id);
  const { row, rest, state } = textsOf(order);
  return row === old?.row && rest === old.rest && state === old.state;
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
  const sales: SaleMove[] = [];
  const told: FlowEvent[] = [];
  for (const order of orders) {
    const old = loaded.get(order.id);
    const { row, rest, state, sale, ...counted } = textsOf(order);
    const isChanged = row !== old?.row || rest !== old.rest;
    if (row !== old?.row) rows.push(row);
    if (state !== old?.state) documents.push(documentOf(state, rest));
    // what an earlier version left to be seen by its number is written down with it
    else if (isChanged && state.schemaVersion < stateVersion) {
      documents.push(documentOf({ ...state, schemaVersion: stateVersion }, rest));
    } else if (rest !== old.rest) rests.push(rest);
    moves.push({ from: old ?? null, to: counted });
    // of past orders nobody wants to hear
    if (!order.imported) told.push(...flowEventsOf(order, old ?? null, { ...counted, sale }));
    if (sale) sales.push({ from: old?.sale ?? null, to: sale, titles: () => productTitles(state) });
  }
  await write(client, { name: "save-orders", text: saveRows }, shop, rows);
  await write(client, { name: "save-documents", text: saveDocuments }, shop, documents);
  await write(client, { name: "save-all-but-states", text: saveAllButStates }, shop, rests);
  await moveCounts(client, shop, moves);
  await moveSales(client, shop, sales);
  await addFlowEvents(client, shop, told);
}

function documentOf(state: OrderState, rest: string): string {
  return `{"state":${JSON.stringify(state)},${rest.slice(1)}`;
}

/** Product id → the title that an order shows it with. */
function productTitles({ head, productFacts }: OrderState): Map<string, string> {
  const titles = new Map<string, string>();
  for (const { id, title } of head?.lineItems ?? []) {
    const product = productFacts[id]?.productId?.value;
    if (product !== undefined) titles.set(product, title);
  }
  return titles;
}

async function write(
  client: pg.PoolClient,
  statement: { name: string; text: string },
  shop: string,
  rows: readonly string[],
): Promise<void> {
  if (rows.length > 0) await client.query({ ...statement, values: [shop, `[${rows.join()}]`] });
}
