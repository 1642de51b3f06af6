import { useLocale } from "#app/components/shared/locale.tsx";

/** Names a day such as "Nov 3", or a month such as "Nov 2026". It has no time zone any more. */
export function useDayLabel(unit: "day" | "month" = "day"): (day: string) => string {
  const { locale } = useLocale();
  const format = new Intl.DateTimeFormat(locale, {
    month: "short",
    ...(unit === "day" ? { day: "numeric" } : { year: "numeric" }),
    timeZone: "UTC",
  });
  return (day) => format.format(Date.parse(day));
}
