import { randomUUID } from "node:crypto";
import { createRandom, type Random } from "../random.ts";
import { customers, plans, products } from "./catalog.ts";
import { fulfillmentPayload, orderPayload, refundPayload } from "./order-payloads.ts";
import { payloadText } from "./payload.ts";
import type {
  SimulatedFulfillment,
  SimulatedLine,
  SimulatedOrder,
  SimulatedRefund,
  Units,
} from "./simulated-order.ts";
import type { Webhook } from "./webhook.ts";

/** What is sold. Prices in hundredths; ids are made up where they are left out. */
type Sold = {
  title: string;
  vendor: string;
  sku: string | null;
  price: number;
  productId?: bigint;
  variantId?: bigint;
};

/** A plan with the ids that Hakuna knows it by. */
export type SoldPlan = Omit<Sold, "vendor"> & { offer: string; plan: string };

/** Goods with the plans that are offered for them. */
export type Goods = Sold & { plans: readonly SoldPlan[] };

/** How a shop's orders are. */
export type ShopManner = {
  shop: string;
  currency: string;
  /** ids beyond 2^53 */
  bigIds: boolean;
  /** the order's; left out: that of its seed */
  number?: number;
  /**
   * what a customer of this country (ISO 3166-1 alpha-2, upper case; undefined: nobody knows) is
   * offered; left out: a few goods, each with the same plans
   */
  goods?: (country: string | undefined) => readonly Goods[];
  /** how many of the lines for which there are plans are bought with one, from 0 to 1; 0.8 */
  planShare?: number;
};

const usualPlans = plans.map((plan) => ({ ...plan, sku: plan.plan }));
const usualGoods: readonly Goods[] = products.map((product) => ({ ...product, plans: usualPlans }));

/** Something happened to an order: what it was like then, and the webhook that tells of it. */
export type Moment = { order: SimulatedOrder; webhook: Webhook };

/**
 * Lives through one order: bought with or without plans, paid, edited, shipped in parts, refunded,
 * cancelled. Answers its webhooks in the order in which they happened. The same seed gives the same
 * life.
 */
export function liveOrder(manner: ShopManner, seed: number, startedAt: number): Webhook[] {
  const webhooks: Webhook[] = [];
  live(manner, seed, startedAt, ({ webhook }) => webhooks.push(webhook));
  return webhooks;
}

/** The same life, with a copy of the order at each of its moments. */
export function orderMoments(manner: ShopManner, seed: number, startedAt: number): Moment[] {
  const moments: Moment[] = [];
  live(manner, seed, startedAt, ({ order, webhook }) => {
    moments.push({ order: structuredClone(order), webhook });
  });
  return moments;
}

function live(
  manner: ShopManner,
  seed: number,
  startedAt: number,
  onMoment: (moment: Moment) => void,
): void {
  const random = createRandom(seed);
  const nextId = idsFrom(manner.bigIds ? 820_982_911_946_154_508n : 5_000_000n, seed);
  const order = buy(manner, random, nextId, seed, startedAt);
  let told = 0;
  let now = startedAt;
  const tell = (topic: string, payload: Record<string, unknown>) => {
    const webhook = {
      shop: manner.shop,
      topic,
      body: payloadText(payload),
      webhookId: randomUUID(),
      eventId: randomUUID(),
      triggeredAt: now + told,
    };
    told += 1;
    onMoment({ order, webhook });
  };
  const changed = (ms: number) => {
    now += ms;
    order.updatedAt = now;
  };
  tell("orders/create", orderPayload(order));
  // often in the same second
  changed(random.pick([0, 200, 5_000]));
  order.financialStatus = random.chance(0.04) ? "voided" : "paid";
  tell("orders/updated", orderPayload(order));
  if (random.chance(0.08)) {
    changed(60_000);
    order.cancelledAt = now;
    refund(order, random, nextId, now, 1);
    if (order.financialStatus === "paid") order.financialStatus = "refunded";
    tell("orders/cancelled", orderPayload(order));
    return;
  }
  if (random.chance(0.1)) {
    changed(30_000);
    const line = random.pick(order.lines);
    line.removed = Math.min(1, line.quantity);
    tell("orders/updated", orderPayload(order));
  }
  for (const part of parts(order, random)) {
    changed(random.pick([400, 3_600_000]));
    const fulfillment: SimulatedFulfillment = {
      id: nextId(),
      status: "success",
      createdAt: now,
      updatedAt: now,
      units: part,
    };
    order.fulfillments.push(fulfillment);
    tell("fulfillments/create", fulfillmentPayload(order, fulfillment));
    tell("orders/updated", orderPayload(order));
    if (random.chance(0.08)) {
      changed(2_000);
      fulfillment.status = "cancelled";
      fulfillment.updatedAt = now;
      tell("fulfillments/update", fulfillmentPayload(order, fulfillment));
      tell("orders/updated", orderPayload(order));
    }
  }
  if (random.chance(0.2)) {
    changed(86_400_000);
    const refunded = refund(order, random, nextId, now, random.pick([0, 0.5, 1]));
    tell("refunds/create", refundPayload(order, refunded));
    tell("orders/updated", orderPayload(order));
  }
  if (random.chance(0.05)) {
    changed(1_000);
    const line = random.pick(order.lines);
    Object.assign(line, { variantId: null, productId: null, sku: null, vendor: null });
    tell("orders/updated", orderPayload(order));
  }
}

function idsFrom(base: bigint, seed: number): () => bigint {
  let next = base + BigInt(seed) * 1000n;
  return () => {
    next += 1n;
    return next;
  };
}

function buy(
  { currency, number, goods = () => usualGoods, planShare = 0.8 }: ShopManner,
  random: Random,
  nextId: () => bigint,
  seed: number,
  now: number,
): SimulatedOrder {
  const order: SimulatedOrder = {
    id: nextId(),
    number: number ?? 1000 + seed,
    currency,
    createdAt: now,
    updatedAt: now,
    cancelledAt: null,
    closedAt: null,
    financialStatus: "pending",
    isTest: random.chance(0.03),
    customer: random.chance(0.95) ? random.pick(customers) : null,
    lines: [],
    fulfillments: [],
    refunds: [],
  };
  const count = random.between(1, 3);
  for (let index = 0; index < count; index += 1) {
    const product = random.pick(goods(order.customer?.country));
    const quantity = random.pick([1, 1, 1, 2, 3]);
    const line = newLine(nextId, product, quantity, false);
    order.lines.push(line);
    if (product.plans.length === 0 || !random.chance(planShare)) continue;
    const plan = random.pick(product.plans);
    const vendor = random.pick(["hakuna", "Hakuna"]);
    const planLine = newLine(nextId, { ...plan, vendor }, quantity, true);
    link(line, planLine, plan, random);
    order.lines.push(planLine);
  }
  return order;
}

function newLine(nextId: () => bigint, of: Sold, quantity: number, isPlan: boolean): SimulatedLine {
  const { title, vendor, sku, price } = of;
  return {
    id: nextId(),
    productId: of.productId ?? nextId(),
    variantId: of.variantId ?? nextId(),
    ...{ quantity, removed: 0, title, vendor, sku, price, isPlan, properties: [] },
  };
}

/** All the ways in which shops link a product with its plan, and none. */
function link(line: SimulatedLine, planLine: SimulatedLine, plan: SoldPlan, random: Random): void {
  const offer = [
    { name: "_hakuna_offer_id", value: plan.offer },
    { name: "_hakuna_plan_id", value: plan.plan },
  ];
  const key = `ref-${line.id}`;
  switch (random.between(0, 5)) {
    case 0:
    case 1:
      line.properties = [{ name: "_hakuna_ref", value: key }];
      planLine.properties = [{ name: "_hakuna_ref", value: key }, ...offer];
      break;
    case 2:
      line.properties = [{ name: "_hakuna_protection", value: String(planLine.variantId) }];
      planLine.properties = offer;
      break;
    case 3:
      planLine.properties = [{ name: "_hakuna_product", value: String(line.variantId) }, ...offer];
      break;
    case 4:
      line.properties = [{ name: "protection_line_item_id", value: String(planLine.id) }];
      planLine.properties = [
        { name: "offer_id", value: plan.offer },
        { name: "plan_id", value: plan.plan },
      ];
      break;
    default:
      planLine.properties = offer;
  }
}

function parts(order: SimulatedOrder, random: Random): Units[][] {
  const goods = order.lines.filter(({ isPlan }) => !isPlan);
  const whole = goods
    .map((line) => ({ line, quantity: line.quantity - line.removed }))
    .filter(({ quantity }) => quantity > 0);
  if (whole.length === 0 || random.chance(0.1)) return [];
  if (whole.length > 1 && random.chance(0.4)) return whole.map((units) => [units]);
  return [whole];
}

function refund(
  order: SimulatedOrder,
  random: Random,
  nextId: () => bigint,
  now: number,
  share: number,
): SimulatedRefund {
  const left = order.lines
    .filter(({ quantity, removed }) => quantity > removed)
    .map((line) => ({ line, quantity: line.quantity - line.removed }));
  const units = share === 0 ? [] : share === 1 ? left : left.filter(() => random.chance(0.5));
  const refunded = { id: nextId(), createdAt: now, units };
  order.refunds.push(refunded);
  order.financialStatus = share === 1 ? "refunded" : "partially_refunded";
  return refunded;
}
