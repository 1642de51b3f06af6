import { openShop } from "#app/refunds/carry-out.ts";
import { troubleOf } from "#app/refunds/put-off.ts";
import { nextLook } from "#app/refunds/record-refund.ts";
import type { RefundContext } from "#app/refunds/refund-context.ts";
import { changeRefund, openRefundOf } from "#app/refunds/refund-store.ts";
import { type OrderInHand, withOrder } from "#app/refunds/refunded-order.ts";
import { unavailable } from "#app/shopify/access/admin-api.ts";
import { numericId } from "#app/shopify/global-id.ts";
import {
  type OneReturnData,
  returnLines,
  returnQuery,
} from "#app/shopify/refunds/return-queries.ts";
import { mayGoAlone } from "#app/store/refund-standing.ts";
import {
  type DueReturn,
  endReturn,
  forgetReturn,
  keepReturn,
  noteUnread,
  type OpenReturn,
  takeDueReturn,
} from "./return-store.ts";

/** Beyond them it is read once a day (`readAllReturns`), and when there is news of it. */
const mostTries = 12;

/** After the news a return is asked for again ever more rarely, where Shopify does not answer. */
function againAt(now: number): (tries: number) => number | null {
  return (tries) => (tries < mostTries ? nextLook(tries, now) : null);
}

/**
 * Reads the return of the shop that is due first, and writes down how it stands. What was planned to
 * be refunded by itself waits while a return of its order is under way, and is looked at again when
 * that is over.
 *
 * @returns whether there was one
 */
export async function readNextReturn(context: RefundContext, shop: string): Promise<boolean> {
  const { pool, now, log } = context;
  const due = await takeDueReturn(pool, shop, now(), againAt(now()));
  if (due === null) return false;
  try {
    const read = await readReturn(context, shop, due.id);
    const orderId = read?.orderId ?? due.orderId;
    const isKept =
      orderId !== null &&
      (await withOrder(context, shop, orderId, (inHand) => note(inHand, due, read)));
    if (!isKept) await forgetReturn(pool, shop, due.id, due.dueAt);
  } catch (error) {
    const { problem, words } = troubleOf(error);
    log.warn({ err: error, shop, return: due.id, problem }, "a return was not read");
    await noteUnread(pool, shop, due.id, words ?? "");
  }
  return true;
}

/** Null: there is no such return that the app may see. */
async function readReturn(
  context: RefundContext,
  shop: string,
  id: string,
): Promise<(Omit<OpenReturn, "status"> & { status: string }) | null> {
  const ask = await openShop(context, shop);
  const variables = { id: `gid://shopify/Return/${id}`, lines: returnLines };
  const { data, denied } = await ask<OneReturnData>(returnQuery, variables);
  if (denied.length > 0) throw unavailable("The app may not read returns.");
  if (data.return === null) return null;
  const { status, order, exchangeLineItems, returnLineItems } = data.return;
  return {
    ...{ id, status, orderId: numericId(order.id) },
    isExchange: exchangeLineItems.nodes.length > 0,
    units: returnLineItems.nodes.flatMap(({ fulfillmentLineItem, quantity, refundedQuantity }) =>
      fulfillmentLineItem
        ? [
            {
              lineItemId: numericId(fulfillmentLineItem.lineItem.id),
              units: quantity - refundedQuantity,
            },
          ]
        : [],
    ),
  };
}

/** Whether the return is to be kept: it is under way, and its order holds plans. */
async function note(
  inHand: OrderInHand,
  due: DueReturn,
  read: Awaited<ReturnType<typeof readReturn>>,
): Promise<boolean> {
  const { order, shop, client, plans, lines, tell } = inHand;
  if (plans.length === 0 || order.status === "skipped") return false;
  const step = isUnderWay(read) ? stepOf(read) : "return_over";
  const back = read?.units ?? [];
  const titles = lines.filter(({ id }) => back.some(({ lineItemId }) => lineItemId === id));
  const units = back.reduce((total, { units }) => total + units, 0);
  const title = titles.map((line) => line.title).join(", ") || null;
  const status = isUnderWay(read) ? read.status : null;
  if (status !== due.status) {
    tell({
      source: `return:${due.id}:${step}`,
      detail: { step, title, units, amount: null, currency: null, by: "shopify" },
    });
  }
  // it holds back what would go by itself, or does not any more
  if (mayGoAlone(order, shop)) order.refundLookAt = shop.now;
  if (!isUnderWay(read)) {
    await endReturn(client, shop.domain, due.id);
    return false;
  }
  await holdBack(inHand);
  await keepReturn(client, shop.domain, read, due.dueAt);
  return true;
}

function stepOf({ status }: OpenReturn): string {
  return status === "OPEN" ? "return_open" : "return_requested";
}

function isUnderWay(read: { status: string } | null): read is OpenReturn {
  return read?.status === "OPEN" || read?.status === "REQUESTED";
}

/** What is planned is not said any more to go at its time. */
async function holdBack({ order, shop, client, plans }: OrderInHand): Promise<void> {
  for (const { plan } of plans) {
    const refund = await openRefundOf(client, shop.domain, order.id, plan.id);
    if (refund?.state !== "planned") continue;
    await changeRefund(client, shop.domain, refund.id, ["planned"], {
      ...{ state: "dropped", problem: "return_open", dueAt: null, endedAt: shop.now },
    });
    order.refundLookAt = shop.now;
  }
}
