import { currencyDecimals } from "#app/order/money.ts";

/** What the simulated shop sells; prices in hundredths of a euro. */
export const products = [
  { title: "Frutta Banana", vendor: "Frutta", price: 10000, sku: "FRU-BAN" },
  { title: "City bike Amsel", vendor: "Radwerk", price: 89900, sku: "RAD-AMS" },
  { title: "Espresso machine Lena", vendor: "Kaffeehaus", price: 54900, sku: "KAF-LEN" },
  { title: "Headphones Stille", vendor: "Klangwerk", price: 24900, sku: "KLA-STI" },
  { title: "Hiking boots Firn", vendor: "Bergzeit", price: 17950, sku: "BER-FIR" },
  { title: "Washing machine Welle 8", vendor: "Hausgut", price: 64900, sku: "HAU-W8" },
] as const;

export const plans = [
  { title: "1 year of warranty extension", price: 1200, offer: "off-12345", plan: "pl-54132" },
  { title: "2 years of warranty extension", price: 2100, offer: "off-12346", plan: "pl-54133" },
  { title: "Accident protection", price: 3490, offer: "off-23456", plan: "pl-64210" },
] as const;

export const customers = [
  {
    id: 6940215773137n,
    first: "Max",
    last: "Mustermann",
    street: "Musterstrasse 1",
    city: "Berlin",
    zip: "10115",
    country: "DE",
  },
  {
    id: 6940215773174n,
    first: "Erika",
    last: "Schneider",
    street: "Lindenweg 12",
    city: "Hamburg",
    zip: "20095",
    country: "DE",
  },
  {
    id: 6940215773211n,
    first: "Jonas",
    last: "Huber",
    street: "Ringstraße 8",
    city: "Wien",
    zip: "1010",
    country: "AT",
  },
  {
    id: 6940215773248n,
    first: "Sofie",
    last: "de Vries",
    street: "Keizersgracht 201",
    city: "Amsterdam",
    zip: "1016 DS",
    country: "NL",
  },
  {
    id: 6940215773285n,
    first: "Chloé",
    last: "Martin",
    street: "Rue des Lilas 5",
    city: "Lyon",
    zip: "69002",
    country: "FR",
  },
] as const;

/** A price as Shopify writes it in the currency. */
export function priceText(hundredths: number, currency: string): string {
  const decimals = currencyDecimals(currency);
  return decimals === 0 ? String(hundredths) : (hundredths / 100).toFixed(decimals);
}
