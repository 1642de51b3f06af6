import { createInstance, type i18n, type TFunction } from "i18next";
import type { Messages } from "./messages.server.ts";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "app";
    resources: { app: Messages };
  }
}

/** The languages that the app speaks. */
export type Language = "en" | "de";

export type Translate = TFunction<"app">;

/** The language for a locale such as `de-AT`: English where the app does not speak its own. */
export function languageOf(locale: string): Language {
  return locale.toLowerCase().startsWith("de") ? "de" : "en";
}

/** The locale that the merchant's admin asks for, or English where it is none (RFC 5646). */
export function localeOf(asked: string | null): string {
  try {
    return Intl.getCanonicalLocales(asked ?? "en")[0] ?? "en";
  } catch {
    return "en";
  }
}

/** The texts of one language, ready to use: React escapes what is put into them. */
export function createTexts(language: string, messages: Messages): i18n {
  const texts = createInstance();
  texts.init({
    lng: language,
    resources: { [language]: { app: messages } },
    defaultNS: "app",
    interpolation: { escapeValue: false },
    // The texts are there already: nothing is loaded.
    initAsync: false,
    // While two versions run side by side, rows hold words that only the newer one knows.
    parseMissingKeyHandler: (_key, instead?: string) => instead ?? messages.common.newer,
  });
  return texts;
}
