/** How finely a period is told, and with that how long it is. */
export const grains = ["day", "week", "month"] as const;
export type Grain = (typeof grains)[number];

/** Days (2026-11-24), both included. */
export type Span = { from: string; to: string };

export type Period = Span & {
  /** the first days of its days, weeks (from Monday) or months */
  steps: string[];
  /** the days before, as many as are over of this one */
  before: Span;
};

const lengths: Record<Grain, number> = { day: 30, week: 13, month: 12 };
const dayMs = 86_400_000;

/**
 * The last 30 days, 13 weeks or 12 months up to `today` (2026-11-24), the one that is under way
 * included, and what it is held against. Days have no time zone any more.
 */
export function periodOf(grain: Grain, today: string): Period {
  const steps = Array.from({ length: lengths[grain] }, (_, index) =>
    stepBack(grain, today, lengths[grain] - 1 - index),
  );
  const from = steps[0] ?? today;
  const start = stepBack(grain, from, lengths[grain]);
  const end = grain === "month" ? yearBefore(today) : plusDays(today, daysBetween(from, start));
  return { from, to: today, steps, before: { from: start, to: end } };
}

/** The step of a period that a day lies in. */
export function stepOf(grain: Grain, day: string): string {
  return stepBack(grain, day, 0);
}

/** The first day of the step that is so many before the one in which a day lies. */
function stepBack(grain: Grain, day: string, count: number): string {
  if (grain === "day") return plusDays(day, -count);
  if (grain === "week") {
    const sinceMonday = (new Date(day).getUTCDay() + 6) % 7;
    return plusDays(day, -sinceMonday - 7 * count);
  }
  const date = new Date(day);
  return isoDay(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - count, 1));
}

/** February 29 has its like on February 28. */
function yearBefore(day: string): string {
  const date = new Date(day);
  const last = new Date(Date.UTC(date.getUTCFullYear() - 1, date.getUTCMonth() + 1, 0));
  const dayOfMonth = Math.min(date.getUTCDate(), last.getUTCDate());
  return isoDay(Date.UTC(date.getUTCFullYear() - 1, date.getUTCMonth(), dayOfMonth));
}

function daysBetween(a: string, b: string): number {
  return Math.round((Date.parse(b) - Date.parse(a)) / dayMs);
}

function plusDays(day: string, days: number): string {
  return isoDay(Date.parse(day) + days * dayMs);
}

function isoDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
