import { z } from "zod";
import { shopIdIn } from "./granted-scopes.ts";

/** The part of the library's Admin API client that is used here. */
export type ShopGraphql = (
  query: string,
  options: { signal: AbortSignal },
) => Promise<{ json(): Promise<unknown> }>;

/** The query for what the app needs to know of a shop itself. Needs no scope. */
export const shopFactsQuery = `#graphql
  query ShopFacts {
    shop {
      id
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
      id: z.string().regex(/^gid:\/\/shopify\/Shop\/\d+$/),
      ianaTimezone: z.string(),
      email: z.string().nullish(),
      shopAddress: z.object({ countryCodeV2: z.string().nullable() }),
    }),
  }),
});

/** A page waits no longer than this for it. */
const timeLimitMs = 3_000;

/**
 * `id`: numeric; `timeZone`: IANA name, null where this process does not know it; `country`: ISO 3166-1
 * alpha-2, lower case; `email`: the owner's
 */
export type ShopFacts = {
  id: string;
  timeZone: string | null;
  country: string | null;
  email: string | null;
};

/**
 * Asks the Admin API what the app needs to know of the shop.
 *
 * @throws when Shopify does not answer in time, or something else
 */
export async function readShopFacts(graphql: ShopGraphql): Promise<ShopFacts> {
  const answer = await graphql(shopFactsQuery, { signal: AbortSignal.timeout(timeLimitMs) });
  const { shop } = answerSchema.parse(await answer.json()).data;
  return {
    id: shopIdIn({ shop }),
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
