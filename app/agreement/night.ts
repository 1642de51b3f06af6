import { placeOf } from "#app/scan/scan-position.ts";

/** Full hours of the day (UTC); where `to` is not later, it is of the next day. Null: there is no night. */
export type Night = { from: number; to: number } | null;

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;
/** The shops begin within so much of a night, so that the last ones come to an end within it. */
const begun = 0.75;

/** Whether `now` (epoch milliseconds) lies within the hours of the night. */
export function isNight(night: Night, now: number): boolean {
  return night !== null && sinceBeginning(night, now) < lengthOf(night);
}

/**
 * When a shop is proven: each has its own place in the night.
 *
 * @param after of the night after the one that `now` lies in, or else also in that one
 * @returns epoch milliseconds; null: there is no night
 */
export function proofTime(
  domain: string,
  night: Night,
  now: number,
  { after }: { after: boolean },
): number | null {
  if (night === null) return null;
  const beginning = now - sinceBeginning(night, now);
  const isThis = !after && isNight(night, now);
  const place = placeOf(domain) * begun * lengthOf(night);
  return Math.round(beginning + (isThis ? 0 : dayMs) + place);
}

function sinceBeginning({ from }: NonNullable<Night>, now: number): number {
  return (((now - from * hourMs) % dayMs) + dayMs) % dayMs;
}

function lengthOf({ from, to }: NonNullable<Night>): number {
  return ((to - from + 24) % 24 || 24) * hourMs;
}
