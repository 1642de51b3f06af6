import type { OrderScan, PrismaClient } from "#app/database/generated/prisma/client.ts";
import type { OrderStatus } from "#app/database/generated/prisma/enums.ts";
import { isUnsent } from "#app/store/attention.ts";
import { dayOf } from "#app/store/shop-day.ts";
import { quietDays, type ShopOfHome, type Trouble, troubleOf } from "./home-trouble.ts";
import { type ListedOrder, listedColumns, listedOrder } from "./listed-order.ts";

/** What the admin's home page shows of one shop. Times are epoch milliseconds. */
export type HomePage = {
  /** null: the merchant has put it away */
  guide: Record<GuideStep, boolean> | null;
  /** the most urgent thing that is wrong; null: all is well */
  trouble: Trouble | null;
  figures: { synced: number; pending: number; attention: number; plansSold: number };
  /** the first of the last 30 days, in the shop's time zone: YYYY-MM-DD */
  since: string;
  /** the last 30 days, oldest first */
  days: HomeDay[];
  lastAcceptedAt: number | null;
  /** null: the shop is not connected */
  reconciliation: Reconciliation | null;
  /** what the last nightly proof came to; null: there was none yet */
  proof: { at: number; checked: number; differed: number } | null;
  latest: ListedOrder[];
};

/** The steps of the setup guide, each checked by the app itself. */
export const guideSteps = ["connect", "test", "plans", "block", "order"] as const;
export type GuideStep = (typeof guideSteps)[number];

export type HomeDay = { day: string; sent: number; failed: number };

/** How the comparison with Shopify goes. */
export type Reconciliation = {
  /** when it last came to its end; null: never yet */
  lastAt: number | null;
  /** orders that it mended today, in the shop's time zone */
  recovered: number;
  /** why it does not go on; `words` are Shopify's own; null: it does */
  paused: { reason: "no_session" | "unavailable"; since: number; words: string | null } | null;
};

const daysShown = 30;
const latestShown = 5;

/**
 * Reads what the home page shows: counters, days and the latest orders. Every query is bound to the
 * shop and walks an index; nothing is counted. Holds no customer data.
 *
 * @param domain the shop of the session token, never of the address
 * @param now epoch milliseconds
 */
export async function homePage(
  prisma: PrismaClient,
  domain: string,
  now: number,
): Promise<HomePage> {
  const shop = await prisma.shop.findUniqueOrThrow({
    where: { domain },
    omit: { apiKeySealed: true },
  });
  const dates = lastDays(now, shop.timeZone);
  const since = dates[0] ?? "";
  const [counters, days, unreadable, scan, latest, holds, plan, lastSale, proof] =
    await Promise.all([
      prisma.orderCount.findMany({ where: { shop: domain } }),
      prisma.shopDay.findMany({ where: { shop: domain, day: { gte: new Date(since) } } }),
      prisma.inboxWebhook.count({ where: { shop: domain, quarantinedAt: { not: null } } }),
      prisma.orderScan.findUnique({
        where: { shop_kind: { shop: domain, kind: "reconciliation" } },
      }),
      prisma.order.findMany({
        where: { shop: domain },
        orderBy: [{ placedAt: "desc" }, { id: "asc" }],
        take: latestShown,
        select: listedColumns,
      }),
      prisma.hold.count({ where: { shop: { in: [domain, "*"] } } }),
      prisma.planOffer.findFirst({ where: { shop: domain }, select: { planVariantId: true } }),
      prisma.shopDay.findFirst({
        where: { shop: domain, plans: { gt: 0 } },
        orderBy: { day: "desc" },
        select: { day: true },
      }),
      prisma.proof.findUnique({
        where: { shop: domain },
        select: { finishedAt: true, lastChecked: true, lastDiffered: true },
      }),
    ]);
  const count = (...statuses: OrderStatus[]) =>
    counters
      .filter(({ status }) => statuses.includes(status))
      .reduce((sum, { count }) => sum + count, 0);
  const attention = counters.reduce((sum, counter) => sum + counter.attention, 0);
  const unsent = counters
    .filter(({ status }) => isUnsent(status))
    .reduce((sum, counter) => sum + counter.attention, 0);
  const byDay = new Map(days.map((day) => [day.day.toISOString().slice(0, 10), day]));
  const hasPlans = plan !== null || days.some(({ plans }) => plans > 0);
  const guide = shop.guideDismissedAt === null ? guideOf(shop, hasPlans) : null;
  return {
    guide,
    trouble: troubleOf(shop, now, {
      unreadable,
      attention,
      unsent,
      isGuided: guide !== null,
      isHeld: holds > 0,
      quietDays: quietDays(days, lastSale?.day ?? null, dates.at(-1) ?? ""),
    }),
    figures: {
      synced: count("sent", "confirmed"),
      pending: count("pending", "waiting"),
      attention,
      plansSold: days.reduce((sum, { plans }) => sum + plans, 0),
    },
    since,
    days: dates.map((day) => ({
      day,
      sent: byDay.get(day)?.sent ?? 0,
      failed: byDay.get(day)?.failed ?? 0,
    })),
    lastAcceptedAt: shop.lastAcceptedAt?.getTime() ?? null,
    reconciliation:
      shop.connection === "none"
        ? null
        : {
            lastAt: scan?.finishedAt?.getTime() ?? null,
            recovered: byDay.get(dates.at(-1) ?? "")?.recovered ?? 0,
            paused: scan && pauseOf(scan),
          },
    proof: proof?.finishedAt
      ? {
          ...{ at: proof.finishedAt.getTime(), checked: proof.lastChecked },
          differed: proof.lastDiffered,
        }
      : null,
    latest: latest.map(listedOrder),
  };
}

/** Why a scan of the shop's orders does not go on; null: it does. */
export function pauseOf({
  pausedReason,
  pausedSince,
  pausedWords,
}: Pick<OrderScan, "pausedReason" | "pausedSince" | "pausedWords">): Reconciliation["paused"] {
  if (pausedReason === null || pausedSince === null) return null;
  const reason = pausedReason === "no_session" ? "no_session" : "unavailable";
  return { reason, since: pausedSince.getTime(), words: pausedWords };
}

function guideOf(shop: ShopOfHome, hasPlans: boolean): Record<GuideStep, boolean> {
  return {
    connect: shop.connection !== "none",
    test: shop.testedAt !== null,
    plans: hasPlans,
    block: shop.blockSeenAt !== null,
    order: shop.lastAcceptedAt !== null,
  };
}

/** The last 30 days of a time zone, oldest first, as YYYY-MM-DD. */
export function lastDays(now: number, timeZone: string): string[] {
  const noon = Date.parse(`${dayOf(now, timeZone)}T12:00:00Z`);
  return Array.from({ length: daysShown }, (_, index) =>
    new Date(noon - (daysShown - 1 - index) * 86_400_000).toISOString().slice(0, 10),
  );
}
