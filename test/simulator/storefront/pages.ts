import type { Cart } from "./cart.ts";
import type { Product, Shelf, Variant } from "./catalog.ts";
import { createRenderer, type Locale, type Page, pickerOptions, productDrop } from "./liquid.ts";

/**
 * How a theme treats its cart: a form that is posted, Dawn's way, Shopify's standard events and
 * actions as Horizon 4, or events of its own as Horizon before.
 */
export type Manner = "plain" | "drawer" | "standard" | "events";

/** What a visitor's theme is set to; any page takes these as query parameters. */
export type Setup = {
  manner: Manner;
  style: string;
  heading: string;
  extension: "on" | "off";
  /** the buyer's country */
  country: string;
  /** the block on the cart page; the offer in the drawer */
  cart_offer: "on" | "off";
  drawer_offer: "on" | "off";
  /** what the merchant entered in each part; `default`: as it comes */
  privacy_url: string;
};
export type Visitor = { setup: Setup; cart: Cart; locale: Locale };

/** The storefront's pages and sections, as a visitor sees them. */
export function createPages(shelf: Shelf) {
  const renderer = createRenderer();

  const pageOf = (
    { setup, cart, locale }: Visitor,
    variables: Record<string, unknown> = {},
  ): Page => {
    const { manner, country } = setup;
    const products = shelf(country, locale);
    return { locale, country, products, cart, variables: { ...variables, manner } };
  };
  const template = (name: string, visitor: Visitor, variables: Record<string, unknown> = {}) =>
    renderer.theme(name, pageOf(visitor, variables));
  const isOn = ({ setup }: Visitor) => setup.extension === "on";
  const legal = ({ setup: { privacy_url } }: Visitor): Record<string, string> =>
    privacy_url === "default" ? {} : { privacy_url };

  /** A template of the cart, with the parts that it is made of. */
  const ofCart = (name: string, visitor: Visitor) => {
    const isOffered = isOn(visitor) && visitor.setup.cart_offer === "on";
    return template(name, visitor, {
      form: template("cart-form", visitor),
      summary: template("cart-summary", visitor),
      block: isOffered ? renderer.block("cart-offer", pageOf(visitor), legal(visitor)) : "",
    });
  };
  const cartSections = ["cart-drawer", "main-cart-items", "main-cart-footer"];
  const section = (visitor: Visitor, id: string, content?: string): string => {
    const inner = () => {
      if (id === "cart-icon-bubble") return String(visitor.cart.itemCount);
      if (id === "main-cart") return ofCart("cart-page", visitor);
      return cartSections.includes(id) ? ofCart(id, visitor) : "";
    };
    return `<div id="shopify-section-${id}" class="shopify-section">${content ?? inner()}</div>`;
  };

  const show = (visitor: Visitor, title: string, content: string, isCart = false) => {
    const { setup, cart } = visitor;
    const embed = { offer_in_drawer: setup.drawer_offer === "on", ...legal(visitor) };
    return template("layout", visitor, {
      title,
      content,
      is_cart: isCart,
      bubble: cart.itemCount,
      drawer: ofCart("cart-drawer", visitor),
      drawer_element: setup.manner === "events" ? "cart-drawer-component" : "theme-drawer",
      // Shopify puts a block's stylesheet into the head of pages that hold the block.
      stylesheets: isOn(visitor) ? stylesheets(content) : [],
      embed: isOn(visitor) ? renderer.block("cart-guard", pageOf(visitor), embed) : "",
    });
  };
  const stylesheets = (content: string) =>
    ["protection", "cart-offer"].flatMap((block) =>
      content.includes(`data-shopify-block="${block}"`) ? (renderer.stylesheet(block) ?? []) : [],
    );

  return {
    section,
    /** @param asked section IDs, as a list or with commas between them */
    sections(visitor: Visitor, asked: unknown): Record<string, string> {
      const ids = (Array.isArray(asked) ? asked : [asked]).flatMap((ids) => String(ids).split(","));
      return Object.fromEntries(ids.map((id) => [id, section(visitor, id)]));
    },
    home(visitor: Visitor): string {
      const all = shelf(visitor.setup.country, visitor.locale);
      const products = all
        .filter(({ vendor }) => vendor !== "hakuna")
        .map((product) => productDrop(all, product, product.variants[0] as Variant));
      return show(visitor, "Vogelsang", template("home", visitor, { products }));
    },
    product(visitor: Visitor, product: Product, variant: Variant): string {
      const { style, heading, country } = visitor.setup;
      const shown = productDrop(shelf(country, visitor.locale), product, variant);
      const variables = { product: shown, options: pickerOptions(product) };
      const page = pageOf(visitor, variables);
      const settings = { style, heading, ...legal(visitor) };
      const block = isOn(visitor) ? renderer.block("protection", page, settings) : "";
      const content = template("product", visitor, { ...variables, block });
      return show(visitor, product.title, section(visitor, "main-product", content));
    },
    cart(visitor: Visitor): string {
      const ids =
        visitor.setup.manner === "drawer" ? ["main-cart-items", "main-cart-footer"] : ["main-cart"];
      const content = ids.map((id) => section(visitor, id)).join("");
      return show(visitor, "Cart", `<h1>Cart</h1>${content}`, true);
    },
    checkout: (visitor: Visitor) => show(visitor, "Checkout", template("checkout", visitor)),
    thanks: (visitor: Visitor) =>
      show(visitor, "Thank you", "<h1>Thank you</h1><p>Your order is placed.</p>"),
  };
}
