import type { Command } from "./command.ts";

/** Loaded when asked for: `preview` needs no database and none of what stands on it. */
export const commands: Record<string, () => Promise<Command>> = {
  connect: async () => (await import("#app/ops/shops/connect.ts")).connect,
  shops: async () => (await import("#app/ops/shops/shops.ts")).shops,
  status: async () => (await import("#app/ops/shops/status.ts")).status,
  order: async () => (await import("#app/ops/orders/order.ts")).order,
  pair: async () => (await import("#app/ops/orders/pair.ts")).pair,
  resend: async () => (await import("#app/ops/orders/resend.ts")).resend,
  retry: async () => (await import("#app/ops/orders/retry.ts")).retry,
  reconcile: async () => (await import("#app/ops/reading/reconcile.ts")).reconcile,
  prove: async () => (await import("#app/ops/reading/prove.ts")).prove,
  import: async () => (await import("#app/ops/reading/import.ts")).importOrders,
  stuck: async () => (await import("#app/ops/shops/stuck.ts")).stuck,
  pause: async () => (await import("#app/ops/shops/hold.ts")).pause,
  resume: async () => (await import("#app/ops/shops/hold.ts")).resume,
  retention: async () => (await import("#app/ops/privacy/retention.ts")).retention,
  "renew-offers": async () => (await import("#app/ops/plans/renew-offers.ts")).renewOffersNow,
  "data-request": async () => (await import("#app/ops/privacy/data-request.ts")).dataRequest,
  "upgrade-preview": async () =>
    (await import("#app/ops/orders/upgrade-preview.ts")).upgradePreviewCommand,
  distribute: async () => (await import("#app/ops/database/distribute.ts")).distribute,
  "set-limits": async () => (await import("#app/ops/database/set-limits.ts")).setLimits,
  preview: async () => (await import("#app/ops/orders/preview.ts")).preview,
};
