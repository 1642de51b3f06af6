import type { Command } from "./command.ts";

/** Loaded when asked for: `preview` needs no database and none of what stands on it. */
export const commands: Record<string, () => Promise<Command>> = {
  connect: async () => (await import("./shops/connect.ts")).connect,
  shops: async () => (await import("./shops/shops.ts")).shops,
  status: async () => (await import("./shops/status.ts")).status,
  order: async () => (await import("./orders/order.ts")).order,
  pair: async () => (await import("./orders/pair.ts")).pair,
  resend: async () => (await import("./orders/resend.ts")).resend,
  retry: async () => (await import("./orders/retry.ts")).retry,
  reconcile: async () => (await import("./reading/reconcile.ts")).reconcile,
  import: async () => (await import("./reading/import.ts")).importOrders,
  stuck: async () => (await import("./shops/stuck.ts")).stuck,
  pause: async () => (await import("./shops/hold.ts")).pause,
  resume: async () => (await import("./shops/hold.ts")).resume,
  retention: async () => (await import("./privacy/retention.ts")).retention,
  "renew-offers": async () => (await import("./plans/renew-offers.ts")).renewOffersNow,
  "data-request": async () => (await import("./privacy/data-request.ts")).dataRequest,
  preview: async () => (await import("./orders/preview.ts")).preview,
};
