import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { buyerLanguageOf, buyerTexts } from "./buyer-texts.ts";
import { messages } from "./messages.server.ts";

const placeholders = (text: string) => [...new Set(text.match(/\{\{\w+\}\}/g))].sort();

it.each([
  ["de-AT", "de"],
  ["fr-BE", "fr"],
  ["nl", "nl"],
  ["NL-be", "nl"],
  ["it", "en"],
  ["", "en"],
] as const)("speaks to a buyer with the locale %j in %s", (locale, language) => {
  expect(buyerLanguageOf(locale)).toBe(language);
});

it("speaks the languages of the buyer's dialog, which says which it is", () => {
  const folder = new URL("../../extensions/plan-return/locales/", import.meta.url);
  const languages = readdirSync(folder).map((file) => file.slice(0, 2));
  expect(languages.sort()).toEqual(["de", "en", "fr", "nl"]);
  expect(languages.map(buyerLanguageOf)).toEqual(languages);
});

it.each(["de", "fr", "nl"] as const)("says all of the receipt in %s", (language) => {
  const t = buyerTexts(language);
  const told = new Set<string>();
  for (const [key, english] of Object.entries(messages.en.mail.receipt)) {
    const text = t(`mail.receipt.${key as "intro"}`, { skipInterpolation: true });
    expect(placeholders(text), key).toEqual(placeholders(english));
    if (key !== "reference") expect(text).not.toBe(english);
    told.add(text);
  }
  expect(told.size).toBe(Object.keys(messages.en.mail.receipt).length);
  expect(t("mail.receipt.what", { count: 1, title: "X" })).toContain("1 ");
});
