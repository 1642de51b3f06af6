import { createHash, randomBytes } from "node:crypto";
import { findVariant, type Product, type Variant } from "./catalog.ts";

export type Properties = Record<string, string>;
export type Line = {
  key: string;
  product: Product;
  variant: Variant;
  quantity: number;
  properties: Properties;
  parentKey: string | null;
};
export type Added = {
  id: number;
  quantity: number;
  properties: Properties;
  parentId?: number;
  parentKey?: string;
};

/** What the cart refuses, as the Ajax API says it: HTTP 422. */
export class CartError extends Error {
  readonly status = 422;
}

/**
 * A cart with the semantics of Shopify's Ajax API: lines merge by variant and properties, the newest
 * line comes first and nested ones behind their parent, what is removed takes its nested lines along,
 * and a request is done as a whole or not at all.
 * https://shopify.dev/docs/api/ajax/reference/cart
 */
export class Cart {
  readonly token = randomBytes(8).toString("hex");
  lines: Line[] = [];

  /** @param products what can be bought */
  add(items: readonly Added[], products: readonly Product[]): Line[] {
    const before = this.lines.map((line) => ({ ...line }));
    try {
      const touched: Line[] = [];
      for (const item of items) touched.push(this.#addOne(item, touched, products));
      for (const line of touched) this.#check(line);
      return touched;
    } catch (error) {
      this.lines = before;
      throw error;
    }
  }

  #addOne(item: Added, touched: readonly Line[], products: readonly Product[]): Line {
    const found = findVariant(products, item.id);
    if (!found) throw new CartError("Cannot find variant");
    const parent = this.#parentOf(item, touched);
    const key = lineKey(item, parent?.key ?? null);
    const same = this.lines.find((line) => line.key === key);
    if (same) {
      same.quantity += item.quantity;
      return same;
    }
    const { quantity, properties } = item;
    const line = { ...found, key, quantity, properties, parentKey: parent?.key ?? null };
    this.lines.splice(parent ? this.lines.indexOf(parent) + 1 : 0, 0, line);
    return line;
  }

  #parentOf(item: Added, touched: readonly Line[]): Line | null {
    if (item.parentId === undefined && item.parentKey === undefined) return null;
    const parent =
      item.parentKey === undefined
        ? touched.find((line) => line.variant.id === item.parentId)
        : this.lines.find((line) => line.key === item.parentKey);
    if (!parent) throw new CartError("Parent line does not match any existing or added lines");
    if (parent.product.isBundle) throw new CartError("Bundles cannot have nested lines");
    if (parent.variant.id === item.id) throw new CartError("A line cannot be nested under itself");
    return parent;
  }

  #check({ product, variant }: Line): void {
    const title = product.title;
    const units = this.lines
      .filter((line) => line.variant.id === variant.id)
      .reduce((sum, { quantity }) => sum + quantity, 0);
    if (variant.inventory !== null && units > variant.inventory) {
      throw new CartError(`You can only add ${variant.inventory} ${title} to the cart.`);
    }
    if (units % variant.increment !== 0) {
      throw new CartError(`You can only add ${title} in increments of ${variant.increment}`);
    }
  }

  /** Sets quantities, 0 removes; `id` is a line's key or a variant's id. */
  update(quantities: Iterable<readonly [id: string, quantity: number]>): void {
    const before = this.lines.map((line) => ({ ...line }));
    try {
      for (const [id, quantity] of quantities) {
        const line = this.lines.find(({ key, variant }) => key === id || String(variant.id) === id);
        if (!line) continue;
        line.quantity = quantity;
        if (quantity > 0) this.#check(line);
        else this.#remove(line);
      }
    } catch (error) {
      this.lines = before;
      throw error;
    }
  }

  /** Gives a line other properties, and so another key; nested lines stay with it. */
  setProperties(key: string, properties: Properties): void {
    const line = this.lines.find((each) => each.key === key);
    if (!line) throw new CartError("no valid id or line parameter");
    const item = { id: line.variant.id, quantity: line.quantity, properties };
    const fresh = lineKey(item, line.parentKey);
    for (const each of this.lines) if (each.parentKey === key) each.parentKey = fresh;
    Object.assign(line, { key: fresh, properties });
  }

  #remove(gone: Line): void {
    this.lines = this.lines.filter((line) => line !== gone && line.parentKey !== gone.key);
  }

  get itemCount(): number {
    return this.lines.reduce((sum, { quantity }) => sum + quantity, 0);
  }

  get total(): number {
    return this.lines.reduce((sum, { quantity, variant }) => sum + quantity * variant.price, 0);
  }
}

/** The same for the same variant, properties and parent, wherever it stands in the cart. */
function lineKey({ id, properties }: Added, parentKey: string | null): string {
  const hash = createHash("md5")
    .update(JSON.stringify([properties, parentKey]))
    .digest("hex");
  return `${id}:${hash}`;
}

/** A line as /cart.js shows it, and as `item` in Liquid. */
export function lineJson({ key, product, variant, quantity, properties, parentKey }: Line) {
  const hasTitle = variant.title !== "Default Title";
  return {
    id: variant.id,
    variant_id: variant.id,
    product_id: product.id,
    key,
    quantity,
    properties,
    title: hasTitle ? `${product.title} - ${variant.title}` : product.title,
    product_title: product.title,
    variant_title: hasTitle ? variant.title : null,
    vendor: product.vendor,
    sku: variant.sku,
    price: variant.price,
    final_price: variant.price,
    line_price: variant.price * quantity,
    final_line_price: variant.price * quantity,
    handle: product.handle,
    url: `/products/${product.handle}?variant=${variant.id}`,
    requires_shipping: product.vendor !== "hakuna",
    ...(parentKey !== null && { parent_relationship: { parent_key: parentKey } }),
  };
}

/** The cart as /cart.js shows it, and as `cart` in Liquid. */
export function cartJson(cart: Cart) {
  return {
    token: cart.token,
    note: null,
    attributes: {},
    item_count: cart.itemCount,
    total_price: cart.total,
    currency: "EUR",
    items: cart.lines.map(lineJson),
  };
}
