import type { OrderBook } from "./order-book.ts";
import { type Payload, payloadText, samplePayload } from "./payload.ts";
import type { ShopSubscriptions } from "./shop-subscriptions.ts";
import type { SimulatedOrder, SimulatedReturn, Units } from "./simulated-order.ts";

/** Returns of a simulated shop: who asks for one, who opens and who ends it, and what is told of it. */
export class ReturnDesk {
  readonly #orders: OrderBook;
  readonly #subscriptions: ShopSubscriptions;
  #lastId = 55_000_000n;

  constructor(orders: OrderBook, subscriptions: ShopSubscriptions) {
    this.#orders = orders;
    this.#subscriptions = subscriptions;
  }

  /** The buyer asks to give units back. */
  request(order: SimulatedOrder, units: Units[], isExchange = false): SimulatedReturn {
    this.#lastId += 1n;
    const made = { id: this.#lastId, status: "REQUESTED", isExchange, refundIds: [], units };
    order.returns = [...(order.returns ?? []), made];
    this.#tell(order, made, "returns/request");
    return made;
  }

  approve(order: SimulatedOrder, one: SimulatedReturn): void {
    this.#move(order, one, "OPEN", "returns/approve");
  }

  decline(order: SimulatedOrder, one: SimulatedReturn): void {
    this.#move(order, one, "DECLINED", "returns/decline");
  }

  close(order: SimulatedOrder, one: SimulatedReturn): void {
    this.#move(order, one, "CLOSED", "returns/close");
  }

  reopen(order: SimulatedOrder, one: SimulatedReturn): void {
    this.#move(order, one, "OPEN", "returns/reopen");
  }

  /** Units are taken off it again: the one kind of news that does not tell its order. */
  remove(order: SimulatedOrder, one: SimulatedReturn, units: Units[]): void {
    one.units = units;
    this.#tell(order, one, "returns/update");
  }

  #move(order: SimulatedOrder, one: SimulatedReturn, status: string, topic: string): void {
    one.status = status;
    this.#tell(order, one, topic);
  }

  #tell(order: SimulatedOrder, one: SimulatedReturn, topic: string): void {
    order.returnStatus = statusOf(order.returns ?? []);
    this.#orders.put(order);
    this.#subscriptions.tell(topic, payloadText(returnPayload(topic, order, one)), Date.now());
  }
}

/** https://shopify.dev/docs/api/admin-graphql/2026-10/enums/OrderReturnStatus */
function statusOf(returns: readonly SimulatedReturn[]): string {
  if (returns.some(({ status }) => status === "OPEN")) return "IN_PROGRESS";
  if (returns.some(({ status }) => status === "REQUESTED")) return "RETURN_REQUESTED";
  return returns.some(({ status }) => status === "CLOSED") ? "RETURNED" : "NO_RETURN";
}

/** What Shopify's own samples of the topics say: one does not name the order. */
export function returnPayload(topic: string, order: SimulatedOrder, one: SimulatedReturn): Payload {
  const sample = samplePayload(topic);
  const own: Payload = {
    ...{ id: one.id, admin_graphql_api_id: `gid://shopify/Return/${one.id}` },
    ...{ status: one.status.toLowerCase(), order_id: order.id },
    order: { id: order.id, admin_graphql_api_id: `gid://shopify/Order/${order.id}` },
  };
  return Object.fromEntries(
    Object.entries(sample).map(([key, value]) => [key, key in own ? own[key] : value]),
  );
}
