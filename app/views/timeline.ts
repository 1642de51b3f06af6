import type { PrismaClient } from "#app/database/generated/prisma/client.ts";
import type { EventDetail, FoldedWebhook, OrderEvent } from "#app/store/order-events.ts";

/** One line of an order's timeline. `at` is epoch milliseconds. */
export type TimelineEntry = {
  source: string;
  at: number;
  kind: OrderEvent["kind"];
  detail: Record<string, string | number | boolean | null>;
};

/** So many entries at most: the newest. */
const mostShown = 200;

/** What happened to an order, newest first. */
export async function timelineOf(
  prisma: PrismaClient,
  shop: string,
  orderId: string,
): Promise<TimelineEntry[]> {
  const newest = {
    where: { shop, orderId },
    orderBy: [{ at: "desc" as const }, { source: "desc" as const }],
    take: mostShown,
    select: { source: true, at: true, kind: true, detail: true },
  };
  // what was written down before comes last
  const rows = await Promise.all([
    prisma.timelineEvent.findMany(newest),
    prisma.orderEvent.findMany(newest),
  ]);
  const events = rows
    .flat()
    .reverse()
    .map(({ at, kind, detail, ...row }): Event => {
      const of = { kind: kind as OrderEvent["kind"], detail: detail as EventDetail };
      return { ...row, ...of, at: at.getTime() };
    });
  const answers = await answersTo(prisma, shop, events);
  const entries = events.flatMap((event) => entriesOf(event, answers));
  // a stable order: what is of one moment stays as it came about
  return entries
    .sort((a, b) => a.at - b.at)
    .reverse()
    .slice(0, mostShown);
}

type Event = Omit<OrderEvent, "orderId">;
type Answers = Map<string, { at: number; detail: TimelineEntry["detail"] }>;

/** What the feed said to the requests that these events name, by their ids. */
async function answersTo(
  prisma: PrismaClient,
  shop: string,
  events: readonly Event[],
): Promise<Answers> {
  const made = events.filter(({ detail }) => typeof detail.attempt === "string");
  if (made.length === 0) return new Map();
  const attempts = await prisma.attempt.findMany({
    where: {
      shop,
      id: { in: made.map(({ detail }) => String(detail.attempt)) },
      startedAt: { in: made.map((event) => new Date(momentOf(event))) },
      answeredAt: { not: null },
    },
    select: {
      ...{ id: true, answeredAt: true },
      ...{ outcome: true, httpStatus: true, durationMs: true, reason: true },
    },
  });
  return new Map(
    attempts.map(({ id, answeredAt, ...detail }) => [
      id,
      { at: answeredAt?.getTime() ?? 0, detail },
    ]),
  );
}

/** When it happened here: what came from elsewhere bears the time of its source besides. */
function momentOf({ at, detail }: Event): number {
  return typeof detail.at === "number" ? detail.at : at;
}

/** What one row of the timeline tells, the oldest first. */
function entriesOf(event: Event, answers: Answers): TimelineEntry[] {
  const { source, kind } = event;
  const { webhooks, attempt, at: _at, ...detail } = event.detail;
  const rest = detail as TimelineEntry["detail"];
  const answer = typeof attempt === "string" ? answers.get(attempt) : undefined;
  const delivery = answer && {
    ...{ source: `${source}:answer`, at: answer.at, kind: "delivery" as const },
    detail: { revision: rest.revision ?? null, ...answer.detail },
  };
  const told = delivery ? [delivery] : [];
  if (kind === "delivery" && attempt !== undefined) return told;
  // before what was folded together was one row
  if (!Array.isArray(webhooks)) {
    const all = typeof webhooks === "number" ? { webhooks, ...rest } : rest;
    return [{ source, at: momentOf(event), kind, detail: all }, ...told];
  }
  const came = (webhooks as readonly FoldedWebhook[]).map(([topic, at], index) => ({
    ...{ source: `${source}:${index}`, at, kind: "webhook" as const, detail: { topic } },
  }));
  const detailOfFold = { ...rest, webhooks: webhooks.length };
  return [...came, { source, at: momentOf(event), kind, detail: detailOfFold }, ...told];
}
