import type { OrderBook } from "./order-book.ts";
import { linesPrice, paidBy } from "./order-money.ts";
import { orderPayload, refundPayload } from "./order-payloads.ts";
import { payloadText } from "./payload.ts";
import {
  type SimulatedOrder,
  type SimulatedPayment,
  type SimulatedRefund,
  unitsLeft,
} from "./simulated-order.ts";
import { type Webhook, webhookOf } from "./webhook.ts";

/** A refund as it is asked for; amounts are the buyer's minor units, ids numeric. */
export type AskedRefund = {
  orderId: string;
  note: string | null;
  notify: boolean;
  allowOverRefunding: boolean;
  units: { lineId: string; quantity: number; restockType: "NO_RESTOCK" | "RETURN" | "CANCEL" }[];
  payments: { gateway: string; amount: number }[];
};

type Answer = {
  refund: SimulatedRefund | null;
  order: SimulatedOrder | null;
  problem: string | null;
};
type Kept = { at: number; asked: string; answer: Answer };

/** Shopify keeps idempotency keys for a limited time: a repeat after it acts again. */
const keptMs = 24 * 3_600_000;

/** Pays back what apps ask for. What was asked for with a key is answered again, not done again. */
export class RefundDesk {
  /** how the next payments end; those after them succeed */
  readonly fates: SimulatedPayment["status"][] = [];
  /** ids of orders that somebody is editing */
  readonly locked = new Set<string>();
  /** payments that cannot be paid back through Shopify */
  readonly unsupported = new Set<string>();
  /** how often a refund was asked for, and how often one was made */
  readonly seen = { asked: 0, made: 0 };
  readonly #orders: OrderBook;
  readonly #send: (webhook: Webhook) => void;
  readonly #shop: string;
  readonly #keys = new Map<string, Kept>();
  #nextId = 7_000_000_000n;

  constructor(shop: string, orders: OrderBook, send: (webhook: Webhook) => void) {
    this.#shop = shop;
    this.#orders = orders;
    this.#send = send;
  }

  /** The time is over for which keys are kept. */
  forgetKeys(): void {
    this.#keys.clear();
  }

  create(key: string, asked: AskedRefund, now: number): Answer {
    this.seen.asked += 1;
    const text = JSON.stringify(asked);
    const kept = this.#keys.get(key);
    if (kept && kept.at + keptMs > now) {
      if (kept.asked === text) return kept.answer;
      const problem =
        "The same idempotency key cannot be used with different operation parameters.";
      return { refund: null, order: null, problem };
    }
    const answer = this.#make(asked, now);
    this.#keys.set(key, { at: now, asked: text, answer });
    return answer;
  }

  /** A payment ends that was pending. */
  settle(orderId: string, refundId: string, status: SimulatedPayment["status"], now = Date.now()) {
    const order = this.#orders.get(orderId);
    const refund = order?.refunds.find(({ id }) => String(id) === refundId);
    if (!order || !refund) throw new Error("There is no such refund.");
    for (const payment of refund.payments ?? []) payment.status = status;
    this.#tell(order, null, now);
  }

  #make(asked: AskedRefund, now: number): Answer {
    const order = this.#orders.get(asked.orderId) ?? null;
    const no = (problem: string): Answer => ({ refund: null, order, problem });
    if (order === null) return no("Order does not exist");
    if (this.locked.has(asked.orderId)) return no("Order is locked while it is being edited.");
    const units = asked.units.map(({ lineId, quantity, restockType }) => ({
      line: order.lines.find(({ id }) => String(id) === lineId),
      quantity,
      restockType,
    }));
    for (const { line, quantity } of units) {
      if (!line) return no("Line item does not exist");
      if (quantity > unitsLeft(order, line)) {
        return no("Quantity cannot refund more items than were purchased");
      }
    }
    const paid = paidBy(order);
    for (const { gateway, amount } of asked.payments) {
      const source = paid.find((one) => one.gateway === gateway);
      if (!source || this.unsupported.has(gateway)) {
        return no(`The payment gateway ${gateway} is not supported for refunds`);
      }
      if (amount > source.left && !asked.allowOverRefunding) {
        return no("Refund amount exceeds the maximum refundable amount");
      }
    }
    const refund: SimulatedRefund = {
      id: this.#id(),
      createdAt: now,
      note: asked.note,
      notified: asked.notify,
      units: units.flatMap(({ line, ...rest }) => (line ? [{ line, ...rest }] : [])),
      payments: asked.payments.map(({ gateway, amount }) => ({
        ...{ id: this.#id(), gateway, amount },
        status: this.fates.shift() ?? "SUCCESS",
      })),
    };
    order.refunds.push(refund);
    order.financialStatus = "partially_refunded";
    this.seen.made += 1;
    this.#tell(order, refund, now);
    return { refund, order, problem: null };
  }

  /** The webhooks that follow; they wait with the others. */
  #tell(order: SimulatedOrder, refund: SimulatedRefund | null, now: number): void {
    // whole seconds: a change is told of as a later one
    order.updatedAt = Math.max(now, order.updatedAt + 1000);
    this.#orders.put(order, order.updatedAt);
    if (refund) {
      const text = payloadText(refundPayload(order, refund));
      this.#send(webhookOf(this.#shop, "refunds/create", text, now));
    }
    const text = payloadText(orderPayload(order));
    this.#send(webhookOf(this.#shop, "orders/updated", text, now + 1));
  }

  #id(): bigint {
    this.#nextId += 1n;
    return this.#nextId;
  }
}

/** What the amount of a refund differs from its lines' by: an order adjustment. */
export function adjustmentOf(order: SimulatedOrder, refund: SimulatedRefund): number {
  const paid = (refund.payments ?? []).reduce((sum, { amount }) => sum + amount, 0);
  return refund.payments ? paid - linesPrice(order, refund) : 0;
}
