import type { PrismaClient } from "#app/generated/prisma/client.ts";
import type { Connection, Environment, OrderStatus } from "#app/generated/prisma/enums.ts";
import { type ListedOrder, listedColumns, listedOrder } from "./listed-order.ts";

/** What the admin's home page shows of one shop. Times are epoch milliseconds. */
export type HomeStatus = {
  connection: ConnectionStatus;
  counts: Record<OrderStatus, number>;
  /** webhooks that could not be read and were set aside */
  unreadable: number;
  /** waiting ones first, then by the time at which they were placed, newest first */
  orders: ListedOrder[];
  /** blocked and rejected orders that are older than those in `orders` */
  olderTroubles: ListedOrder[];
};

export type ConnectionStatus = {
  state: Connection;
  environment: Environment;
  /** since when the state is what it is; null before anything is known of the shop */
  since: number | null;
  /** Hakuna's own words where the connection is broken */
  reason: string | null;
  /** the feed could not be reached: when it is tried again, and what happened */
  backoff: { until: number; since: number | null; reason: string | null } | null;
  lastAcceptedAt: number | null;
};

const latest = 25;
const waitingShown = 5;
const troublesShown = 10;

/**
 * Reads what the home page shows: exact counters, the connection and the latest orders. Every query
 * is bound to the shop and walks an index. Holds no customer data.
 *
 * @param shop the domain of the session token, never of the address
 */
export async function homeStatus(prisma: PrismaClient, shop: string): Promise<HomeStatus> {
  const byAge = [{ placedAt: "desc" }, { id: "asc" }] as const;
  const list = (status: OrderStatus, take: number) =>
    prisma.order.findMany({
      where: { shop, status },
      orderBy: [...byAge],
      take,
      select: listedColumns,
    });
  const [settings, counters, unreadable, waiting, placed, blocked, rejected] = await Promise.all([
    prisma.shop.findUnique({ where: { domain: shop }, omit: { apiKeySealed: true } }),
    prisma.orderCount.findMany({ where: { shop } }),
    prisma.inboxWebhook.count({ where: { shop, quarantinedAt: { not: null } } }),
    list("waiting", waitingShown),
    prisma.order.findMany({
      where: { shop, status: { not: "waiting" } },
      orderBy: [...byAge],
      take: latest,
      select: listedColumns,
    }),
    list("blocked", troublesShown),
    list("rejected", troublesShown),
  ]);

  const shown = new Set(placed.map((order) => order.id));
  return {
    connection: {
      state: settings?.connection ?? "none",
      environment: settings?.environment ?? "sandbox",
      since: settings?.connectionSince.getTime() ?? null,
      reason: settings?.connectionReason ?? null,
      backoff: settings?.backoffUntil
        ? {
            until: settings.backoffUntil.getTime(),
            since: settings.backoffSince?.getTime() ?? null,
            reason: settings.backoffReason,
          }
        : null,
      lastAcceptedAt: settings?.lastAcceptedAt?.getTime() ?? null,
    },
    counts: {
      ...noOrders,
      ...Object.fromEntries(counters.map(({ status, count }) => [status, count])),
    },
    unreadable,
    orders: [...waiting, ...placed].slice(0, latest).map(listedOrder),
    olderTroubles: [...blocked, ...rejected]
      .filter((order) => !shown.has(order.id))
      .sort((a, b) => (b.placedAt?.getTime() ?? 0) - (a.placedAt?.getTime() ?? 0))
      .slice(0, troublesShown)
      .map(listedOrder),
  };
}

const noOrders: Record<OrderStatus, number> = {
  waiting: 0,
  pending: 0,
  sent: 0,
  confirmed: 0,
  blocked: 0,
  rejected: 0,
  skipped: 0,
};
