import { customers, products } from "./catalog.ts";
import { fulfillmentPayload, orderPayload, refundPayload } from "./order-payloads.ts";
import { payloadText } from "./payload.ts";
import type { SimulatedLine, SimulatedOrder, SimulatedRefund, Units } from "./simulated-order.ts";
import type { Webhook } from "./webhook.ts";

/**
 * Something that happens to an order: what, to which line (by place), of how many units, and how many
 * milliseconds after what happened before.
 */
export type Happening = {
  what: (typeof happenings)[number];
  line: number;
  units: number;
  afterMs: number;
};

/**
 * What a merchant, a customer and Shopify do with an order, as Shopify's documentation has it:
 * https://shopify.dev/docs/apps/build/orders-fulfillment/order-management-apps (edits, returns,
 * exchanges) and the Order, LineItem and Refund objects of the Admin API.
 */
export const happenings = [
  "pay",
  "void",
  "remove",
  "remove_with_refund",
  "take_back",
  "add",
  "fulfill",
  "cancel_fulfillment",
  "refund",
  "refund_money",
  "request_return",
  "exchange",
  "move",
  "reprice",
  "delete_product",
  "cancel",
] as const;

/**
 * Lives through an order of these lines. `quantity` is what was ordered and stays; edits remove units
 * that are not shipped, and may bring removed ones back; a refund takes units that are left; a return
 * that is asked for changes nothing yet; an exchange refunds a unit and adds a line to the same
 * order; a canceled fulfillment lets its units be shipped again; nothing but its customer's data
 * happens to an order after it is canceled.
 *
 * @returns the order at the end, and the webhooks in the order in which Shopify sent them
 */
export function editedLife(
  shop: string,
  lines: readonly SimulatedLine[],
  life: readonly Happening[],
  startedAt: number,
): { order: SimulatedOrder; webhooks: Webhook[] } {
  const order = newOrder(lines, startedAt);
  const webhooks: Webhook[] = [];
  let now = startedAt;
  let nextId = 900_000n;
  const tell = (topic: string, payload: Record<string, unknown>) => {
    const at = now + webhooks.length;
    const ids = { webhookId: `w-${webhooks.length}`, eventId: `e-${webhooks.length}` };
    webhooks.push({ shop, topic, body: payloadText(payload), triggeredAt: at, ...ids });
  };
  const newId = () => {
    nextId += 1n;
    return nextId;
  };
  tell("orders/create", orderPayload(order));
  for (const happening of life) {
    now += happening.afterMs;
    const part = happen(order, happening, { now, newId });
    if (part === null) continue;
    order.updatedAt = now;
    if (part.topic === "fulfillments/create" || part.topic === "fulfillments/update") {
      const made = order.fulfillments.find(({ id }) => id === part.id);
      if (made) tell(part.topic, fulfillmentPayload(order, made));
    }
    if (part.topic === "refunds/create") {
      const made = order.refunds.find(({ id }) => id === part.id);
      if (made) tell(part.topic, refundPayload(order, made));
    }
    tell(part.topic === "orders/cancelled" ? part.topic : "orders/updated", orderPayload(order));
  }
  return { order, webhooks };
}

/** What Shopify sends besides orders/updated. */
type Part = { topic: string; id?: bigint };

type Moment = { now: number; newId: () => bigint };

function happen(
  order: SimulatedOrder,
  { what, line: place, units }: Happening,
  { now, newId }: Moment,
): Part | null {
  const line = order.lines[place % order.lines.length];
  if (!line) return null;
  const isOver = order.cancelledAt !== null;
  if (isOver && what !== "move") return null;
  const told: Part = { topic: "orders/updated" };
  switch (what) {
    case "pay":
      order.financialStatus = "paid";
      return told;
    case "void":
      order.financialStatus = "voided";
      return told;
    case "remove": {
      const removed = Math.min(units, unfulfilled(order, line));
      line.removed += removed;
      return removed > 0 ? told : null;
    }
    case "remove_with_refund":
      return refund(order, [{ line, quantity: Math.min(units, unfulfilled(order, line)) }]);
    case "take_back": {
      const back = Math.min(units, line.removed);
      line.removed -= back;
      return back > 0 ? told : null;
    }
    case "add":
      add(units, line);
      return told;
    case "fulfill": {
      const quantity = Math.min(units, unfulfilled(order, line));
      if (quantity === 0) return null;
      const times = { createdAt: now, updatedAt: now };
      const shipped = { id: newId(), status: "success" as const, ...times };
      order.fulfillments.push({ ...shipped, units: [{ line, quantity }] });
      return { topic: "fulfillments/create", id: shipped.id };
    }
    case "cancel_fulfillment": {
      const shipped = order.fulfillments.find(({ status }) => status === "success");
      if (!shipped) return null;
      Object.assign(shipped, { status: "cancelled", updatedAt: now });
      return { topic: "fulfillments/update", id: shipped.id };
    }
    case "refund":
      return refund(order, [{ line, quantity: Math.min(units, left(order, line)) }]);
    case "refund_money":
      return made(order, []);
    case "request_return":
      return told;
    case "exchange": {
      const part = refund(order, [{ line, quantity: Math.min(units, left(order, line)) }]);
      if (part) add(units, line);
      return part;
    }
    case "move":
      order.customer = customers[units % customers.length] ?? null;
      return told;
    case "reprice":
      line.price += units;
      return told;
    case "delete_product":
      Object.assign(line, { variantId: null, productId: null, sku: null, vendor: null });
      return told;
    case "cancel": {
      order.cancelledAt = now;
      const rest = order.lines.map((one) => ({ line: one, quantity: left(order, one) }));
      made(
        order,
        rest.filter(({ quantity }) => quantity > 0),
      );
      return { topic: "orders/cancelled" };
    }
  }

  function add(quantity: number, like: SimulatedLine): void {
    const added = newLine(newId, quantity, like);
    order.lines.push(added);
    order.edits = [...(order.edits ?? []), { at: now, added: [{ line: added, quantity }] }];
  }

  function refund(of: SimulatedOrder, parts: Units[]): Part | null {
    return parts.some(({ quantity }) => quantity > 0) ? made(of, parts) : null;
  }

  function made(of: SimulatedOrder, parts: Units[]): Part {
    const refunded: SimulatedRefund = { id: newId(), createdAt: now, units: parts };
    of.refunds.push(refunded);
    const isAll = of.lines.every((one) => left(of, one) === 0);
    if (of.financialStatus !== "voided") {
      of.financialStatus = isAll ? "refunded" : "partially_refunded";
    }
    return { topic: "refunds/create", id: refunded.id };
  }
}

/** Units that are neither removed nor refunded: Shopify's current_quantity. */
function left({ refunds }: SimulatedOrder, line: SimulatedLine): number {
  return line.quantity - line.removed - unitsOf(refunds, line);
}

/** Units that are left and not shipped. */
function unfulfilled(order: SimulatedOrder, line: SimulatedLine): number {
  const shipped = order.fulfillments.filter(({ status }) => status === "success");
  return Math.max(0, left(order, line) - unitsOf(shipped, line));
}

function unitsOf(parts: readonly { units: Units[] }[], line: SimulatedLine): number {
  return parts
    .flatMap(({ units }) => units)
    .filter((units) => units.line === line)
    .reduce((sum, { quantity }) => sum + quantity, 0);
}

function newLine(newId: () => bigint, quantity: number, like: SimulatedLine): SimulatedLine {
  const [product] = products;
  return {
    ...{ id: newId(), quantity, removed: 0, title: product.title, vendor: product.vendor },
    ...{ sku: product.sku, variantId: newId(), productId: newId(), price: product.price },
    ...{ isPlan: like.isPlan, properties: like.properties },
  };
}

function newOrder(lines: readonly SimulatedLine[], at: number): SimulatedOrder {
  return {
    ...{ id: 800_001n, number: 1001, currency: "EUR", createdAt: at, updatedAt: at },
    ...{ cancelledAt: null, closedAt: null, financialStatus: "pending", isTest: false },
    ...{ customer: customers[0], fulfillments: [], refunds: [] },
    lines: lines.map((line) => ({ ...line })),
  };
}
