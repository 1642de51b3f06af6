/** What the simulated storefront sells. Prices in cents; ids as Shopify's, below 2^53. */
export type Variant = {
  id: number;
  title: string;
  price: number;
  sku: string;
  /** units left; null: not tracked */
  inventory: number | null;
  /** quantities come in multiples of it */
  increment: number;
  /** plan variants offered for this variant in place of the product's */
  plans: number[] | null;
  /** set on plan variants */
  offer: Offer | null;
};
export type Offer = {
  offerId: string;
  planId: string;
  insuranceUrl: string | null;
  termMonths: number;
  /** where alone it is sold, ISO 3166-1 alpha-2 in lower case; null: everywhere */
  country: string | null;
  /** what Hakuna's offer says that it costs, in hundredths and the currency's code; null: nobody said */
  price: string | null;
};
export type Product = {
  id: number;
  handle: string;
  title: string;
  vendor: string;
  description: string;
  /** Shopify refuses nested lines on bundles */
  isBundle: boolean;
  plans: number[];
  variants: Variant[];
};

const variant = (
  id: number,
  title: string,
  price: number,
  more: Partial<Variant> = {},
): Variant => ({
  ...{
    id,
    title,
    price,
    sku: `SKU-${id}`,
    inventory: null,
    increment: 1,
    plans: null,
    offer: null,
  },
  ...more,
});

const offer = (number: number, termMonths: number): Offer => ({
  offerId: `off-${number}`,
  planId: `pl-${number}`,
  insuranceUrl: `https://insurance.example/details/${number}`,
  termMonths,
  country: null,
  price: null,
});

/** The plans, by what they are called in tests. */
export const plan = {
  ...{ oneYear: 9001, twoYears: 9002, accident: 9003 },
  /** sold in France alone */
  french: 9006,
  /** of dearer variants: two plans of one name */
  dear: 9007,
  cheap: 9008,
  /** made by the app: as its offer says; shown at another price; before it wrote countries down */
  priced: 9009,
  mispriced: 9010,
  silent: 9011,
} as const;
/** Plans that must not be offered. */
const unlinked = 9004;
const soldOut = 9005;

export const catalog: readonly Product[] = [
  {
    id: 41,
    handle: "city-bike",
    title: "City bike Amsel",
    vendor: "Radwerk",
    description: "Eight gears, a quiet belt drive and room for the groceries.",
    isBundle: false,
    plans: [plan.oneYear, plan.twoYears, plan.accident, plan.french],
    variants: [
      variant(4101, "Blue", 89_900),
      variant(4102, "Red", 94_900, { plans: [plan.twoYears] }),
      variant(4103, "Green", 89_900, { inventory: 1 }),
    ],
  },
  {
    id: 42,
    handle: "espresso-machine",
    title: "Espresso machine Lena",
    vendor: "Kaffeehaus",
    description: "Fifteen bar, ready in thirty seconds.",
    isBundle: false,
    plans: [unlinked, plan.twoYears, soldOut],
    variants: [variant(4201, "Default Title", 54_900)],
  },
  {
    id: 43,
    handle: "camping-set",
    title: "Camping set Firn",
    vendor: "Bergzeit",
    description: "Tent, mat and stove, sold as a bundle.",
    isBundle: true,
    plans: [plan.oneYear],
    variants: [variant(4301, "Default Title", 32_900)],
  },
  {
    id: 44,
    handle: "bike-lock",
    title: "Bike lock Riegel",
    vendor: "Radwerk",
    description: "No plan is offered for it; it comes in pairs.",
    isBundle: false,
    plans: [],
    variants: [variant(4401, "Default Title", 4_900, { increment: 2 })],
  },
  {
    id: 45,
    handle: "cargo-bike",
    title: "Cargo bike Storch",
    vendor: "Radwerk",
    description: "Built to measure: more variants than Liquid lists.",
    isBundle: false,
    plans: [plan.cheap],
    variants: Array.from({ length: 255 }, (_, index) => {
      const isDear = index >= 251;
      const price = isDear ? 599_900 : 399_900;
      const title = `Frame ${index + 1}`;
      const plans = index === 253 ? [] : isDear ? [plan.dear] : null;
      return variant(4_501 + index, title, price, { plans });
    }),
  },
  {
    id: 48,
    handle: "helmet",
    title: "Helmet Kuppel",
    vendor: "Radwerk",
    description: "Its plans are of offers that the app fetched.",
    isBundle: false,
    plans: [plan.priced, plan.mispriced, plan.silent],
    variants: [variant(4801, "Default Title", 12_900)],
  },
  {
    id: 49,
    handle: "tandem",
    title: "Tandem Duo",
    vendor: "Radwerk",
    description: "Its variants' own plans are offered nowhere, or elsewhere.",
    isBundle: false,
    plans: [plan.oneYear],
    variants: [
      variant(4901, "Steel", 149_900),
      variant(4902, "Carbon", 299_900, { plans: [plan.french] }),
      variant(4903, "Titanium", 399_900, { plans: [plan.mispriced] }),
      variant(4904, "Gold", 999_900, { plans: [] }),
    ],
  },
  {
    id: 91,
    handle: "hakuna-protection-48",
    title: "Protection for Helmet Kuppel",
    vendor: "hakuna",
    description: "Plans of the shop's own country.",
    isBundle: false,
    plans: [],
    variants: [
      variant(plan.priced, "Priced cover", 2_900, {
        offer: { ...offer(45_678, 12), country: "de", price: "2900 EUR" },
      }),
      variant(plan.mispriced, "Mispriced cover", 3_190, {
        offer: { ...offer(45_679, 24), country: "de", price: "2900 EUR" },
      }),
      variant(plan.silent, "Silent cover", 3_900, { offer: offer(45_680, 36) }),
    ],
  },
  {
    id: 90,
    handle: "protection",
    title: "Hakuna protection",
    vendor: "hakuna",
    description: "Plans, each bought with its product.",
    isBundle: false,
    plans: [],
    variants: [
      variant(plan.oneYear, "Warranty extension", 4_900, { offer: offer(12_345, 12) }),
      variant(plan.twoYears, "Warranty extension plus", 7_900, { offer: offer(12_346, 24) }),
      variant(plan.accident, "Accident protection", 11_900, { offer: offer(23_456, 18) }),
      variant(unlinked, "Without its insurance link", 4_900, {
        offer: { ...offer(12_347, 12), insuranceUrl: null },
      }),
      variant(soldOut, "Sold out", 4_900, { offer: offer(12_348, 12), inventory: 0 }),
      variant(plan.french, "Garantie française", 5_900, {
        offer: { ...offer(12_349, 12), country: "fr" },
      }),
      variant(plan.dear, "Bike cover (5,999.00)", 39_900, { offer: offer(34_567, 24) }),
      variant(plan.cheap, "Bike cover (3,999.00)", 24_900, { offer: offer(34_568, 24) }),
    ],
  },
];

/**
 * What a buyer from a country (ISO 3166-1 alpha-2, lower case) finds in the shop, at prices of there
 * and in the language of the page.
 */
export type Shelf = (country: string, locale: string) => readonly Product[];

export function findVariant(
  products: readonly Product[],
  id: number,
): { product: Product; variant: Variant } | null {
  for (const product of products) {
    const found = product.variants.find((each) => each.id === id);
    if (found) return { product, variant: found };
  }
  return null;
}
