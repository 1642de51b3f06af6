import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Liquid, type TagToken, type TopLevelToken } from "liquidjs";
import type { Cart } from "./cart.ts";
import { cartJson, lineJson } from "./cart.ts";
import { findVariant, type Product, type Variant } from "./catalog.ts";

export type Locale = "en" | "de" | "fr" | "nl";
type Settings = Record<string, string | boolean>;
type Texts = { [key: string]: string | Texts };

const extension = new URL("../../../extensions/hakuna-protection/", import.meta.url);
const theme = new URL("./theme/", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, extension), "utf8");

/** What a page is rendered with. */
export type Page = {
  locale: Locale;
  /** the buyer's, ISO 3166-1 alpha-2 */
  country: string;
  /** what is sold there */
  products: readonly Product[];
  cart: Cart;
  variables: Record<string, unknown>;
};

/** Shopify's Liquid, as far as the extension and the simulated themes use it. */
export function createRenderer() {
  const engine = new Liquid({
    root: [fileURLToPath(theme), fileURLToPath(new URL("snippets/", extension))],
    extname: ".liquid",
    jsTruthy: false,
  });
  for (const name of ["schema", "doc"]) engine.registerTag(name, ignoredTag(name));
  const localeOf = ({ globals }: { globals: object }) =>
    (globals as { request: { locale: { iso_code: Locale } } }).request.locale.iso_code;
  engine.registerFilter("t", function (key: string, ...values: [string, unknown][]) {
    return translate(textsOf(localeOf(this.context)), key, Object.fromEntries(values));
  });
  engine.registerFilter("money", function (cents: number) {
    const format = { style: "currency", currency: "EUR" } as const;
    return new Intl.NumberFormat(localeOf(this.context), format).format(cents / 100);
  });
  engine.registerFilter("asset_url", (name: string) => `/extension/${name}`);
  engine.registerFilter(
    "stylesheet_tag",
    (url: string) => `<link href="${url}" rel="stylesheet" type="text/css" media="all">`,
  );

  /** What every template sees, snippets that are rendered on their own too. */
  const globals = ({ locale, country, products, cart }: Page) => ({
    request: { locale: { iso_code: locale }, design_mode: false },
    localization: { country: { iso_code: country.toUpperCase() } },
    shop: { address: { country_code: "DE" } },
    cart: cartDrop(products, cart),
    routes: { root_url: locale === "en" ? "/" : `/${locale}/` },
  });
  return {
    /** A template of the theme. */
    theme: (name: string, page: Page): string =>
      engine.renderFileSync(name, page.variables, { globals: globals(page) }) as string,
    /** A block of the extension, with its settings' defaults where none are given. */
    block(name: string, page: Page, settings: Settings = {}): string {
      const source = read(`blocks/${name}.liquid`);
      const block = {
        id: `${name}-1`,
        settings: { ...defaults(source), ...settings },
        shopify_attributes: `data-shopify-block="${name}"`,
      };
      return engine.parseAndRenderSync(
        source,
        { ...page.variables, block },
        { globals: globals(page) },
      ) as string;
    },
    stylesheet: (name: string): string | null => {
      const file = schemaOf(read(`blocks/${name}.liquid`)).stylesheet;
      return file ? `/extension/${file}` : null;
    },
  };
}

export type Renderer = ReturnType<typeof createRenderer>;

function ignoredTag(name: string) {
  return {
    parse(_token: TagToken, rest: TopLevelToken[]) {
      while (rest.length > 0) {
        const token = rest.shift() as TopLevelToken & { name?: string };
        if (token.name === `end${name}`) return;
      }
      throw new Error(`{% ${name} %} is not closed`);
    },
    render() {},
  };
}

type Schema = {
  stylesheet?: string;
  settings: { id?: string; default?: string | boolean }[];
};

function schemaOf(source: string): Schema {
  const [, json = ""] = /\{% schema %\}([\s\S]*)\{% endschema %\}/.exec(source) ?? [];
  return JSON.parse(json) as Schema;
}

function defaults(source: string): Settings {
  return Object.fromEntries(
    schemaOf(source).settings.flatMap(({ id, default: value }) =>
      id !== undefined && value !== undefined ? [[id, value]] : [],
    ),
  );
}

function textsOf(locale: Locale): Texts {
  return JSON.parse(read(`locales/${locale === "en" ? "en.default" : locale}.json`)) as Texts;
}

function translate(texts: Texts, key: string, values: Record<string, unknown>): string {
  let found: string | Texts | undefined = texts;
  for (const part of key.split(".")) found = typeof found === "object" ? found[part] : undefined;
  if (typeof found === "object") found = found[values.count === 1 ? "one" : "other"];
  if (typeof found !== "string") throw new Error(`No text ${key}`);
  return found.replace(/\{\{ *(\w+) *\}\}/g, (_, name: string) => String(values[name]));
}

/** Liquid lists no more of a product. */
const mostVariants = 250;

/** `cart` as Liquid knows it. */
function cartDrop(products: readonly Product[], cart: Cart) {
  const items = cart.lines.map((line) => ({
    ...lineJson(line),
    product: productDrop(products, line.product, line.variant),
    variant: variantDrop(products, line.product, line.variant),
  }));
  return { ...cartJson(cart), currency: { iso_code: "EUR" }, items };
}

/** All that the theme's own picker offers. */
export function pickerOptions(product: Product) {
  return product.variants.map(({ id, title }) => ({ id, title }));
}

/** `product` as Liquid knows it, with the metafields that the app writes. */
export function productDrop(products: readonly Product[], product: Product, selected: Variant) {
  const variants = product.variants
    .slice(0, mostVariants)
    .map((variant) => variantDrop(products, product, variant));
  return {
    id: product.id,
    title: product.title,
    handle: product.handle,
    url: `/products/${product.handle}`,
    vendor: product.vendor,
    description: product.description,
    has_only_default_variant: variants.length === 1,
    variants,
    selected_or_first_available_variant: variantDrop(products, product, selected),
    metafields: {
      $app: product.plans.length > 0 ? { plans: plansDrop(products, product.plans) } : {},
    },
  };
}

function variantDrop(
  products: readonly Product[],
  product: Product,
  variant: Variant,
): Record<string, unknown> {
  const { offer } = variant;
  return {
    id: variant.id,
    title: variant.title,
    price: variant.price,
    available: variant.inventory !== 0,
    product: {
      title: product.title,
      handle: product.handle,
      has_only_default_variant: product.variants.length === 1,
    },
    metafields: {
      $app: {
        ...(variant.plans && { plans: plansDrop(products, variant.plans) }),
        ...(offer && {
          offer_id: { value: offer.offerId },
          plan_id: { value: offer.planId },
          ...(offer.insuranceUrl && { insurance_url: { value: offer.insuranceUrl } }),
          term_months: { value: offer.termMonths },
          ...(offer.country && { country: { value: offer.country } }),
          ...(offer.price && { offer_price: { value: offer.price } }),
        }),
      },
    },
  };
}

/** An empty list is a metafield too. */
function plansDrop(products: readonly Product[], ids: readonly number[]) {
  const value = ids.flatMap((id) => {
    const found = findVariant(products, id);
    return found ? [variantDrop(products, found.product, found.variant)] : [];
  });
  return { value };
}
