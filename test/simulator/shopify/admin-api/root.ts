import { GraphQLError } from "graphql";
import type { SimulatedShop } from "../shop.ts";
import type { OrdersArguments } from "./order-index.ts";
import { requiredScope } from "./scopes.ts";

type Id = { id: string };

/** What a query of the shop can begin with. */
export function rootOf(shop: SimulatedShop, now: number): object {
  const { orders, scopes, facts } = shop;
  const seesAll = scopes.has("read_all_orders");
  const node = ({ id }: Id): object | null => {
    const [, type] = /^gid:\/\/shopify\/(\w+)\/\d+$/.exec(id) ?? [];
    if (!type) throw new GraphQLError(`Invalid global id '${id}'`);
    if (type === "Order" || type === "Fulfillment" || type === "Refund") {
      if (!scopes.has(requiredScope("QueryRoot.order") ?? "")) return null;
      return type === "Order" ? orders.node(id, seesAll, now) : orders.part(id, seesAll, now);
    }
    throw new GraphQLError(`The simulated Shopify has no ${type}.`);
  };
  return {
    node,
    nodes: ({ ids }: { ids: string[] }) => ids.map((id) => node({ id })),
    shop: {
      id: "gid://shopify/Shop/1",
      name: facts.name,
      myshopifyDomain: shop.domain,
      ianaTimezone: facts.timeZone,
      currencyCode: facts.currency,
      shopAddress: { countryCodeV2: facts.country },
    },
    order: ({ id }: Id) => {
      if (!id.startsWith("gid://shopify/Order/"))
        throw new GraphQLError(`Invalid global id '${id}'`);
      return orders.node(id, seesAll, now);
    },
    orders: (args: OrdersArguments) => orders.page(args, seesAll, now),
    ordersCount: (args: OrdersArguments & { limit?: number | null }) =>
      orders.count(args, seesAll, now),
  };
}
