import type pg from "pg";
import { linesOf } from "#app/order/lines.ts";
import type { PlanOffer } from "#app/order/mapping/covers.ts";
import type { OrderState } from "#app/order/state.ts";

/** An offer as it is kept; `validUntil` in epoch milliseconds, null: not known. */
export type KeptOffer = PlanOffer & { termMonths: number | null; validUntil: number | null };

/**
 * Keeps offers beside those that the variants had before; no offer twice. One that is known keeps its
 * beginning.
 */
export async function keepOffers(
  client: Pick<pg.PoolClient, "query">,
  shop: string,
  offers: readonly KeptOffer[],
): Promise<void> {
  if (offers.length === 0) return;
  await client.query(
    `INSERT INTO "PlanOffer" AS o ("shop", "planVariantId", "offerId", "planId", "productId",
            "productPrice", "price", "currency", "country", "termMonths", "validFrom", "validUntil")
     SELECT $1, r."planVariantId", r."offerId", r."planId", r."productId", r."productPrice",
            r."price", r."currency", r."country", r."termMonths",
            to_timestamp(r."validFrom" / 1000), to_timestamp(r."validUntil" / 1000)
       FROM jsonb_to_recordset($2::jsonb) AS r("planVariantId" text, "offerId" text, "planId" text,
            "productId" text, "productPrice" bigint, "price" bigint, "currency" text,
            "country" text, "termMonths" int, "validFrom" float8, "validUntil" float8)
     ON CONFLICT ("shop", "planVariantId", "offerId", "planId") DO UPDATE SET
       "productId" = coalesce(EXCLUDED."productId", o."productId"),
       "productPrice" = coalesce(EXCLUDED."productPrice", o."productPrice"),
       "price" = coalesce(EXCLUDED."price", o."price"),
       "currency" = coalesce(EXCLUDED."currency", o."currency"),
       "country" = coalesce(EXCLUDED."country", o."country"),
       "termMonths" = coalesce(EXCLUDED."termMonths", o."termMonths"),
       "validUntil" = coalesce(EXCLUDED."validUntil", o."validUntil")`,
    [shop, JSON.stringify(offers)],
  );
}

/**
 * The offers that the plans of these orders may be of: those of the plans' variants and those of the
 * products. Nothing is asked for orders without plans.
 */
export async function offersOf(
  client: Pick<pg.PoolClient, "query">,
  shop: string,
  states: Iterable<OrderState>,
): Promise<PlanOffer[]> {
  const plans = new Set<string>();
  const products = new Set<string>();
  for (const state of states) {
    if (state.head === null) continue;
    const lines = linesOf(state, state.head);
    if (!lines.some(({ isProtection }) => isProtection)) continue;
    for (const { isProtection, variantId, productId } of lines) {
      if (isProtection && variantId !== null) plans.add(variantId);
      if (!isProtection && productId !== null) products.add(productId);
    }
  }
  if (plans.size === 0) return [];
  const { rows } = await client.query<PlanOffer>({
    name: "offers-of",
    text: `SELECT "planVariantId", "offerId", "planId", "productId", "currency", "country",
            "productPrice"::float8 AS "productPrice", "price"::float8 AS "price",
            (extract(epoch FROM "validFrom") * 1000)::float8 AS "validFrom"
       FROM "PlanOffer"
      WHERE "shop" = $1 AND ("planVariantId" = ANY($2) OR "productId" = ANY($3))`,
    values: [shop, [...plans], [...products]],
  });
  return rows;
}
