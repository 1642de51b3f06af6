import { z } from "zod";
import { type FindingCode, findingTexts } from "#app/order/findings.ts";
import { type View, views } from "./order-views.ts";

/** Which orders are listed, and in which order. */
export type OrderFilter = {
  view: View;
  /** the start of an order's name, with or without `#`, or of the customer's last name, or the whole id */
  query: string | null;
  /** days of the shop's time zone, both included: YYYY-MM-DD */
  from: string | null;
  to: string | null;
  finding: FindingCode | null;
  plans: "yes" | "no" | null;
  /** `deadline`: what is to be refunded first comes first; of the views that ask for attention alone */
  sort: "newest" | "oldest" | "deadline";
};

/** Where a page of the list begins or ends; see `orderFilterOf`. */
export type Position = { direction: "after" | "before"; cursor: string } | null;

const day = z.iso.date();
const codes = Object.keys(findingTexts) as [FindingCode, ...FindingCode[]];

const fields = {
  view: z.enum(views),
  query: z.string().trim().min(1).max(100),
  from: day,
  to: day,
  finding: z.enum(codes),
  plans: z.enum(["yes", "no"]),
  sort: z.enum(["newest", "oldest", "deadline"]),
};

/**
 * Reads the filter from an address's search params: view, query, from, to, finding, plans, sort.
 * What makes no sense counts as not given: an old link still opens.
 */
export function orderFilterOf(params: URLSearchParams): OrderFilter {
  const read = <T>(name: string, schema: z.ZodType<T>): T | null => {
    const parsed = schema.safeParse(params.get(name));
    return parsed.success ? parsed.data : null;
  };
  const view = read("view", fields.view) ?? "all";
  const hasDeadlines = view === "attention" || view === "refund";
  const sort = read("sort", fields.sort) ?? (hasDeadlines ? "deadline" : "newest");
  return {
    view,
    query: read("query", fields.query),
    from: read("from", fields.from),
    to: read("to", fields.to),
    finding: read("finding", fields.finding),
    plans: read("plans", fields.plans),
    sort: sort === "deadline" && !hasDeadlines ? "newest" : sort,
  };
}

/** Reads the place in the list from an address's search params: after, before. */
export function positionOf(params: URLSearchParams): Position {
  for (const direction of ["after", "before"] as const) {
    const cursor = params.get(direction);
    if (cursor) return { direction, cursor };
  }
  return null;
}
