import { type CountryAnswers, refusedCountries } from "#app/store/country-answers.ts";
import type { PlanMaking } from "./country-plans.ts";
import type { PlanContext } from "./plan-context.ts";
import { JobHalt } from "./plan-result.ts";
import { marketScopes, translationScopes } from "./plan-scopes.ts";

/** What a shop's offers are fetched with; `epoch`: of the connection that they are good for. */
export type ShopOffering = Omit<
  PlanMaking,
  "ask" | "key" | "keep" | "note" | "locales" | "languageIn"
> & { epoch: number; mayTranslate: boolean };

/** Reads what offers need of a shop. @throws JobHalt where it is not set up for them */
export async function openOffering(
  { pool, secrets, offers, now }: PlanContext,
  domain: string,
): Promise<ShopOffering> {
  const { rows } = await pool.query<{
    environment: "sandbox" | "production";
    apiKeySealed: string | null;
    country: string | null;
    sellingCountries: string[] | null;
    countryAnswers: CountryAnswers;
    scopes: string | null;
    epoch: number;
    keyVersion: number;
  }>(
    `SELECT "environment", "apiKeySealed", "country", "sellingCountries", "countryAnswers", "scopes",
            "epoch", "keyVersion" FROM "Shop" WHERE "domain" = $1`,
    [domain],
  );
  const shop = rows[0];
  if (!shop?.apiKeySealed) {
    throw new JobHalt("no_key", null, null, shop?.keyVersion ?? null);
  }
  if (shop.country === null) throw new JobHalt("no_country");
  const scopes = shop.scopes?.split(",") ?? [];
  const has = (scope: string) => scopes.includes(scope);
  return {
    offers,
    target: {
      environment: shop.environment,
      apiKey: secrets.open(shop.apiKeySealed, domain),
    },
    countries: [...new Set([shop.country, ...(shop.sellingCountries ?? [])])],
    refused: refusedCountries(shop.countryAnswers, now()),
    mayPublish: has("write_publications"),
    mayReadMarkets: marketScopes.every(has),
    mayTranslate: translationScopes.every(has),
    epoch: shop.epoch,
    keyVersion: shop.keyVersion,
  };
}
