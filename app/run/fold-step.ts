import type pg from "pg";
import { isDatabaseTrouble } from "#app/database/database-error.server.ts";
import { SecretError } from "#app/foundation/secrets.server.ts";
import { headsConflict, join } from "#app/order/fold.ts";
import type { OrderState } from "#app/order/state.ts";
import { readWebhook } from "#app/shopify/webhooks/webhook-payload.ts";
import { evaluate, markChanged } from "#app/store/evaluate.ts";
import { isResting } from "#app/store/failing.ts";
import { isLeaseLost, type Lease, type ShopRow, underLease } from "#app/store/lease.ts";
import { newOrder, type StoredOrder } from "#app/store/order.ts";
import { addEvents, type OrderEvent } from "#app/store/order-events.ts";
import { asLoaded, loadOrders, saveOrders } from "#app/store/order-store.ts";
import { offersOf } from "#app/store/plan-offers.ts";
import { noteRefundNews } from "#app/store/refund-news.ts";
import type { StepContext } from "#app/store/run-context.ts";
import { type Attempt, addToDraft, type Draft, hasRoom, openDraft, writeAttempt } from "./draft.ts";
import { type InboxRow, noteRowFailure, takeRows, untakeRows } from "./inbox-rows.ts";

/** A webhook without its payload, lifted to what it says of its order. */
type Lifted = {
  row: Omit<InboxRow, "payload">;
  bytes: number;
  orderId: string;
  state: OrderState | null;
};
/** All webhooks of one order that are in hand. */
type Change = { orderId: string; lifted: Lifted[] };

/**
 * `rows`: how many webhooks were dealt with; 0: nothing is left. `attempt`: to be sent at once.
 * `redacts`: nothing was folded, because customers' webhooks are to be erased first.
 */
export type FoldResult = { rows: number; attempt: Attempt | null; redacts: boolean };

/** The folding of one run. It holds webhooks in hand from step to step: end it with `giveBack`. */
export type Folding = {
  step(): Promise<FoldResult>;
  /** whether webhooks are in hand */
  readonly isUnderWay: boolean;
  /** Puts back what is in hand, as if it had not been taken. */
  giveBack(): Promise<void>;
};

/** Orders and bytes of webhooks that one step loads at most: it may well save fewer. */
const stepOrders = 50;
const stepBytes = 2 * 1024 * 1024;

/**
 * Folds the shop's inbox rows into its orders, step by step, and writes down with each step the
 * request that sends what it folded, so that an order is evaluated, loaded and saved once for both. A
 * step ends with its time, or when the request is full; what is left is folded in the next one. A row
 * whose try ended the process is found out: see inbox-rows.ts.
 */
export function openFolding(context: StepContext, lease: Lease): Folding {
  const { pool, log } = context;
  let changes: Change[] = [];

  async function giveBack(): Promise<void> {
    const ids = idsOf(changes);
    changes = [];
    await untakeRows(pool, lease.shop, ids);
  }

  async function step(): Promise<FoldResult> {
    if (changes.length === 0) {
      const rows = await takeRows(context, lease.shop);
      changes = await lift(context, lease, rows);
      if (changes.length === 0) return { rows: rows.length, attempt: null, redacts: false };
    }
    const chosen = portion(changes);
    const size = { shop: lease.shop, webhooks: idsOf(chosen).length };
    try {
      const { attempt, done, redacts } = await context.tracing.span("fold", size, async (add) => {
        const folded = await fold(context, lease, chosen);
        add({ webhooks: idsOf(folded.done).length });
        return folded;
      });
      if (redacts) {
        await giveBack();
        return { rows: 0, attempt: null, redacts };
      }
      changes = changes.slice(done.length);
      const webhooks = idsOf(done).length;
      context.metrics.folded(webhooks);
      const orders = done.map(({ orderId }) => orderId);
      log.info({ shop: lease.shop, webhooks, orders }, "folded");
      return { rows: webhooks, attempt, redacts };
    } catch (error) {
      // not the webhooks' fault: it does not count as their try
      if (isLeaseLost(error) || isDatabaseTrouble(error)) throw error;
      changes = changes.slice(chosen.length);
      const [only, ...others] = chosen.flatMap(({ lifted }) => lifted);
      if (others.length === 0 && only) await noteRowFailure(context, lease.shop, only.row, error);
      // counted as tried, so each is tried alone next
      else
        log.warn({ err: error, shop: lease.shop, rows: size.webhooks }, "a group was not folded");
      return { rows: size.webhooks, attempt: null, redacts: false };
    }
  }

  return {
    step,
    giveBack,
    get isUnderWay() {
      return changes.length > 0;
    },
  };
}

function idsOf(changes: readonly Change[]): string[] {
  return changes.flatMap(({ lifted }) => lifted.map(({ row }) => row.webhookId));
}

/** Reads the payloads. When the process is to end or the lease is lost, what was taken goes back. */
async function lift(
  context: StepContext,
  lease: Lease,
  rows: readonly InboxRow[],
): Promise<Change[]> {
  const { pool, pace, config } = context;
  const byOrder = new Map<string, Lifted[]>();
  const left = new Set(rows.map(({ webhookId }) => webhookId));
  try {
    for (const { payload, ...row } of rows) {
      if (pace.spent) {
        await pace.rest();
        await underLease(pool, lease, config.worker.leaseMs, async () => undefined);
      }
      const at = row.triggeredAt.getTime();
      try {
        const read = await pace.piece(() => readWebhook(row.topic, payload, at));
        const { orderId, state } = read;
        const lifted = byOrder.get(orderId) ?? [];
        lifted.push({ row, bytes: payload.length, orderId, state });
        byOrder.set(orderId, lifted);
      } catch (error) {
        left.delete(row.webhookId);
        await noteRowFailure(context, lease.shop, row, error);
      }
    }
  } catch (error) {
    await untakeRows(pool, lease.shop, [...left]).catch(() => undefined);
    throw error;
  }
  return [...byOrder].map(([orderId, lifted]) => ({ orderId, lifted }));
}

/** The first changes, as many as one step may load. */
function portion(changes: readonly Change[]): Change[] {
  let bytes = 0;
  const end = changes.findIndex(({ lifted }, index) => {
    for (const one of lifted) bytes += one.bytes;
    return index > 0 && (index >= stepOrders || bytes > stepBytes);
  });
  return end === -1 ? [...changes] : changes.slice(0, end);
}

async function fold(
  context: StepContext,
  lease: Lease,
  chosen: readonly Change[],
): Promise<{ attempt: Attempt | null; done: Change[]; redacts: boolean }> {
  const { pool, config, pace } = context;
  return await underLease(pool, lease, config.worker.leaseMs, async (client, shop) => {
    const { now, redacts } = shop;
    if (redacts) return { attempt: null, done: [], redacts };
    const ids = chosen.map(({ orderId }) => orderId);
    const stored = await loadOrders(client, lease.shop, ids);
    const loaded = asLoaded(stored.values());
    const offers = await offersOf(client, lease.shop, [
      ...Array.from(stored.values(), ({ state }) => state),
      ...chosen.flatMap(({ lifted }) => lifted.flatMap(({ state }) => state ?? [])),
    ]);
    const draft = draftOf(context, shop);
    const orders: StoredOrder[] = [];
    const events: OrderEvent[] = [];
    for (const { orderId, lifted } of chosen) {
      const order = stored.get(orderId) ?? newOrder(orderId, now);
      order.offers = offers;
      const isOver = pace.spent || (draft !== null && !hasRoom(draft, linesOf(order, lifted)));
      if (orders.length > 0 && isOver) break;
      await pace.piece(() => {
        foldInto(order, lifted, now);
        const payload = evaluate(order, shop, config.worker.waitForOrderMs);
        // what an import brought goes after all others
        if (draft !== null && !order.imported) addToDraft(draft, order, payload);
      });
      orders.push(order);
      events.push(eventOf(order, lifted, now));
    }
    const done = chosen.slice(0, orders.length);
    const attempt = draft && (await writeAttempt(client, shop, draft));
    await saveOrders(client, lease.shop, orders, loaded);
    const sent = new Set(attempt?.orders.map(({ id }) => id));
    for (const { orderId, detail } of events) {
      if (attempt && sent.has(orderId)) detail.attempt = attempt.id;
    }
    await addEvents(client, lease.shop, events);
    await noteRefundNews(client, lease.shop, ids, now);
    await markFolded(client, shop, idsOf(done));
    return { attempt, done, redacts };
  });
}

/** Null: nothing is sent now, or with a step of its own. */
function draftOf(context: StepContext, shop: ShopRow): Draft | null {
  // its feed is tried with a single order first
  if (shop.backoffCount > 0 || isResting(shop, "deliver")) return null;
  try {
    return openDraft(context, shop);
  } catch (error) {
    // it is no fault of the webhooks'; the step that only delivers says so
    if (error instanceof SecretError) return null;
    throw error;
  }
}

function linesOf(order: StoredOrder, lifted: readonly Lifted[]): number {
  const states = [order.state, ...lifted.map(({ state }) => state)];
  return Math.max(...states.map((state) => state?.head?.lineItems.length ?? 0));
}

function foldInto(order: StoredOrder, lifted: readonly Lifted[], now: number): void {
  let state = order.state;
  let read = false;
  for (const change of lifted) {
    if (change.state === null) {
      read = true;
      continue;
    }
    if (headsConflict(state, change.state)) read = true;
    state = join(state, change.state);
  }
  if (isNewer(state, order.state)) order.unread = false;
  if (state.head !== null && order.state.head === null) order.readAt = null;
  if (read) {
    order.readAt = now;
    order.readAttempts = 0;
  }
  order.state = state;
  markChanged(order, now);
}

function isNewer({ head }: OrderState, { head: former }: OrderState): boolean {
  return head !== null && (former === null || head.rank.updatedAt > former.rank.updatedAt);
}

/** What was folded together, and the request with it, is one event. */
function eventOf(order: StoredOrder, lifted: readonly Lifted[], now: number): OrderEvent {
  const { id: orderId, revision, status } = order;
  const webhooks = lifted.map(({ row }) => [row.topic, row.triggeredAt.getTime()] as const);
  // their time is a header, which nobody signed
  const at = Math.min(now, Math.max(...webhooks.map(([, triggeredAt]) => triggeredAt)));
  const detail = { webhooks, at: now, revision, status };
  return { orderId, source: `fold:${revision}`, at, kind: "fold", detail };
}

async function markFolded(
  client: pg.PoolClient,
  { domain, now }: ShopRow,
  ids: string[],
): Promise<void> {
  await client.query({
    name: "mark-folded",
    text: `UPDATE "InboxWebhook" SET "foldedAt" = $3, "payload" = NULL, "error" = NULL
      WHERE "shop" = $1 AND "webhookId" = ANY($2)`,
    values: [domain, ids, new Date(now)],
  });
}
