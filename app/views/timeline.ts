import type { PrismaClient } from "#app/database/generated/prisma/client.ts";
import type { OrderEvent } from "#app/store/order-events.ts";

/** One line of an order's timeline. `at` is epoch milliseconds. */
export type TimelineEntry = Pick<OrderEvent, "source" | "at" | "kind" | "detail">;

/** So many entries at most: the newest. */
const mostShown = 200;

/** What happened to an order, newest first. */
export async function timelineOf(
  prisma: PrismaClient,
  shop: string,
  orderId: string,
): Promise<TimelineEntry[]> {
  const events = await prisma.orderEvent.findMany({
    where: { shop, orderId },
    orderBy: [{ at: "desc" }, { source: "desc" }],
    take: mostShown,
    select: { source: true, at: true, kind: true, detail: true },
  });
  return events.map(({ source, at, kind, detail }) => ({
    source,
    at: at.getTime(),
    kind: kind as OrderEvent["kind"],
    detail: detail as OrderEvent["detail"],
  }));
}
