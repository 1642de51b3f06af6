import type pg from "pg";
import { holdsPlans } from "#app/order/lines.ts";
import { type KnownOffers, knownOffers, type PlanOffer } from "#app/order/mapping/covers.ts";
import type { OrderState } from "#app/order/state.ts";

/** An offer as it is kept; `validUntil` in epoch milliseconds, null: not known. */
export type KeptOffer = Omit<PlanOffer, "knownFrom" | "currentFrom"> & {
  termMonths: number | null;
  validUntil: number | null;
};

/**
 * `coming`: Shopify is about to be told, and carts may carry it; `current`: Shopify has taken it;
 * `former`: a variant bore it before anybody wrote it down.
 */
export type OfferMoment = "coming" | "current" | "former";

const details = ["productId", "productPrice", "price", "currency", "country", "termMonths"];

/**
 * Keeps offers beside those that the variants had before; no offer twice.
 *
 * @param at epoch milliseconds
 */
export async function keepOffers(
  client: Pick<pg.PoolClient, "query">,
  shop: string,
  offers: readonly KeptOffer[],
  { moment, at }: { moment: OfferMoment; at: number },
): Promise<void> {
  if (offers.length === 0) return;
  const known = [...details, "validUntil", "currentFrom"].map(
    (column) => `"${column}" = coalesce(EXCLUDED."${column}", o."${column}")`,
  );
  await client.query(
    `INSERT INTO "PlanOffer" AS o ("shop", "planVariantId", "offerId", "planId", "productId",
            "productPrice", "price", "currency", "country", "termMonths", "validUntil", "knownFrom",
            "currentFrom")
     SELECT $1, r."planVariantId", r."offerId", r."planId", r."productId", r."productPrice",
            r."price", r."currency", r."country", r."termMonths",
            to_timestamp(r."validUntil" / 1000), to_timestamp($3::float8 / 1000),
            to_timestamp($4::float8 / 1000)
       FROM jsonb_to_recordset($2::jsonb) AS r("planVariantId" text, "offerId" text, "planId" text,
            "productId" text, "productPrice" bigint, "price" bigint, "currency" text,
            "country" text, "termMonths" int, "validUntil" float8)
     ON CONFLICT ("shop", "planVariantId", "offerId", "planId")
       ${moment === "former" ? "DO NOTHING" : `DO UPDATE SET ${known.join(", ")}`}`,
    [shop, JSON.stringify(offers), at, moment === "coming" ? null : at],
  );
}

/**
 * The offers that lines of these orders may be of: those of their variants, and in orders with plans
 * those of their products.
 */
export async function offersOf(
  client: Pick<pg.PoolClient, "query">,
  shop: string,
  states: Iterable<OrderState>,
): Promise<KnownOffers> {
  const all = [...states];
  const variants = idsIn(all, "variantId");
  if (variants.length === 0) return knownOffers([]);
  const ask = async (sold: readonly OrderState[]) => {
    const { rows } = await client.query<PlanOffer>({
      name: "offers-of",
      text: `SELECT "planVariantId", "offerId", "planId", "productId", "currency", "country", "termMonths",
            "productPrice"::float8 AS "productPrice", "price"::float8 AS "price",
            (extract(epoch FROM "knownFrom") * 1000)::float8 AS "knownFrom",
            (extract(epoch FROM "currentFrom") * 1000)::float8 AS "currentFrom"
       FROM "PlanOffer"
      WHERE "shop" = $1 AND ("planVariantId" = ANY($2) OR "productId" = ANY($3))`,
      values: [shop, variants, idsIn(sold, "productId")],
    });
    return knownOffers(rows);
  };
  const sold = all.filter((state) => state.head !== null && holdsPlans(state, state.head));
  const offers = await ask(sold);
  const others = all.filter((state) => !sold.includes(state) && bearsOffers(state, offers));
  // plans that only their variants tell, which is rare
  return others.length === 0 ? offers : await ask([...sold, ...others]);
}

function idsIn(states: readonly OrderState[], kind: "variantId" | "productId"): string[] {
  const facts = states.flatMap(({ productFacts }) => Object.values(productFacts));
  return [...new Set(facts.flatMap((fact) => fact[kind]?.value ?? []))];
}

function bearsOffers(state: OrderState, offers: KnownOffers): boolean {
  return idsIn([state], "variantId").some((id) => offers.ofPlan(id).length > 0);
}
