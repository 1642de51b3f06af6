import { useEffect, useState } from "react";
import { useLocale } from "./locale.tsx";

/**
 * Names countries in the merchant's language, once the page is alive: the server's Unicode data may
 * name one otherwise than the browser's. Until then it is their code.
 */
export function useCountryNames(): (code: string) => string {
  const { locale } = useLocale();
  const [names, setNames] = useState<Intl.DisplayNames | null>(null);
  useEffect(() => setNames(new Intl.DisplayNames(locale, { type: "region" })), [locale]);
  return (code) => names?.of(code.toUpperCase()) ?? code.toUpperCase();
}
