import type pg from "pg";

/** Beside the shop's own: Liquid looks at 50 plans of a product, and each country has three. */
export const mostSellingCountries = 15;

/** By country: whether Hakuna makes offers there, and when it last said so, in epoch milliseconds. */
export type CountryAnswers = { [country: string]: { sells: boolean; at: number } };

/** A country that was refused is asked for again after this: Hakuna goes on to new ones. */
export const askAgainMs = 24 * 60 * 60_000;

/** The countries in which Hakuna makes no offers, as far as it is known. */
export function refusedCountries(answers: CountryAnswers, now: number): string[] {
  return Object.entries(answers).flatMap(([country, { sells, at }]) =>
    sells || at <= now - askAgainMs ? [] : [country],
  );
}

/** Notes what Hakuna's answer told of a country; the same again only where it is old by now. */
export async function noteCountry(
  pool: pg.Pool,
  shop: string,
  country: string,
  { sells, at }: CountryAnswers[string],
): Promise<void> {
  await pool.query(
    `UPDATE "Shop" SET "countryAnswers" =
            "countryAnswers" || jsonb_build_object($2::text, jsonb_build_object('sells', $3::bool, 'at', $4::float8))
      WHERE "domain" = $1
        AND ("countryAnswers" -> $2 ->> 'sells' IS DISTINCT FROM $3::bool::text
          OR ("countryAnswers" -> $2 ->> 'at')::float8 < $4::float8 - $5::float8)`,
    [shop, country, sells, at, askAgainMs / 2],
  );
}
