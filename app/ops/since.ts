import { UsageError } from "./command.ts";

const units = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * A moment as operators write it: `2026-11-24`, `2026-11-24T10:00:00Z`, or how long ago: `90m`,
 * `2h`, `3d`.
 *
 * @param now epoch milliseconds
 * @throws UsageError
 */
export function momentOf(option: string, given: string, now: number): Date {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(given) ?? [];
  if (count && unit) return new Date(now - Number(count) * units[unit as keyof typeof units]);
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(given);
  const time = new Date(given);
  if (isTime && !Number.isNaN(time.getTime())) return time;
  throw new UsageError(
    `--${option} is a time such as 2026-11-24T10:00:00Z, or how long ago, such as 90m, 2h or 3d.`,
  );
}
