import { createHash } from "node:crypto";
import type { FeedTarget } from "#app/hakuna/feed-target.ts";
import type { Offer } from "#app/hakuna/offer.ts";
import type { OffersClient } from "#app/hakuna/offers-client.ts";
import { numericId } from "#app/shopify/global-id.ts";
import type { Protectable } from "#app/shopify/plans/plan-catalog.ts";
import type { PriceGroup } from "./offer-prices.ts";
import { JobHalt, ProductFailure } from "./plan-result.ts";

/** What Hakuna is asked with. */
export type Asking = {
  offers: OffersClient;
  target: FeedTarget;
  /** of the key in `target` */
  keyVersion: number;
  /** where Hakuna said lately that it makes no offers; it is not asked again so soon */
  refused: readonly string[];
  /** a repetition with the same key makes no second offer */
  key: string;
  /** writes down whether Hakuna makes offers in a country */
  note(country: string, sells: boolean): Promise<void>;
};

/**
 * Fetches an offer for the variants of one price, for the buyers of a country.
 *
 * @throws ProductFailure or JobHalt
 */
export async function fetchOffer(
  { offers, target, keyVersion, refused, key, note }: Asking,
  { id, title, vendor, productType }: Protectable,
  group: PriceGroup,
  country: string,
): Promise<Offer> {
  if (refused.includes(country)) throw new ProductFailure("country_unsupported");
  const currency = group.currency.toLowerCase();
  const asked = {
    type: "protection_product" as const,
    country,
    product: {
      id: numericId(id),
      category: productType || "other",
      title,
      brand: vendor,
      sku: group.sku,
      price: { amount: group.price, currency },
    },
  };
  // the request is part of the key: a price that changed meanwhile is another request
  const digest = createHash("sha256")
    .update(JSON.stringify([key, asked]))
    .digest("hex");
  const answer = await offers.fetchOffer(target, asked, digest);
  if (answer.kind === "key_refused") {
    throw new JobHalt("key_refused", answer.reason, null, keyVersion);
  }
  if (answer.kind === "unavailable") {
    throw new JobHalt("hakuna_unavailable", answer.reason, answer.retryAfterMs);
  }
  if (answer.kind === "country_unsupported") {
    await note(country, false);
    throw new ProductFailure("country_unsupported", answer.reason);
  }
  if (answer.kind === "refused") throw new ProductFailure("no_offer", answer.reason);
  const { offer } = answer;
  if (offer.country !== country) throw new ProductFailure("other_country", offer.country);
  await note(country, true);
  const other = offer.plans.find(({ price }) => price.currency !== currency);
  if (other) throw new ProductFailure("other_currency", other.price.currency);
  return offer;
}
