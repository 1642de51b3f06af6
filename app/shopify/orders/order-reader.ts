import { setTimeout as sleep } from "node:timers/promises";
import type { OrderState } from "#app/order/state.ts";
import {
  type AdminAccess,
  AdminError,
  type AdminRefusal,
  type AskAdmin,
  openAdmin,
  unavailable,
} from "#app/shopify/access/admin-api.ts";
import { accessOf, type Denied, type MissingAccess } from "#app/shopify/access/denied.ts";
import { longestReadMs, readWithin } from "#app/shopify/access/read-within.ts";
import type { WholeOrder } from "./admin-order.ts";
import { stateOfOrder } from "./admin-state.ts";
import { deniedFields } from "./denied-fields.ts";
import {
  type AdminUnits,
  type LinesData,
  linesQuery,
  type OrderData,
  orderQuery,
  type Page,
  pageSizes,
  type UnitsData,
  unitsQuery,
} from "./order-query.ts";

/** Asks Shopify's Admin API for one order, by its numeric id. Never throws for Shopify's sake. */
export type OrderReader = (shop: string, orderId: string) => Promise<ReadAnswer>;

export type ReadAnswer =
  /** `missingAccess`: what would have let the app see all of it, sorted */
  | { kind: "order"; state: OrderState; missingAccess: MissingAccess[] }
  | { kind: "not_found" }
  | AdminRefusal;

const mostBeginnings = 3;

/**
 * Makes the reader. An order is read to its end, page by page; if it changes meanwhile, it is begun
 * again, so that a state never mixes two moments. Where a page has to wait for Shopify's rate limit
 * it waits, within the time that a read may take.
 *
 * @param readMs the longest that a read may take
 */
export function createOrderReader(shopify: AdminAccess, readMs = longestReadMs): OrderReader {
  return async (shop, orderId) => {
    try {
      return await readWithin(readMs, async (signal) => {
        const until = Date.now() + readMs;
        const ask = patiently(await openAdmin(shopify, shop, signal), until);
        return await readUnchanged(ask, orderId);
      });
    } catch (error) {
      if (error instanceof AdminError) return error.refusal;
      throw error;
    }
  };
}

async function readUnchanged(ask: AskAdmin, orderId: string): Promise<ReadAnswer> {
  for (let beginning = 0; beginning < mostBeginnings; beginning += 1) {
    const answer = await readWhole(ask, `gid://shopify/Order/${orderId}`);
    if (answer === "gone") return { kind: "not_found" };
    if (answer !== "changed") {
      const { whole, observedAt, denied } = answer;
      const state = stateOfOrder(whole, deniedFields(denied, ["order"]), observedAt);
      return { kind: "order", state, missingAccess: accessOf(denied) };
    }
  }
  throw unavailable("The order changed while it was read.");
}

type Reading = { whole: WholeOrder; observedAt: number; denied: Denied[] };

async function readWhole(ask: AskAdmin, id: string): Promise<Reading | "gone" | "changed"> {
  const begun = await begin(ask, id);
  const { order } = begun.data;
  if (order === null) return "gone";
  const isSame = (now: { updatedAt: string } | null) => now?.updatedAt === order.updatedAt;
  try {
    const lines = await allNodes(order.lineItems, async (after) => {
      const variables = { order: id, first: pageSizes.lines, after };
      const { data } = await ask<LinesData>(linesQuery, variables);
      if (data.order === null || !isSame(data.order)) throw new OrderChanged();
      return data.order.lineItems;
    });
    const unitsOf = async (part: { id: string }): Promise<AdminUnits[]> => {
      const page = async (after: string | null) => {
        const variables = { order: id, part: part.id, first: pageSizes.units, after };
        const { data } = await ask<UnitsData>(unitsQuery, variables);
        const found = data.node?.fulfillmentLineItems ?? data.node?.refundLineItems;
        if (!found || !isSame(data.order)) throw new OrderChanged();
        return found;
      };
      return allNodes(await page(null), page);
    };
    const whole: WholeOrder = { order, lines, fulfillments: [], refunds: [] };
    for (const fulfillment of order.fulfillments) {
      whole.fulfillments.push({ fulfillment, units: await unitsOf(fulfillment) });
    }
    for (const refund of order.refunds) {
      whole.refunds.push({ refund, units: await unitsOf(refund) });
    }
    return { whole, observedAt: begun.answeredAt, denied: begun.denied };
  } catch (error) {
    if (error instanceof OrderChanged) return "changed";
    throw error;
  }
}

class OrderChanged extends Error {}

/** Asks for the order, once more with fewer lines where it has very many fulfillments or refunds. */
async function begin(ask: AskAdmin, order: string) {
  const { lines, linesBesideManyParts, parts, mostParts } = pageSizes;
  const usual = await ask<OrderData>(orderQuery, { order, lines, parts });
  if (mostPartsOf(usual.data) < parts) return usual;
  const variables = { order, lines: linesBesideManyParts, parts: mostParts };
  const large = await ask<OrderData>(orderQuery, variables);
  if (mostPartsOf(large.data) < mostParts) return large;
  throw unavailable(`The order has ${mostParts} fulfillments or refunds, more than can be read.`);
}

function mostPartsOf({ order }: OrderData): number {
  return Math.max(order?.fulfillments.length ?? 0, order?.refunds.length ?? 0);
}

async function allNodes<Node>(
  first: Page<Node>,
  next: (after: string) => Promise<Page<Node>>,
): Promise<Node[]> {
  const nodes = [...first.nodes];
  let { pageInfo } = first;
  while (pageInfo.hasNextPage && pageInfo.endCursor !== null) {
    const page = await next(pageInfo.endCursor);
    nodes.push(...page.nodes);
    pageInfo = page.pageInfo;
  }
  return nodes;
}

/** Asks again after the time that Shopify names, where that still is before `until`. */
function patiently(ask: AskAdmin, until: number): AskAdmin {
  return async (query, variables) => {
    for (;;) {
      try {
        return await ask(query, variables);
      } catch (error) {
        if (!(error instanceof AdminError) || error.refusal.kind !== "unavailable") throw error;
        const { retryAfterMs } = error.refusal;
        if (retryAfterMs === null || Date.now() + retryAfterMs >= until) throw error;
        await sleep(Math.max(retryAfterMs, 100));
      }
    }
  };
}
