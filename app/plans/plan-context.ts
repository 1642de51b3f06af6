import type { OffersClient } from "#app/hakuna/offers-client.ts";
import type { AdminAccess } from "#app/shopify/access/admin-api.ts";
import type { RunContext } from "#app/store/run-context.ts";

/** What plan jobs work with. */
export type PlanContext = Pick<RunContext, "pool" | "config" | "log" | "secrets" | "now"> & {
  admin: AdminAccess;
  offers: OffersClient;
};
