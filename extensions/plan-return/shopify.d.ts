import "@shopify/ui-extensions";

declare module "./src/menu-item.tsx" {
  const shopify: import("@shopify/ui-extensions/customer-account.order.action.menu-item.render").Api;
}

declare module "./src/action.tsx" {
  const shopify: import("@shopify/ui-extensions/customer-account.order.action.render").Api;
}
