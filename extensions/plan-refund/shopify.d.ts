import "@shopify/ui-extensions";

declare module "./src/action.tsx" {
  const shopify: import("@shopify/ui-extensions/admin.order-details.action.render").Api;
}
