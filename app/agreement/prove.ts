import { randomUUID } from "node:crypto";
import type pg from "pg";
import { giveWay } from "#app/foundation/give-way.ts";
import { openPace, type Pace } from "#app/foundation/pace.ts";
import { untilEnding } from "#app/foundation/until-ending.ts";
import type { OrderState } from "#app/order/state.ts";
import type { RunResult } from "#app/queue/lane.ts";
import { readsAllOrders } from "#app/scan/scan-runs.ts";
import { mostPoints, type OrdersById, ordersAtOnce } from "#app/shopify/orders/orders-by-id.ts";
import { holdingShop, type ShopRow } from "#app/store/lease.ts";
import { noteMissingAccess } from "#app/store/missing-access.ts";
import { addEvents, type OrderEvent } from "#app/store/order-events.ts";
import { asLoaded, loadOrders, saveOrders } from "#app/store/order-store.ts";
import { offersOf } from "#app/store/plan-offers.ts";
import { alone, type Place, type RunContext } from "#app/store/run-context.ts";
import { forgetDifferences, noteDifferences } from "./differences.ts";
import { readStatuses, type StatusesToRead, statusesToRead } from "./feed-status.ts";
import { isNight } from "./night.ts";
import {
  backOffProof,
  beginProof,
  claimProof,
  endProof,
  keepProof,
  nextProofMs,
  type Proof,
  postponeProof,
  releaseProof,
  saveProofPage,
} from "./proof-store.ts";
import { proveOrder } from "./prove-order.ts";
import { takeSample } from "./sample.ts";

/** `wake` queues the shop's sync run: what a proof mended is to be sent. */
export type ProofContext = RunContext & {
  ordersById: OrdersById;
  wake(shops: readonly string[]): Promise<void>;
};

/** So long a proof works on a shop before others that are to be read go first. */
const stepMs = 5_000;
/** When a proof looks again whose shop has something else to do, or is not to be proven now. */
const busyMs = 2_000;
const pausedMs = 5 * 60_000;
/** Clocks, and webhooks that are under way. */
const minuteMs = 60_000;

/**
 * Goes on with the shop's nightly proof: a sample of its orders is read fresh from Shopify, page by
 * page, and held against what is stored and what Hakuna accepted; differences are mended and counted.
 * How far it came is written down with each page: it is safe to kill anywhere, and goes on where it
 * was. Whatever else the shop has to do goes first, and while it waits for Shopify or Hakuna it lends its
 * place to another shop.
 */
export async function proveShop(
  context: ProofContext,
  shop: string,
  place: Place = alone,
): Promise<RunResult> {
  const { pool, config } = context;
  const { leaseMs } = config.worker;
  const token = randomUUID();
  const until = context.now() + Math.min(stepMs, config.worker.stepMs);
  const pace = openPace(context.door);
  const night = () => isNight(config.proof.hours, context.now());
  let proof: Proof | null = null;
  // Shopify may take longer than the lease lasts; a process that is gone renews nothing
  const keeping = setInterval(() => {
    if (proof) keepProof(pool, proof, leaseMs).catch(() => undefined);
  }, leaseMs / 3);
  try {
    while (context.now() < until && !context.ending.aborted) {
      if (!(await place.hasPlace())) break;
      await giveWay(context.door);
      await pace.rest();
      proof = await claimProof(pool, shop, { token, leaseMs, night: night() });
      if (proof === null) break;
      await proofStep({ ...context, pace, place }, proof);
    }
  } finally {
    clearInterval(keeping);
    await releaseProof(pool, shop, token);
  }
  // another process takes over
  if (context.ending.aborted) return { again: false, nextInMs: null };
  const ms = await nextProofMs(pool, shop, night());
  return ms !== null && ms <= 0 ? { again: true, nextInMs: null } : { again: false, nextInMs: ms };
}

type StepContext = ProofContext & { pace: Pace; place: Place };

async function proofStep(context: StepContext, proof: Proof): Promise<void> {
  const { pool, config } = context;
  const ids = (proof.sample ?? []).slice(proof.position, proof.position + ordersAtOnce);
  const ready = await holdingShop(pool, proof.shop, async (client, shop) => {
    if (!mayBeProven(shop)) return "paused";
    if (await hasOtherWork(client, shop, proof)) return "busy";
    if (!proof.running) return "begins";
    return await statusesToRead(client, context, shop, ids);
  });
  switch (ready) {
    case null:
    case "paused":
      return await postponeProof(pool, proof, { ms: pausedMs, reason: "paused" });
    case "busy":
      return await postponeProof(pool, proof, { ms: busyMs, reason: "busy" });
    case "begins":
      return await begin(context, proof);
  }
  if (ids.length === 0 || proof.points >= config.proof.points) {
    const { hours: night } = config.proof;
    const now = context.now();
    await endProof(pool, proof, { now, night, settledMs: settledMs(context) });
    context.log.info({ shop: proof.shop, orders: proof.position }, "proven");
    return;
  }
  await provePage(context, proof, { ids, ready });
}

/** Until then webhooks and the reconciliation may still bring what changed. */
function settledMs({ config }: Pick<RunContext, "config">): number {
  return config.scan.intervalMs + config.scan.overlapMs + minuteMs;
}

/** Connected, not paused, not held, not being evaluated under other settings. */
function mayBeProven({ installed, delivers, reviewAfter }: ShopRow): boolean {
  return installed && delivers && reviewAfter === null;
}

/** A proof that was asked for waits for no reading of many orders. */
async function hasOtherWork(
  client: pg.PoolClient,
  { domain, now }: ShopRow,
  { asked }: Proof,
): Promise<boolean> {
  const { rows } = await client.query({
    name: "work-before-a-proof",
    text: `SELECT EXISTS (SELECT 1 FROM "InboxWebhook" WHERE "shop" = $1 AND "foldedAt" IS NULL
                             AND "quarantinedAt" IS NULL)
        OR EXISTS (SELECT 1 FROM "Order" WHERE "shop" = $1 AND "dueAt" <= $2)
        OR EXISTS (SELECT 1 FROM "Order" WHERE "shop" = $1 AND "readAt" <= $2)
        OR (NOT $3 AND EXISTS (SELECT 1 FROM "OrderScan" WHERE "shop" = $1 AND "running"
                                  AND "dueAt" <= $2)) AS "is"`,
    values: [domain, new Date(now), asked],
  });
  return rows[0].is;
}

/** The shop's row is not held: the older a shop, the longer it may take to find its orders. */
async function begin(context: StepContext, proof: Proof): Promise<void> {
  const { pool, config } = context;
  const { shop, through, cursor } = proof;
  const now = context.now();
  const { rows } = await pool.query<{ scopes: string | null }>(
    `SELECT "scopes" FROM "Shop" WHERE "domain" = $1`,
    [shop],
  );
  await forgetDifferences(pool, shop, now);
  const sampled = await takeSample(pool, shop, {
    ...{ now, through, cursor, most: config.proof.orders },
    settled: now - settledMs(context),
    readsAll: readsAllOrders(rows[0] ?? { scopes: null }),
  });
  await beginProof(pool, proof, { ...sampled, now });
}

async function provePage(
  context: StepContext,
  proof: Proof,
  { ids, ready }: { ids: string[]; ready: StatusesToRead },
): Promise<void> {
  const { pool, metrics, log, ending, place } = context;
  const answer = await place.away(untilEnding(ending, context.ordersById(proof.shop, ids)));
  if (answer === null) return;
  if (answer.kind !== "orders") {
    await noteMissingAccess(pool, proof.shop, { ...answer, states: [] });
    return await backOffProof(context, proof, answer);
  }
  let { points } = answer;
  const reads = new Map<string, OrderState | null>();
  for (const { id, state } of answer.orders) {
    if (state !== "too_large") {
      reads.set(id, state);
      continue;
    }
    const single = await place.away(untilEnding(ending, context.readOrder(proof.shop, id)));
    if (single === null) return;
    points += mostPoints;
    reads.set(id, single.kind === "order" ? single.state : null);
  }
  const failed = await place.away(readStatuses(context, ready));
  if (failed === null) return;
  // where none is free in time, what Shopify was asked for is proven all the same
  await place.hasPlace();
  const proven = await holdingShop(pool, proof.shop, async (client, shop) => {
    if (!mayBeProven(shop)) return null;
    const { missingAccess } = answer;
    await noteMissingAccess(client, shop.domain, { missingAccess, states: [...reads.values()] });
    const page = await proveOrders(context, client, shop, { reads, failed });
    const position = proof.position + ids.length;
    const checked = { checked: page.read, differed: page.differing.length };
    if (!(await saveProofPage(client, proof, { position, points, ...checked }))) {
      throw new ProofLostError();
    }
    return page;
  }).catch((error: unknown) => {
    if (error instanceof ProofLostError) return null;
    throw error;
  });
  if (proven === null) return;
  const differ = proven.differing.length;
  metrics.proven({ agree: proven.read - differ, differ, unread: proven.unread });
  if (differ === 0) return;
  const orders = proven.differing.map(({ id }) => id);
  const kinds = proven.differing.map(({ kinds }) => kinds);
  log.warn({ shop: proof.shop, orders, kinds }, "orders differed and were mended");
  await context.wake([proof.shop]);
}

/** Somebody else has the proof: nothing of the page is mended. */
class ProofLostError extends Error {}

type ProvenPage = { read: number; unread: number; differing: { id: string; kinds: string }[] };

/** Proves the orders of a page and saves what is mended. The caller holds the shop's row. */
async function proveOrders(
  { config, pace }: StepContext,
  client: pg.PoolClient,
  shop: ShopRow,
  page: { reads: ReadonlyMap<string, OrderState | null>; failed: Map<string, Set<string>> },
): Promise<ProvenPage> {
  const { domain, now } = shop;
  const ids = [...page.reads.keys()];
  const orders = await loadOrders(client, domain, ids);
  const loaded = asLoaded(orders.values());
  const offers = await offersOf(client, domain, [
    ...Array.from(orders.values(), ({ state }) => state),
    ...[...page.reads.values()].flatMap((state) => state ?? []),
  ]);
  const times = { settledMs: settledMs({ config }), waitMs: config.worker.waitForOrderMs };
  const proven: ProvenPage = { read: 0, unread: 0, differing: [] };
  const agreeing: string[] = ids.filter((id) => !orders.has(id));
  const changed: typeof orders = new Map();
  const events: OrderEvent[] = [];
  for (const [id, order] of orders) {
    order.offers = offers;
    const read = page.reads.get(id) ?? null;
    const hasFailed =
      order.status === "confirmed" &&
      page.failed.get(order.acceptedAttempt ?? "")?.has(id) === true;
    const verdict = await pace.piece(() => proveOrder(order, { read, hasFailed }, shop, times));
    if (verdict === "never") agreeing.push(id);
    if (verdict === "never" || verdict === "later") continue;
    changed.set(id, order);
    if (read === null) proven.unread += 1;
    if (read !== null || verdict.length > 0) proven.read += 1;
    if (verdict.length === 0) {
      agreeing.push(id);
      continue;
    }
    const kinds = verdict.join();
    proven.differing.push({ id, kinds });
    events.push({
      ...{ orderId: id, source: `proof:${now}`, at: now, kind: "read" },
      detail: { result: "proof", kinds, revision: order.revision, status: order.status },
    });
  }
  await saveOrders(client, domain, [...changed.values()], loaded);
  await addEvents(client, domain, events);
  await noteDifferences(client, domain, now, { differing: proven.differing, agreeing });
  return proven;
}
