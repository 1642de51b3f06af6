import { randomUUID } from "node:crypto";
import type pg from "pg";
import type { FeedOrder } from "#app/order/feed-order.ts";
import type { ShopRow } from "#app/store/lease.ts";
import type { StoredOrder } from "#app/store/order.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { patienceMs } from "./trouble.ts";

/** One request to the feed, written down before it is made. */
export type Attempt = {
  /** also the idempotency key */
  id: string;
  epoch: number;
  /** of the key in `to` */
  keyVersion: number;
  /** epoch milliseconds */
  startedAt: number;
  orders: AttemptedOrder[];
  /** the request's body: a JSON array of the orders */
  body: string;
  to: { environment: ShopRow["environment"]; apiKey: string };
  /** time limit of the request */
  timeoutMs: number;
};

export type AttemptedOrder = {
  id: string;
  revision: number;
  hash: string;
  payload: FeedOrder;
};

/** A request that is being put together, order by order, until it is full. */
export type Draft = Pick<Attempt, "id" | "orders" | "to" | "timeoutMs"> & {
  texts: string[];
  bytes: number;
  /** what a line of the orders so far took at most */
  bytesPerLine: number;
  mostOrders: number;
  mostBytes: number;
};

/**
 * Begins a request to the shop's feed. One whose feed did not answer the last time is tried with a
 * single order and little patience.
 *
 * @returns null when the shop is not to be delivered now
 * @throws SecretError when the shop's API key cannot be opened
 */
export function openDraft(
  { config, secrets }: Pick<RunContext, "config" | "secrets">,
  shop: ShopRow,
): Draft | null {
  if (!shop.delivers || shop.apiKeySealed === null) return null;
  const { batchOrders, batchBytes } = config.delivery;
  const apiKey = secrets.open(shop.apiKeySealed, shop.domain);
  return {
    id: randomUUID(),
    ...{ orders: [], texts: [], bytes: 2, bytesPerLine: 0 },
    to: { environment: shop.environment, apiKey },
    timeoutMs: patienceMs(shop.backoffCount, config.delivery),
    mostOrders: shop.backoffCount > 0 ? 1 : batchOrders,
    mostBytes: batchBytes,
  };
}

/**
 * Whether an order of so many lines is likely to fit, judged by what the others' lines took: what
 * does not fit would be evaluated for nothing. The first one always fits: if it is too large alone,
 * the feed shall say so.
 */
export function hasRoom({ orders, bytes, ...draft }: Draft, lines: number): boolean {
  if (orders.length === 0) return true;
  if (orders.length >= draft.mostOrders) return false;
  return bytes + lines * draft.bytesPerLine <= draft.mostBytes;
}

/**
 * Takes an order into the request, if it is to be sent and fits, and out of what is due; the caller
 * saves it. Until the answer is recorded nothing counts as accepted for it.
 *
 * @param payload as `evaluate` answered it
 */
export function addToDraft(draft: Draft, order: StoredOrder, payload: FeedOrder | null): void {
  if (payload === null || order.status !== "pending" || order.payloadHash === null) return;
  const text = JSON.stringify(payload);
  const size = Buffer.byteLength(text) + 1;
  draft.bytesPerLine = Math.max(draft.bytesPerLine, size / (payload.line_items.length || 1));
  const { orders, bytes, mostOrders, mostBytes } = draft;
  if (orders.length > 0 && (orders.length >= mostOrders || bytes + size > mostBytes)) return;
  order.acceptedHash = null;
  order.dueAt = null;
  order.sent = { payload, attempt: draft.id };
  draft.bytes += size;
  draft.texts.push(text);
  const { id, revision, payloadHash: hash } = order;
  orders.push({ id, revision, hash, payload });
}

/** Writes the request down. Null: it holds no order. */
export async function writeAttempt(
  client: pg.PoolClient,
  shop: ShopRow,
  { id, orders, texts, to, timeoutMs }: Draft,
): Promise<Attempt | null> {
  if (orders.length === 0) return null;
  const attempt: Attempt = {
    id,
    epoch: shop.epoch,
    keyVersion: shop.keyVersion,
    startedAt: shop.now,
    orders,
    body: `[${texts.join()}]`,
    to,
    timeoutMs,
  };
  await client.query(
    `INSERT INTO "Attempt" ("shop", "id", "epoch", "orders", "startedAt", "keyVersion")
     VALUES ($1, $2, $3, $4, to_timestamp($5 / 1000.0), $6)`,
    [
      shop.domain,
      attempt.id,
      attempt.epoch,
      JSON.stringify(orders.map(({ id, revision, hash }) => ({ id, revision, hash }))),
      attempt.startedAt,
      attempt.keyVersion,
    ],
  );
  return attempt;
}
