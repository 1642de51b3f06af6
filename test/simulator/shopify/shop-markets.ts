/** A price list of a market's catalog: what is fixed, and by how much other prices differ. */
export type PriceList = {
  id: string;
  currency: string;
  /** what is added to the shop's prices, in percent */
  percent: number;
  /** by variant, in the list's currency */
  fixed: Map<string, number>;
  /** what Shopify says to every price that is to be fixed in it; null: it takes them */
  refusal: { code: string; message: string } | null;
};

/** Countries that are sold to in their own way. */
export type Market = {
  id: string;
  /** ISO 3166-1 alpha-2, upper case */
  countries: string[];
  /** what its buyers pay in */
  currency: string;
  /** units of it for one of the shop's */
  rate: number;
  catalogId: string;
  priceList: PriceList | null;
};

/** The markets of a shop. Without one that has their country, buyers pay the shop's prices. */
export class ShopMarkets {
  readonly all: Market[] = [];

  /** `percent`: makes a price list; left out, there is none. */
  add(
    countries: string[],
    { currency = "EUR", rate = 1, percent }: { currency?: string; rate?: number; percent?: number },
  ): Market {
    const number = this.all.length + 1;
    const market = {
      ...{ id: `gid://shopify/Market/${number}`, countries, currency, rate },
      catalogId: `gid://shopify/MarketCatalog/${number}`,
      priceList:
        percent === undefined
          ? null
          : {
              id: `gid://shopify/PriceList/${number}`,
              currency,
              percent,
              fixed: new Map(),
              refusal: null,
            },
    };
    this.all.push(market);
    return market;
  }

  of(country: string | undefined): Market | undefined {
    return this.all.find(({ countries }) => countries.includes(country ?? ""));
  }

  /**
   * What a variant costs there. Fixed prices are taken as they are, others converted.
   *
   * @param price in the shop's currency, `own`
   */
  price(variantId: string, price: string, own: string, country: string | undefined) {
    const market = this.of(country);
    if (!market) return { amount: price, currencyCode: own };
    const { currency, rate, priceList } = market;
    const fixed = priceList?.fixed.get(variantId);
    const amount = fixed ?? Number(price) * rate * (1 + (priceList?.percent ?? 0) / 100);
    return { amount: amount.toFixed(2), currencyCode: currency };
  }
}
