import type { Connection } from "./admin-api/connection.ts";
import { OrderIndex, type OrdersArguments } from "./admin-api/order-index.ts";
import { lineOf, orderNode, partOf } from "./admin-api/order-node.ts";
import { returnNode } from "./admin-api/refund-nodes.ts";
import type { SimulatedOrder } from "./simulated-order.ts";

const sixtyDaysMs = 60 * 24 * 3_600_000;

/** The orders of a simulated shop, and the index through which they are found. */
export class OrderBook {
  /** how long after a change an order is found as changed; Infinity: not before `index.catchUp()` */
  indexLagMs = 0;
  readonly index = new OrderIndex();
  readonly #orders = new Map<string, { order: SimulatedOrder; at: number }>();
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
    const id = String(order.id);
    const known = this.#orders.get(id);
    if (known && known.at > at) return;
    this.#orders.set(id, { order, at });
    for (const part of [...order.fulfillments, ...order.refunds, ...order.lines]) {
      this.#orderOfPart.set(String(part.id), id);
    }
    const createdAt = wholeSeconds(order.createdAt);
    const updatedAt = wholeSeconds(order.updatedAt);
    const name = `#${order.number}`;
    const returnStatus = (order.returnStatus ?? "NO_RETURN").toLowerCase();
    this.index.add({ id, name, createdAt, updatedAt, returnStatus }, Date.now() + this.indexLagMs);
  }

  /** The order, also one that the app may not see. */
  get(id: string): SimulatedOrder | undefined {
    return this.#orders.get(id)?.order;
  }

  /** Takes an order out of the shop. */
  delete(id: string): void {
    this.#orders.delete(id);
    this.index.remove(id);
  }

  /** The order of a global id; null where there is none that the app may see. */
  node(gid: string, seesAll: boolean, now: number): object | null {
    const order = this.get(numericId(gid));
    if (!order || order.createdAt < oldest(seesAll, now)) return null;
    return orderNode(order);
  }

  /** The fulfillment, refund or line of a global id. */
  part(gid: string, seesAll: boolean, now: number): object | null {
    const order = this.get(this.#orderOfPart.get(numericId(gid)) ?? "");
    if (!order || order.createdAt < oldest(seesAll, now)) return null;
    return (gid.includes("/LineItem/") ? lineOf(order, gid) : partOf(order, gid)) ?? null;
  }

  /** The return of a global id, with its order. */
  returnOf(gid: string, seesAll: boolean, now: number): object | null {
    for (const [id, { order }] of this.#orders) {
      const found = order.returns?.find((one) => String(one.id) === numericId(gid));
      const node = found ? this.node(`gid://shopify/Order/${id}`, seesAll, now) : null;
      if (found && node) return { ...returnNode(found), order: node };
    }
    return null;
  }

  page(args: OrdersArguments, seesAll: boolean, now: number): Connection {
    return this.index.page(args, oldest(seesAll, now), now, (id) => {
      const order = this.get(id);
      if (!order) throw new Error(`The index holds the order ${id}, which is gone.`);
      return orderNode(order);
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
