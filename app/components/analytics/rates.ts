import type { Earned } from "#app/analytics/analytics-page.ts";
import { useLocale } from "#app/components/shared/locale.tsx";

/** Writes shares and changes in the merchant's manner. */
export function useRates() {
  const { locale } = useLocale();
  const share = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  const signed = new Intl.NumberFormat(locale, {
    ...{ style: "percent", maximumFractionDigits: 0, signDisplay: "exceptZero" },
  });
  return {
    /** of all orders those with a plan; "–" where there is none */
    attachRate: ({ orders, protected: held }: Pick<Earned, "orders" | "protected">) =>
      orders === 0 ? "–" : share.format(held / orders),
    /** by how much more; null where there was nothing to compare with */
    change: (now: number, before: number) =>
      before <= 0 ? null : signed.format((now - before) / before),
  };
}
