import type { Dated } from "#app/order/units.ts";
import { offsetAt } from "./zone-offset.ts";

/**
 * Until when what can be done with units of a plan that were shipped together, or not at all. Times
 * are epoch milliseconds. Before shipment there is no end: `shippedAt` and the ends are null.
 */
export type Window = {
  quantity: number;
  shippedAt: number | null;
  /** until when the plan may be revoked while its product stays */
  planUntil: number | null;
  /** until when a returned product ends its plan */
  productUntil: number | null;
};

/** Hakuna's windows: https://docs.hellohakuna.com (facts: "Windows of the business"). */
const planDays = 14;
const productMonths = 3;

/**
 * The windows of a plan's units, one for each shipment of its products, the earliest first, then
 * those that were not shipped.
 *
 * @param quantity units of the plan
 * @param shipped units of its products in fulfillments that succeeded
 * @param timeZone the shop's (IANA): what a day and a month are
 */
export function windowsOf(quantity: number, shipped: readonly Dated[], timeZone: string): Window[] {
  const windows: Window[] = [];
  let left = quantity;
  for (const { quantity: units, at } of shipped.toSorted((a, b) => a.at - b.at)) {
    const taken = Math.min(units, left);
    if (taken === 0) continue;
    left -= taken;
    windows.push({
      quantity: taken,
      shippedAt: at,
      planUntil: later(at, { days: planDays }, timeZone),
      productUntil: later(at, { months: productMonths }, timeZone),
    });
  }
  if (left > 0) {
    windows.push({ quantity: left, shippedAt: null, planUntil: null, productUntil: null });
  }
  return windows;
}

export type WindowState = "open" | "partly" | "past";

/**
 * Whether all, some or none of the windows are open at `now` (epoch milliseconds): which of several
 * shipments a unit was of, nobody says.
 */
export function stateAt(
  windows: readonly Window[],
  of: "planUntil" | "productUntil",
  now: number,
): WindowState {
  const open = windows.filter((window) => isOpen(window[of], now));
  if (open.length === windows.length) return "open";
  return open.length === 0 ? "past" : "partly";
}

/** The nearest end: of those that are still to come, else the last that has passed; null: none. */
export function nearestEnd(
  windows: readonly Window[],
  of: "planUntil" | "productUntil",
  now: number,
): number | null {
  const ends = windows.flatMap((window) => window[of] ?? []);
  const coming = ends.filter((end) => isOpen(end, now));
  if (coming.length > 0) return Math.min(...coming);
  return windows.some((window) => window[of] === null) || ends.length === 0
    ? null
    : Math.max(...ends);
}

/** "Up to 14 days after": the end itself counts. */
function isOpen(end: number | null, now: number): boolean {
  return end === null || now <= end;
}

/**
 * The same time of day so many days or months later in the zone; on the month's last day where the
 * day does not exist (30 November and three months: 28 February).
 */
function later(
  at: number,
  { days = 0, months = 0 }: { days?: number; months?: number },
  timeZone: string,
): number {
  const local = at + offsetAt(at, timeZone);
  const date = new Date(local);
  const month = date.getUTCMonth() + months;
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const day = Math.min(date.getUTCDate(), lastDay) + days;
  const moved = Date.UTC(date.getUTCFullYear(), month, day) + (local % dayMs);
  // the clocks may have been put forward or back meanwhile
  const first = moved - offsetAt(moved - offsetAt(at, timeZone), timeZone);
  return moved - offsetAt(first, timeZone);
}

const dayMs = 86_400_000;

/** So long before its end a deadline is near: over a weekend there is still a day to act. */
export const nearMs = 3 * dayMs;
