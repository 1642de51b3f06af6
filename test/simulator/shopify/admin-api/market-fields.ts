import type { ShopCatalog } from "../shop-catalog.ts";
import type { ShopMarkets } from "../shop-markets.ts";
import { type PageArguments, pageOf } from "./connection.ts";

type PriceInput = { variantId: string; price: { amount: string; currencyCode: string } };

/** What an app can ask and change about the markets of a shop; `own`: the shop's currency. */
export function marketFields(markets: ShopMarkets, catalog: ShopCatalog, own: string): object {
  return {
    marketsResolvedValues({ buyerSignal }: { buyerSignal: { countryCode: string } }) {
      const market = markets.of(buyerSignal.countryCode);
      const catalogs = market
        ? [
            {
              ...{ __typename: "MarketCatalog", id: market.catalogId, status: "ACTIVE" },
              priceList: market.priceList && {
                ...{ __typename: "PriceList", id: market.priceList.id },
                currency: market.priceList.currency,
              },
            },
          ]
        : [];
      return {
        currencyCode: market?.currency ?? own,
        catalogs: (args: PageArguments) => pageOf(catalogs, args),
      };
    },

    priceListFixedPricesAdd({
      priceListId,
      prices,
    }: {
      priceListId: string;
      prices: PriceInput[];
    }) {
      const list = markets.all.find(({ priceList }) => priceList?.id === priceListId)?.priceList;
      const wrong = (code: string, field: string[], message: string) => ({ code, field, message });
      if (!list) {
        const error = wrong("PRICE_LIST_NOT_FOUND", ["priceListId"], "Price list does not exist.");
        return { prices: null, userErrors: [error] };
      }
      const userErrors = prices.flatMap(({ variantId, price }, index) => {
        const field = ["prices", String(index)];
        if (!catalog.variant(variantId)) {
          return [wrong("VARIANT_NOT_FOUND", [...field, "variantId"], "Variant does not exist.")];
        }
        if (list.refusal)
          return [wrong(list.refusal.code, [...field, "price"], list.refusal.message)];
        if (price.currencyCode === list.currency) return [];
        const message = "The currency must match the price list's.";
        return [wrong("PRICE_LIST_CURRENCY_MISMATCH", [...field, "price"], message)];
      });
      if (userErrors.length > 0) return { prices: null, userErrors };
      for (const { variantId, price } of prices) list.fixed.set(variantId, Number(price.amount));
      return { prices: [], userErrors: [] };
    },
  };
}
