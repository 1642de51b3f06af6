import type pg from "pg";
import { firstRows } from "#app/database/first-rows.ts";
import { mapForFeed } from "#app/hakuna/map-for-feed.ts";
import { canonicalJson } from "#app/order/canonical.ts";
import type { FeedLineItem, FeedOrder } from "#app/order/feed-order.ts";
import { staysStripped } from "#app/order/fold.ts";
import type { MappingContext } from "#app/order/map.ts";
import type { AgreedPair, ManualPair } from "#app/order/pair.ts";
import { agreedPairs, readState, type StoredState } from "#app/order/stored-state.ts";
import { payloadsOf, type StoredPayloads } from "#app/store/attempts/accepted-payload.ts";

/** What of an order Hakuna would be told anew, by the part of the feed order that differs. */
export type Difference =
  | "blocked"
  | "status"
  | "customer"
  | "address"
  | "lines"
  | "pairs"
  | "ids"
  | "prices"
  | "fulfillments"
  | "refunds";

export type UpgradePreview = {
  shop: string;
  /** stored under earlier rules, and the newest of them is at Hakuna */
  orders: number;
  same: number;
  /** order ids by what would differ; an order may differ in several */
  differ: Partial<Record<Difference, string[]>>;
  /** orders whose pairs the present rules would make otherwise, and that keep those Hakuna accepted */
  keptPairs: string[];
};

const pageOrders = 200;

/** The version of states since which pairs follow the present rules. */
const rulesSince = 2;

type Row = {
  id: string;
  state: StoredState;
  manualPairs: ManualPair[];
  agreedPairs: AgreedPair[] | null;
} & StoredPayloads;

type ShopRules = Pick<MappingContext, "shopCountry" | "productIdentifier" | "acceptSuggestions">;

/**
 * What the present rules make of a shop's orders that were stored and accepted under earlier ones:
 * what Hakuna accepted is what those rules made. Reads alone; page by page.
 */
export async function upgradePreview(pool: pg.Pool, shop: string): Promise<UpgradePreview> {
  const preview: UpgradePreview = { shop, orders: 0, same: 0, differ: {}, keptPairs: [] };
  const { rows: rules } = await pool.query<ShopRules>(
    `SELECT "country" AS "shopCountry", "productIdentifier", "acceptSuggestions"
       FROM "Shop" WHERE "domain" = $1`,
    [shop],
  );
  if (!rules[0]) return preview;
  for (let after = ""; ; ) {
    const rows = await page(pool, shop, after);
    for (const row of rows) look(preview, row, rules[0]);
    after = rows.at(-1)?.id ?? "";
    if (rows.length < pageOrders) return preview;
  }
}

async function page(pool: pg.Pool, shop: string, after: string): Promise<Row[]> {
  const { rows } = await pool.query<Row>(
    `SELECT o."id", d."state", d."manualPairs", d."agreedPairs",
            d."lastPayload", d."formerPayload", d."sentIn", d."reportedUnits",
            o."acceptedAttempt", o."acceptedHash"
       FROM "Order" o JOIN "OrderDocument" d ON d."shop" = o."shop" AND d."orderId" = o."id"
      WHERE o."shop" = $1 AND o."id" > $2 AND o."acceptedHash" = o."payloadHash"
        AND (d."state"->>'schemaVersion')::int < $3
      ORDER BY o."id" ${firstRows("$4")}`,
    [shop, after, rulesSince, pageOrders],
  );
  return rows;
}

function look(preview: UpgradePreview, row: Row, rules: ShopRules): void {
  const { id, manualPairs } = row;
  const state = readState(row.state);
  const { lastPayload, reportedUnits } = payloadsOf(row);
  // it is never sent again
  if (lastPayload === null || state.head === null || staysStripped(state)) return;
  preview.orders += 1;
  const context = { ...rules, manualPairs, reportedUnits };
  const agreed = agreedPairs({ ...row, lastPayload });
  const { feedOrder } = mapForFeed(state, { ...context, agreedPairs: agreed });
  const found = feedOrder === null ? (["blocked"] as const) : differences(lastPayload, feedOrder);
  if (found.length === 0) preview.same += 1;
  for (const one of found) preview.differ[one] = [...(preview.differ[one] ?? []), id];
  const { feedOrder: unagreed } = mapForFeed(state, context);
  if (unagreed && feedOrder && differences(feedOrder, unagreed).includes("pairs")) {
    preview.keptPairs.push(id);
  }
}

const parts: Record<Exclude<Difference, "blocked">, (order: FeedOrder) => unknown> = {
  status: ({ status, placed_at, cancelled_at }) => [status, placed_at, cancelled_at],
  customer: ({ customer }) => customer,
  address: (order) => order.customer_billing_address,
  lines: ofLines(({ product_data: { price, ...product }, quantity }) => [product, quantity]),
  pairs: ofLines(({ custom_properties }) => custom_properties.protection_line_item_id),
  ids: ofLines(({ custom_properties: { offer_id, plan_id } }) => [offer_id, plan_id]),
  prices: ofLines(({ product_data }) => product_data.price),
  fulfillments: ofLines(({ fulfillments }) => fulfillments),
  refunds: ofLines(({ refunds }) => refunds),
};

function ofLines(part: (line: FeedLineItem) => unknown) {
  return ({ line_items }: FeedOrder) =>
    line_items
      .map((line) => [line.id, part(line)])
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}

function differences(a: FeedOrder, b: FeedOrder): Exclude<Difference, "blocked">[] {
  const names = Object.keys(parts) as (keyof typeof parts)[];
  return names.filter((name) => canonicalJson(parts[name](a)) !== canonicalJson(parts[name](b)));
}
