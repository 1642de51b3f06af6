import type pg from "pg";
import { inTransaction } from "#app/database/transaction.ts";
import type { CountryOutcome, OfferedCountry } from "./offer-plans.ts";
import type { CountryLack, PlanFailure } from "./plan-result.ts";

type Client = Pick<pg.PoolClient, "query">;

/**
 * Takes what is known of a product from before there were several countries over: it is of the
 * shop's own.
 */
export async function carryOffersOver(
  client: Client,
  shop: string,
  productId: string,
  country: string,
): Promise<void> {
  await client.query(
    `WITH former AS (
       DELETE FROM "ProductOffer" WHERE "shop" = $1 AND "productId" = $2 RETURNING "epoch", "expiresAt"
     )
     INSERT INTO "CountryOffer" AS o ("shop", "productId", "country", "prices", "epoch", "expiresAt")
     SELECT $1, $2, $3, count(*), min("epoch"), min("expiresAt") FROM former HAVING count(*) > 0
     ON CONFLICT ("shop", "productId", "country") DO UPDATE SET
       "prices" = EXCLUDED."prices", "epoch" = EXCLUDED."epoch", "expiresAt" = EXCLUDED."expiresAt"`,
    [shop, productId, country],
  );
}

/** Whether plans of offers are wanted for a product, though it may lack them; else nothing is renewed. */
export async function hasOffers(client: Client, shop: string, productId: string): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT 1 FROM "CountryOffer" WHERE "shop" = $1 AND "productId" = $2 LIMIT 1`,
    [shop, productId],
  );
  return rows.length > 0;
}

/**
 * The countries in which a product has offers, and whether they are over: expired, another account's,
 * or withdrawn.
 */
export async function offeredCountries(
  client: Client,
  shop: string,
  productId: string,
  { epoch, now }: { epoch: number; now: number },
): Promise<OfferedCountry[]> {
  const { rows } = await client.query<OfferedCountry>(
    `SELECT "country", ("expiresAt" <= to_timestamp($3 / 1000.0) OR "epoch" <> $4 OR "prices" = 0) AS "isOver"
       FROM "CountryOffer" WHERE "shop" = $1 AND "productId" = $2 AND "expiresAt" IS NOT NULL`,
    [shop, productId, now, epoch],
  );
  return rows;
}

/**
 * The countries in which a product's plans may be sold no more, because the shop does not sell there,
 * or because the offer has expired; and the shop's own. Null: it has none.
 */
export async function unsellable(
  client: Client,
  shop: string,
  productId: string,
  now: number,
): Promise<{ own: string; countries: string[] } | null> {
  const { rows } = await client.query<{ own: string; countries: string[] }>(
    `SELECT s."country" AS "own", array_agg(o."country" ORDER BY o."country") AS "countries"
       FROM "CountryOffer" o JOIN "Shop" s ON s."domain" = o."shop"
      WHERE o."shop" = $1 AND o."productId" = $2 AND ${isUnsellable("$3")}
      GROUP BY s."country"`,
    [shop, productId, now],
  );
  return rows[0] ?? null;
}

/**
 * Of offers `o` and shops `s`: what is still linked and may be sold no more. What is withdrawn keeps
 * its end and has no prices: it is renewed once that can be done.
 *
 * @param now the parameter with the time, in epoch milliseconds
 */
export function isUnsellable(now: string): string {
  return `s."country" IS NOT NULL AND o."prices" > 0
    AND (o."expiresAt" <= to_timestamp(${now} / 1000.0)
      OR NOT (o."country" = s."country" OR o."country" = ANY(s."sellingCountries")))`;
}

/** What Shopify refuses it may take later: it limits how many variants a shop makes in a day. */
const shopifyRefusesMs = 7 * 24 * 60 * 60_000;

/**
 * Of offers `o` and shops `s`: what there was no offer for, by the account that the shop has now. It
 * is asked for again once something else is to be asked. Where nothing is sold any more because an
 * answer could not be used, the next one may be mended.
 *
 * @param now the parameter with the time
 */
export function isRefused(now: string): string {
  return `(starts_with(o."refusedFor", s."epoch" || ' ')
    AND NOT (o."lacks" = 'shopify_refused'
      AND o."refusedAt" <= ${now}::timestamptz - interval '${shopifyRefusesMs} milliseconds')
    AND NOT (o."prices" = 0 AND o."lacks" IN ('other_currency', 'other_country')))`;
}

/** Notes that a product's plans of these countries are not linked any more. */
export async function withdrawOffers(
  client: Client,
  shop: string,
  productId: string,
  countries: readonly string[],
  now: number,
): Promise<void> {
  const key = [shop, productId, countries];
  await client.query(
    `UPDATE "CountryOffer" SET "prices" = 0
      WHERE "shop" = $1 AND "productId" = $2 AND "country" = ANY($3)`,
    key,
  );
  await client.query(
    `UPDATE "CountryOffer" SET "lacks" = 'expired'
      WHERE "shop" = $1 AND "productId" = $2 AND "country" = ANY($3) AND "lacks" IS NULL
        AND "expiresAt" <= to_timestamp($4 / 1000.0)`,
    [...key, now],
  );
}

/** Notes what a product has and lacks in each country, in the place of what was known. */
export async function saveOffers(
  pool: pg.Pool,
  shop: string,
  productId: string,
  epoch: number,
  countries: readonly CountryOutcome[],
): Promise<void> {
  const offered = countries.flatMap((one) => (one.kind === "offered" ? one : []));
  const lacking = countries.flatMap((one) =>
    one.kind === "lacks"
      ? {
          ...{ ...one.lack, keeps: one.keeps },
          refusedFor: one.refusedFor && `${epoch} ${one.refusedFor}`,
        }
      : [],
  );
  await inTransaction(pool, async (client, now) => {
    await client.query(
      `DELETE FROM "CountryOffer"
        WHERE "shop" = $1 AND "productId" = $2 AND NOT ("country" = ANY($3))`,
      [shop, productId, countries.map(({ country }) => country)],
    );
    await client.query(
      `INSERT INTO "CountryOffer" ("shop", "productId", "country", "prices", "epoch", "expiresAt", "ownLists")
       SELECT $1, $2, r."country", r."prices", $3, to_timestamp(r."expiresAt" / 1000), true
         FROM jsonb_to_recordset($4::jsonb) AS r("country" text, "prices" int, "expiresAt" float8)
       ON CONFLICT ("shop", "productId", "country") DO UPDATE SET "prices" = EXCLUDED."prices",
         "epoch" = EXCLUDED."epoch", "expiresAt" = EXCLUDED."expiresAt", "ownLists" = true,
         "lacks" = NULL, "lacksWords" = NULL, "refusedFor" = NULL, "refusedAt" = NULL`,
      [shop, productId, epoch, JSON.stringify(offered)],
    );
    await client.query(
      `INSERT INTO "CountryOffer" AS o ("shop", "productId", "country", "epoch", "ownLists", "lacks",
              "lacksWords")
       SELECT $1, $2, r."country", $3, true, r."code", r."words"
         FROM jsonb_to_recordset($4::jsonb) AS r("country" text, "code" text, "words" text)
       ON CONFLICT ("shop", "productId", "country") DO UPDATE SET "lacks" = EXCLUDED."lacks",
         "ownLists" = true, "lacksWords" = EXCLUDED."lacksWords"`,
      [shop, productId, epoch, JSON.stringify(lacking)],
    );
    // of what had offers: what never had any is tried when somebody asks for it
    await client.query(
      `UPDATE "CountryOffer" o SET "refusedFor" = r."refusedFor", "refusedAt" = $4
         FROM jsonb_to_recordset($3::jsonb) AS r("country" text, "refusedFor" text)
        WHERE o."shop" = $1 AND o."productId" = $2 AND o."country" = r."country"
          AND (o."expiresAt" IS NOT NULL OR o."refusedFor" IS NOT NULL)`,
      [shop, productId, JSON.stringify(lacking), new Date(now)],
    );
    await client.query(
      `UPDATE "CountryOffer" SET "prices" = 0, "expiresAt" = NULL
        WHERE "shop" = $1 AND "productId" = $2 AND "country" = ANY($3)`,
      [shop, productId, lacking.filter(({ keeps }) => !keeps).map(({ country }) => country)],
    );
  });
}

/**
 * Notes that a product gets no plans wherever the shop sells; answers the countries where it had some of
 * offers.
 *
 * @param refusal `refusedFor`: of what that is said; it is tried again once something else is to be asked
 */
export async function refuseOffers(
  pool: pg.Pool,
  shop: string,
  productId: string,
  { code, refusedFor }: { code: PlanFailure; refusedFor: string },
): Promise<string[]> {
  const { rows } = await pool.query<{
    epoch: number;
    country: string | null;
    sellingCountries: string[] | null;
  }>(`SELECT "epoch", "country", "sellingCountries" FROM "Shop" WHERE "domain" = $1`, [shop]);
  const { epoch = 0, country: own = null, sellingCountries = null } = rows[0] ?? {};
  if (own === null) {
    await forgetOffers(pool, shop, productId);
    return [];
  }
  await carryOffersOver(pool, shop, productId, own);
  const { rows: had } = await pool.query<{ country: string }>(
    `SELECT "country" FROM "CountryOffer" WHERE "shop" = $1 AND "productId" = $2 AND "prices" > 0
      ORDER BY "country"`,
    [shop, productId],
  );
  const outcomes = [...new Set([own, ...(sellingCountries ?? [])])].map((country) => {
    const lack = { country, code, words: null };
    return { country, kind: "lacks" as const, lack, keeps: false, refusedFor };
  });
  await saveOffers(pool, shop, productId, epoch, outcomes);
  return had.map(({ country }) => country);
}

/**
 * What a product has in a country: for how many of its prices there is an offer, and when the first
 * of them expires, in epoch milliseconds; and why the last try gave none.
 */
export type ProductCountry = {
  country: string;
  prices: number;
  expiresAt: number | null;
  lack: Omit<CountryLack, "country"> | null;
};

/** What is known of products by country. `own`: the shop's own country, of which older offers are. */
export async function readOffers(
  pool: pg.Pool,
  shop: string,
  productIds: readonly string[],
  own: string | null,
): Promise<Record<string, ProductCountry[]>> {
  const { rows } = await pool.query<{ productId: string } & ProductCountry>(
    `SELECT "productId", "country", "prices", (extract(epoch FROM "expiresAt") * 1000)::float8 AS "expiresAt",
            CASE WHEN "lacks" IS NULL THEN NULL
                 ELSE jsonb_build_object('code', "lacks", 'words', "lacksWords") END AS "lack"
       FROM "CountryOffer" WHERE "shop" = $1 AND "productId" = ANY ($2)
     UNION ALL
     SELECT "productId", coalesce($3, ''), count(*)::int,
            (extract(epoch FROM min("expiresAt")) * 1000)::float8, NULL
       FROM "ProductOffer" WHERE "shop" = $1 AND "productId" = ANY ($2) GROUP BY "productId"
     ORDER BY "productId", "country"`,
    [shop, productIds, own],
  );
  const byProduct: Record<string, ProductCountry[]> = {};
  for (const { productId, ...offer } of rows) {
    byProduct[productId] = [...(byProduct[productId] ?? []), offer];
  }
  return byProduct;
}

/** The product's plans are no longer those of an offer: nothing is renewed. */
export async function forgetOffers(pool: pg.Pool, shop: string, productId: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    for (const table of ["CountryOffer", "ProductOffer"]) {
      await client.query(`DELETE FROM "${table}" WHERE "shop" = $1 AND "productId" = $2`, [
        shop,
        productId,
      ]);
    }
  });
}
