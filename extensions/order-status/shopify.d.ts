import "@shopify/ui-extensions";

declare module "./src/block.tsx" {
  const shopify: import("@shopify/ui-extensions/admin.order-details.block.render").Api;
}
