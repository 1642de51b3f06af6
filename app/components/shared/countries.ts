import { countryCodes } from "#app/order/mapping/countries.ts";

/** Every country as the choice of a select, by its name in the merchant's language. */
export function countryOptions(locale: string): { value: string; label: string }[] {
  const names = new Intl.DisplayNames(locale, { type: "region" });
  return countryCodes
    .map((code) => ({ value: code, label: names.of(code.toUpperCase()) ?? code }))
    .sort((a, b) => a.label.localeCompare(b.label, locale));
}
