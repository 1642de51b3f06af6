import fr from "#app/texts/messages/fr/receipt.json" with { type: "json" };
import nl from "#app/texts/messages/nl/receipt.json" with { type: "json" };
import { createTexts, type Translate } from "./i18n.ts";
import { type Messages, messages } from "./messages.server.ts";

/** What buyers are told in: the languages of the storefront and of extensions/plan-return. */
const buyerLanguages = ["en", "de", "fr", "nl"] as const;

export type BuyerLanguage = (typeof buyerLanguages)[number];

/** The receipt in the languages that merchants are not told in. `Messages` makes each a whole one. */
const receipts: Record<Exclude<BuyerLanguage, "en" | "de">, Messages["mail"]["receipt"]> = {
  fr,
  nl,
};

/** The language for a buyer's locale such as `fr-BE`: English where the app does not speak its own. */
export function buyerLanguageOf(locale: string): BuyerLanguage {
  const language = locale.slice(0, 2).toLowerCase();
  return buyerLanguages.find((one) => one === language) ?? "en";
}

/** The texts of a buyer's mail; those of merchants are English where there are no others. */
export function buyerTexts(language: BuyerLanguage): Translate {
  const { en } = messages;
  const all =
    language === "en" || language === "de"
      ? messages[language]
      : { ...en, mail: { ...en.mail, receipt: receipts[language] } };
  return createTexts(language, all).t;
}
