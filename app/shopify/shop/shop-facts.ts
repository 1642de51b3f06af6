import { z } from "zod";

/** The part of the library's Admin API client that is used here. */
export type ShopGraphql = (
  query: string,
  options: { signal: AbortSignal },
) => Promise<{ json(): Promise<unknown> }>;

/** The query for what the app needs to know of a shop itself. Needs no scope. */
export const shopFactsQuery = `#graphql
  query ShopFacts {
    shop {
      ianaTimezone
      email
      shopAddress {
        countryCodeV2
      }
    }
  }`;

const answerSchema = z.object({
  data: z.object({
    shop: z.object({
      ianaTimezone: z.string(),
      email: z.string().nullish(),
      shopAddress: z.object({ countryCodeV2: z.string().nullable() }),
    }),
  }),
});

/** A page waits no longer than this for it. */
const timeLimitMs = 3_000;

/** `timeZone`: IANA name, null where this process does not know it; `country`: ISO 3166-1 alpha-2, lower case; `email`: the owner's */
export type ShopFacts = { timeZone: string | null; country: string | null; email: string | null };

/**
 * Asks the Admin API what the app needs to know of the shop.
 *
 * @throws when Shopify does not answer in time, or something else
 */
export async function readShopFacts(graphql: ShopGraphql): Promise<ShopFacts> {
  const answer = await graphql(shopFactsQuery, { signal: AbortSignal.timeout(timeLimitMs) });
  const { shop } = answerSchema.parse(await answer.json()).data;
  return {
    timeZone: isTimeZone(shop.ianaTimezone) ? shop.ianaTimezone : null,
    country: shop.shopAddress.countryCodeV2?.toLowerCase() ?? null,
    email: shop.email || null,
  };
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
