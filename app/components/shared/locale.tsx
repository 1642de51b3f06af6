import { useRouteLoaderData } from "@remix-run/react";
import { createContext, type ReactNode, useContext, useMemo } from "react";
import { I18nextProvider, useTranslation } from "react-i18next";
import { currencyDecimals } from "#app/order/money.ts";
import { createTexts, languageOf, type Translate } from "#app/texts/i18n.ts";
import type { Messages } from "#app/texts/messages.server.ts";

/** How the merchant reads: texts in their language, the rest by `Intl` in the shop's time zone. */
export type Locale = {
  /** BCP 47, such as de-AT */
  locale: string;
  /** IANA name */
  timeZone: string;
  t: Translate;
  /** @param at epoch milliseconds */
  formatTime(at: number): string;
  /** @param at epoch milliseconds */
  formatDate(at: number): string;
  /** How long ago, or in how long: `now` and `at` are epoch milliseconds. */
  formatRelative(at: number, now: number): string;
  /** How long something takes, in the largest unit that fits; `ms` are milliseconds. */
  formatDuration(ms: number): string;
  formatNumber(value: number): string;
  /** @param amount minor units; @param currency ISO 4217 */
  formatMoney(amount: number, currency: string): string;
};

const units = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

/** Making a format takes longer than using it a hundred times: each is made once. */
function localeOf(locale: string, timeZone: string, t: Translate): Locale {
  const time = new Intl.DateTimeFormat(locale, {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone,
  });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone });
  const number = new Intl.NumberFormat(locale);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const moneys = new Map<string, Intl.NumberFormat>();
  const moneyIn = (currency: string, decimals: number) => {
    const known = moneys.get(currency);
    if (known) return known;
    const made = new Intl.NumberFormat(locale, {
      style: "currency",
      currency,
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
    moneys.set(currency, made);
    return made;
  };
  return {
    locale,
    timeZone,
    t,
    // "PM" does not begin a line
    formatTime: (at) => time.format(at).replace(/ (?=[AP]M$)/, "\u00a0"),
    formatDate: (at) => date.format(at),
    formatRelative(at, now) {
      const [unit, ms] = units.find(([, ms]) => Math.abs(at - now) >= ms) ?? ["second", 1000];
      return relative.format(Math.trunc((at - now) / ms), unit);
    },
    formatDuration(ms) {
      const [unit, size] = units.find(([, size]) => ms >= size) ?? ["second", 1000];
      const style = { style: "unit", unit, unitDisplay: "long" } as const;
      return new Intl.NumberFormat(locale, style).format(Math.max(1, Math.round(ms / size)));
    },
    formatNumber: (value) => number.format(value),
    formatMoney(amount, currency) {
      const decimals = currencyDecimals(currency);
      return moneyIn(currency, decimals).format(amount / 10 ** decimals);
    },
  };
}

const Context = createContext<Locale | null>(null);

/** What the root's loader gives: texts in the merchant's language. */
export type PageTexts = { locale: string; messages: Messages };
/** What the layout's loader gives; `timeZone` is an IANA name. */
export type ShopTimes = { timeZone: string };

/** Gives what is below it the merchant's language and the shop's time zone. */
export function LocaleProvider({ children }: { children: ReactNode }) {
  const root = useRouteLoaderData("root") as PageTexts | undefined;
  const layout = useRouteLoaderData("routes/app") as ShopTimes | undefined;
  const locale = root?.locale ?? "en";
  const timeZone = layout?.timeZone ?? "UTC";
  const messages = root?.messages;
  const texts = useMemo(
    () => (messages ? createTexts(languageOf(locale), messages) : null),
    [locale, messages],
  );
  const value = useMemo(
    () => texts && localeOf(locale, timeZone, texts.t),
    [locale, timeZone, texts],
  );
  if (texts === null) return children;
  return (
    <I18nextProvider i18n={texts}>
      <Context.Provider value={value}>{children}</Context.Provider>
    </I18nextProvider>
  );
}

/** The merchant's language and ways of writing. */
export function useLocale(): Locale {
  const known = useContext(Context);
  const { t } = useTranslation();
  // without the texts a page shows their keys, in the plainest way
  return useMemo(() => known ?? localeOf("en", "UTC", t), [known, t]);
}
