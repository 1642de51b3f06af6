import { GraphQLError } from "graphql";
import type { SimulatedShop } from "../shop.ts";
import { shopIdOf } from "../shop-payloads.ts";
import { catalogMutations } from "./catalog-mutations.ts";
import { CatalogNodes } from "./catalog-nodes.ts";
import { productMatcher } from "./catalog-search.ts";
import { type PageArguments, pageOf } from "./connection.ts";
import { flowTriggers } from "./flow-triggers.ts";
import { marketFields } from "./market-fields.ts";
import type { OrdersArguments } from "./order-index.ts";
import { refundNode } from "./order-node.ts";
import { refundMutations } from "./refund-nodes.ts";
import { isGranted, scopeTable } from "./scopes.ts";
import { subscriptionRoots } from "./subscriptions.ts";
import { translationFields } from "./translation-fields.ts";
import { validationRoots } from "./validations.ts";

type Id = { id: string };
type ProductsArguments = PageArguments & { query?: string | null };

/** What a query or mutation of the shop can begin with. */
export function rootOf(shop: SimulatedShop, now: number): object {
  const { orders, catalog, markets, translations, scopes, facts } = shop;
  const seesAll = scopes.has("read_all_orders");
  const nodes = new CatalogNodes(catalog, markets, facts.currency);
  const sees = (type: string) => isGranted(scopes, scopeTable.get(type) ?? "");
  const typed = (type: string, id: string) => {
    if (typeOf(id) !== type) throw new GraphQLError(`Invalid global id '${id}'`);
    return id;
  };
  const node = ({ id }: Id): object | null => {
    const type = typeOf(id);
    if (type === "Order") return sees(type) ? orders.node(id, seesAll, now) : null;
    if (type === "LineItem") return orders.part(id, seesAll, now);
    if (type === "Fulfillment" || type === "Refund") {
      return sees(type) ? orders.part(id, seesAll, now) : null;
    }
    if (["Product", "ProductVariant", "Collection"].includes(type)) {
      return sees(type) ? nodes.node(id) : null;
    }
    throw new GraphQLError(`The simulated Shopify has no ${type}.`);
  };
  const products = ({ query, ...args }: ProductsArguments) => {
    const found = [...catalog.products.values()].filter(productMatcher(query ?? ""));
    return { found, args };
  };
  return {
    ...catalogMutations(catalog, nodes),
    ...validationRoots(shop.validations),
    ...marketFields(markets, catalog, facts.currency),
    ...translationFields(translations),
    ...flowTriggers(shop.flowEvents),
    ...refundMutations(shop.refunds, orders, refundNode, now),
    node,
    nodes: ({ ids }: { ids: string[] }) => ids.map((id) => node({ id })),
    shop: {
      id: `gid://shopify/Shop/${shopIdOf(shop.domain)}`,
      name: facts.name,
      myshopifyDomain: shop.domain,
      email: `owner@${shop.domain}`,
      ianaTimezone: facts.timeZone,
      currencyCode: facts.currency,
      shopAddress: { countryCodeV2: facts.country },
    },
    currentAppInstallation: {
      id: "gid://shopify/AppInstallation/1",
      accessScopes: [...scopes].map((handle) => ({ handle })),
    },
    ...subscriptionRoots(shop.subscriptions, scopes),
    return: ({ id }: Id) => orders.returnOf(typed("Return", id), seesAll, now),
    order: ({ id }: Id) => orders.node(typed("Order", id), seesAll, now),
    orders: (args: OrdersArguments) => orders.page(args, seesAll, now),
    ordersCount: (args: OrdersArguments & { limit?: number | null }) =>
      orders.count(args, seesAll, now),
    product: ({ id }: Id) => nodes.node(typed("Product", id)),
    productByIdentifier: ({ identifier }: { identifier: { id?: string; handle?: string } }) => {
      const found = identifier.id
        ? catalog.products.get(identifier.id)
        : catalog.byHandle(identifier.handle ?? "");
      return found ? nodes.product(found) : null;
    },
    productVariant: ({ id }: Id) => nodes.node(typed("ProductVariant", id)),
    collection: ({ id }: Id) => nodes.node(typed("Collection", id)),
    products: (asked: ProductsArguments) => {
      const { found, args } = products(asked);
      return pageOf(
        found.map((product) => nodes.product(product)),
        args,
      );
    },
    productsCount: (asked: ProductsArguments) => ({
      count: products(asked).found.length,
      precision: "EXACT",
    }),
    productVariants: ({ query, ...args }: ProductsArguments) => {
      const variants = products({ query }).found.flatMap((product) =>
        product.variants.map((variant) => nodes.variant(product, variant)),
      );
      return pageOf(variants, args);
    },
    publications: (args: PageArguments) => nodes.publications(args),
  };
}

function typeOf(id: string): string {
  const [, type] = /^gid:\/\/shopify\/(\w+)\/\d+$/.exec(id) ?? [];
  if (!type) throw new GraphQLError(`Invalid global id '${id}'`);
  return type;
}
