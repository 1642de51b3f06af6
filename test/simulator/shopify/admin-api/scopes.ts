/** https://shopify.dev/docs/api/usage/access-scopes */
const scopes: Record<string, string> = {
  "QueryRoot.order": "read_orders",
  "QueryRoot.orders": "read_orders",
  "QueryRoot.ordersCount": "read_orders",
  "QueryRoot.product": "read_products",
  "QueryRoot.productByIdentifier": "read_products",
  "QueryRoot.products": "read_products",
  "QueryRoot.productsCount": "read_products",
  "QueryRoot.productVariant": "read_products",
  "QueryRoot.productVariants": "read_products",
  "QueryRoot.collection": "read_products",
  "QueryRoot.collections": "read_products",
  "QueryRoot.publications": "read_publications",
  "QueryRoot.theme": "read_themes",
  "QueryRoot.themes": "read_themes",
  "Order.customer": "read_customers",
  "LineItem.product": "read_products",
  "LineItem.variant": "read_products",
  "Mutation.productCreate": "write_products",
  "Mutation.productUpdate": "write_products",
  "Mutation.productSet": "write_products",
  "Mutation.productVariantsBulkCreate": "write_products",
  "Mutation.productVariantsBulkUpdate": "write_products",
  "Mutation.productVariantsBulkDelete": "write_products",
  "Mutation.metafieldsSet": "write_products",
  "Mutation.metafieldsDelete": "write_products",
  "Mutation.publishablePublish": "write_publications",
};

/** What an app must have been granted to see a field; undefined where it needs nothing. */
export function requiredScope(field: string): string | undefined {
  return scopes[field];
}
