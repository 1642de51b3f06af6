import type pg from "pg";
import { nearMs } from "#app/order/refunds/windows.ts";
import { type ShopMailKind, weekBefore } from "#app/shops/shop-mails.ts";
import type { Note } from "#app/texts/order-texts.ts";
import { pageOfOrders } from "#app/views/list-in-parts.ts";
import { type ListedRow, listedOfRow, listedOrder } from "#app/views/listed-order.ts";
import { viewCounts } from "#app/views/order-list.ts";

/** What a mail tells a merchant. Times are epoch milliseconds. No customer data. */
export type ShopNews = {
  kind: ShopMailKind;
  shop: string;
  /** IANA name */
  timeZone: string;
  /** en or de; null: no page was opened yet */
  language: string | null;
  /** when it is made */
  at: number;
  /** orders that need attention; of `deadlines`: whose deadline is near */
  count: number;
  /** the first of them, the nearest deadline first */
  orders: NewsOrder[];
  /** plans that end soon, because their renewal waits for the merchant; null: there are none */
  ending: { products: number; until: number; wait: MerchantsWait } | null;
  /** of `weekly` */
  week: (Week & { block: BlockNews }) | null;
};

export type NewsOrder = { name: string; note: Note | null; until: number | null };

type Week = {
  /** days, both included */
  from: string;
  to: string;
  /** plans of the orders of these days; `net`: what those cost that are not refunded, in minor units */
  sold: { currency: string; plans: number; refunded: number; net: number }[];
};

/** What is known of the app's parts in the theme: when they were last seen live, or which is gone since when. */
export type BlockNews = {
  seenAt: number | null;
  gone: { part: "protection" | "cart-guard"; at: number } | null;
  byHand: boolean;
};

/** Waits of a renewal that a merchant can end: of PlanWait in app/plans/plan-result.ts. */
const merchantsWaits = ["no_session", "no_access", "no_key", "key_refused", "no_country"] as const;
type MerchantsWait = (typeof merchantsWaits)[number];

type Client = Pick<pg.Pool, "query">;

/** Orders that a mail names. */
const named = 10;

/**
 * Reads what there is to tell a shop's merchant now; null: there is nothing to tell. A weekly mail
 * always tells something.
 */
export async function readShopNews(
  pool: pg.Pool,
  shop: Pick<ShopNews, "shop" | "timeZone" | "language">,
  kind: ShopMailKind,
  now: number,
): Promise<ShopNews | null> {
  const { shop: domain, timeZone } = shop;
  const about = { kind, ...shop, at: now };
  const ending = await readEnding(pool, domain, now);
  if (kind === "deadlines") {
    const near = await readNear(pool, domain, now);
    if (near.count === 0 && ending === null) return null;
    return { ...about, ...near, ending, week: null };
  }
  const { attention } = await viewCounts(pool, domain);
  const filter = {
    ...({ view: "attention", sort: "deadline" } as const),
    ...{ query: null, from: null, to: null, finding: null, plans: null },
  };
  const page = await pageOfOrders(pool, domain, timeZone, filter, null, named);
  const orders = page.orders.map(({ id, name, note, refundUntil }) => ({
    ...{ name: name ?? id, note, until: refundUntil },
  }));
  const days = weekBefore(now, timeZone);
  const sold = await readSold(pool, domain, days);
  const week = { ...days, sold, block: await readBlock(pool, domain) };
  return { ...about, count: attention, orders, ending, week };
}

type NearRow = ListedRow & { count: number; until: number };

/**
 * Orders that need attention and of which a plan can be refunded no longer than that, but for those
 * that the app refunds by itself.
 */
async function readNear(
  client: Client,
  shop: string,
  now: number,
): Promise<Pick<ShopNews, "count" | "orders">> {
  const { rows } = await client.query<NearRow>(
    `SELECT ${listedOfRow}, (extract(epoch FROM o."refundUntil") * 1000)::float8 AS "until",
            (count(*) OVER ())::int AS "count"
       FROM "Order" o
      WHERE o."shop" = $1 AND o."needsAttention" AND o."refundUntil" >= $2 AND o."refundUntil" <= $3
        AND o."refundUnits" > (
          SELECT coalesce(sum(r."units"), 0) FROM "PlanRefund" r
           WHERE r."shop" = $1 AND r."orderId" = o."id" AND r."endedAt" IS NULL
             AND r."state" IN ('planned', 'asking', 'paying'))
      ORDER BY o."refundUntil", o."id" LIMIT ${named}`,
    [shop, new Date(now), new Date(now + nearMs)],
  );
  const orders = rows.map(({ count: _, until, ...row }) => {
    const { id, name, note } = listedOrder(row);
    return { name: name ?? id, note, until };
  });
  return { count: rows[0]?.count ?? 0, orders };
}

/** A plan whose offer is over is taken off its product. */
async function readEnding(client: Client, shop: string, now: number): Promise<ShopNews["ending"]> {
  const { rows } = await client.query<{
    products: number;
    until: number | null;
    wait: MerchantsWait;
  }>(
    `SELECT count(DISTINCT o."productId")::int AS "products", min(j."reason") AS "wait",
            (extract(epoch FROM min(o."expiresAt")) * 1000)::float8 AS "until"
       FROM "CountryOffer" o JOIN "PlanJob" j ON j."shop" = o."shop"
      WHERE o."shop" = $1 AND o."expiresAt" >= $2 AND o."expiresAt" <= $3
        AND j."kind" = 'renew' AND j."state" = 'running' AND j."reason" = ANY($4)`,
    [shop, new Date(now), new Date(now + nearMs), merchantsWaits],
  );
  const [row] = rows;
  return row && row.until !== null ? { ...row, until: row.until } : null;
}

async function readSold(
  client: Client,
  shop: string,
  { from, to }: { from: string; to: string },
): Promise<Week["sold"]> {
  const { rows } = await client.query<Week["sold"][number]>(
    `SELECT "currency", sum("plans")::int AS "plans", sum("refunded")::int AS "refunded",
            sum("value" - "returned")::float8 AS "net"
       FROM "SaleCount"
      WHERE "shop" = $1 AND "span" = 'day' AND "kind" = 'all' AND "day" >= $2 AND "day" <= $3
      GROUP BY "currency" HAVING sum("plans") > 0 ORDER BY sum("value" - "returned") DESC, "currency"`,
    [shop, from, to],
  );
  return rows;
}

async function readBlock(client: Client, shop: string): Promise<BlockNews> {
  type Row = { seenAt: Date | null; part: string | null; goneAt: Date | null; byHand: boolean };
  const { rows } = await client.query<Row>(
    `SELECT "blockSeenAt" AS "seenAt", "blockGone" AS "part", "blockGoneAt" AS "goneAt",
            "blockByHand" AS "byHand" FROM "Shop" WHERE "domain" = $1`,
    [shop],
  );
  const [row] = rows;
  const part = row?.part === "cart-guard" ? "cart-guard" : "protection";
  return {
    seenAt: row?.seenAt?.getTime() ?? null,
    gone: row?.part && row.goneAt ? { part, at: row.goneAt.getTime() } : null,
    byHand: row?.byHand ?? false,
  };
}
