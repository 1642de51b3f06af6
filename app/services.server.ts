import type { ProofContext } from "#app/agreement/prove.ts";
import type { PrismaClient } from "#app/database/generated/prisma/client.ts";
import type { Config } from "#app/foundation/config.server.ts";
import type { Logger } from "#app/foundation/log.server.ts";
import type { PlanContext } from "#app/plans/plan-context.ts";
import type { Queue } from "#app/queue/queue.ts";
import type { Sweeps } from "#app/queue/sweeps.ts";
import type { RefundContext } from "#app/refunds/refund-context.ts";
import type { AdminAccess } from "#app/shopify/access/admin-api.ts";
import type { Buyer } from "#app/shops/buyer.ts";
import type { RunContext } from "#app/store/run-context.ts";
import type { createShopify } from "./shopify.server.ts";

type Shopify = ReturnType<typeof createShopify>;

/** What the routes get through Remix's load context. Made once, by the process. */
export type Services = {
  config: Config;
  log: Logger;
  prisma: PrismaClient;
  shopify: Shopify;
  /** `authenticate.admin`, once per request; notes that the app is installed */
  authenticateAdmin(request: Request): ReturnType<Shopify["authenticate"]["admin"]>;
  /** who a buyer is who asks from their customer account */
  authenticateBuyer(request: Request): Promise<Buyer>;
  /** the Admin API of any shop, in its offline session */
  admin: AdminAccess;
  queue: Queue;
  /** what the sync works with: for actions that change orders or settings */
  run: RunContext;
  /** what plan jobs work with */
  plans: PlanContext;
  /** what refunds work with */
  refunds: RefundContext;
  /** what nightly proofs work with */
  proofs: ProofContext;
};

/** All that a process of the app stands on, and how to end it in order. */
export type Foundations = {
  services: Services;
  run: RunContext;
  sweeps: Sweeps;
  /** the address of the database, the embedded one's included */
  databaseUrl: string;
  /** the process is to end: `/readyz` says so, sync runs stop after their step, no new ones begin */
  end(): void;
  close(): Promise<void>;
};
