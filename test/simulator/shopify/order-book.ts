import type { Connection } from "./admin-api/connection.ts";
import { OrderIndex, type OrdersArguments } from "./admin-api/order-index.ts";
import { orderNode, partOf } from "./admin-api/order-node.ts";
import type { SimulatedOrder } from "./order-life.ts";
import { orderPayload } from "./order-payloads.ts";
import type { Payload } from "./payload.ts";

/** An order as the book keeps it. Times are epoch milliseconds. */
export type BookedOrder = {
  id: string;
  name: string;
  createdAt: number;
  updatedAt: number;
  /** ids of fulfillments and refunds */
  parts: string[];
  /** the order as its webhook sends it; made when it is asked for */
  payload(): Payload;
};

const sixtyDaysMs = 60 * 24 * 3_600_000;

/** The orders of a simulated shop, and the index through which they are found. */
export class OrderBook {
  /** how long after a change an order is found as changed; Infinity: not before `index.catchUp()` */
  indexLagMs = 0;
  readonly index = new OrderIndex();
  readonly #orders = new Map<string, BookedOrder & { at: number }>();
  readonly #orderOfPart = new Map<string, string>();

  get size(): number {
    return this.#orders.size;
  }

  /**
   * Notes an order's state. An older state than the one that is known is passed over.
   *
   * @param at when the order became so; its `updatedAt` alone does not tell two changes within a
   *   second apart
   */
  put(order: SimulatedOrder, at: number = order.updatedAt): void {
    this.putBooked(
      {
        id: String(order.id),
        name: `#${order.number}`,
        createdAt: order.createdAt,
        updatedAt: order.updatedAt,
        parts: [...order.fulfillments, ...order.refunds].map(({ id }) => String(id)),
        payload: () => orderPayload(order),
      },
      at,
    );
  }

  /** Notes an order of which there is a webhook's payload alone. */
  putPayload(payload: Payload): void {
    const parts = [payload.fulfillments, payload.refunds].flatMap(
      (all) => (all ?? []) as Payload[],
    );
    this.putBooked({
      id: String(payload.id),
      name: String(payload.name),
      createdAt: Date.parse(String(payload.created_at)),
      updatedAt: Date.parse(String(payload.updated_at)),
      parts: parts.map(({ id }) => String(id)),
      payload: () => payload,
    });
  }

  putBooked(order: BookedOrder, at: number = order.updatedAt): void {
    const known = this.#orders.get(order.id);
    if (known && known.at > at) return;
    this.#orders.set(order.id, { ...order, at });
    for (const part of order.parts) this.#orderOfPart.set(part, order.id);
    const { id, name } = order;
    const createdAt = wholeSeconds(order.createdAt);
    const updatedAt = wholeSeconds(order.updatedAt);
    this.index.add({ id, name, createdAt, updatedAt }, Date.now() + this.indexLagMs);
  }

  /** Deletes an order, as a merchant can. */
  delete(id: string): void {
    this.#orders.delete(id);
    this.index.remove(id);
  }

  /** The order of a global id; null where there is none that the app may see. */
  node(gid: string, seesAll: boolean, now: number): object | null {
    const order = this.#orders.get(numericId(gid));
    if (!order || order.createdAt < oldest(seesAll, now)) return null;
    return orderNode(order.payload());
  }

  /** The fulfillment or refund of a global id. */
  part(gid: string, seesAll: boolean, now: number): object | null {
    const order = this.#orders.get(this.#orderOfPart.get(numericId(gid)) ?? "");
    if (!order || order.createdAt < oldest(seesAll, now)) return null;
    return partOf(order.payload(), gid) ?? null;
  }

  page(args: OrdersArguments, seesAll: boolean, now: number): Connection {
    return this.index.page(args, oldest(seesAll, now), now, (id) => {
      const order = this.#orders.get(id);
      if (!order) throw new Error(`The index holds the order ${id}, which is gone.`);
      return orderNode(order.payload());
    });
  }

  count(args: OrdersArguments & { limit?: number | null }, seesAll: boolean, now: number): object {
    const found = this.index.matching({ query: args.query }, oldest(seesAll, now), now).length;
    const limit = args.limit === undefined ? 10_000 : args.limit;
    const isCut = limit !== null && found > limit;
    return { count: isCut ? limit : found, precision: isCut ? "AT_LEAST" : "EXACT" };
  }
}

/** Without `read_all_orders` an app sees the orders of the last 60 days. */
function oldest(seesAll: boolean, now: number): number {
  return seesAll ? Number.NEGATIVE_INFINITY : now - sixtyDaysMs;
}

function numericId(gid: string): string {
  return gid.slice(gid.lastIndexOf("/") + 1);
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
