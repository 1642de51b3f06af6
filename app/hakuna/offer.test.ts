import { describe, expect, it } from "vitest";
import { type Offer, readOffer, textIn } from "./offer.ts";

const plan = {
  id: "pl-1",
  sku: "HAK-12",
  price: { amount: 1200, currency: "EUR" },
  term_length: 12,
  title: { en: "1 year", de: "1 Jahr" },
};
const answer = {
  type: "protection_product",
  country: "de",
  sales_channel: "e-commerce",
  id: "off-1",
  created_at: 1_683_806_751_838,
  expired_at: 1_686_398_751_838,
  product: { id: "1" },
  marketing_content: {
    benefit_bullets: [{ en: "Yearly renewable" }],
    insurance_information: { en: "https://hakuna.example/en", de: "https://hakuna.example/de" },
  },
  plans: [plan],
};

describe("an offer", () => {
  it("is read in all of its languages", () => {
    expect(readOffer(answer)).toEqual({
      id: "off-1",
      expiresAt: 1_686_398_751_838,
      country: "de",
      plans: [
        {
          id: "pl-1",
          sku: "HAK-12",
          price: { amount: 1200, currency: "eur" },
          termMonths: 12,
          titles: { en: "1 year", de: "1 Jahr" },
          insuranceUrls: { en: "https://hakuna.example/en", de: "https://hakuna.example/de" },
        },
      ],
    });
  });

  it.each([
    ["in the language", { en: "1 year", fr: "1 an" }, "fr", "1 an"],
    ["in English where that is missing", { de: "1 Jahr", en: "1 year" }, "fr", "1 year"],
    ["in no language", "1 year+", "fr", "1 year+"],
    ["in a language of a country", { "fr-FR": "1 an" }, "fr", "1 an"],
  ])("has a title %s", (_what, title, language, text) => {
    const offer = readOffer({ ...answer, plans: [{ ...plan, title }] }) as Offer;
    expect(textIn(offer.plans[0]?.titles ?? {}, language)).toBe(text);
  });

  it.each([
    ["the plan's own", { terms_url: "https://hakuna.example/pl-1" }, "https://hakuna.example/pl-1"],
    ["the offer's where the plan has none", {}, "https://hakuna.example/en"],
    ["no link but to the web", { terms_url: "javascript:0" }, "https://hakuna.example/en"],
  ])("has as insurance link %s", (_what, own, insuranceUrl) => {
    const offer = readOffer({ ...answer, plans: [{ ...plan, ...own }] });
    expect(textIn((offer as Offer).plans[0]?.insuranceUrls ?? {}, "en")).toBe(insuranceUrl);
  });

  it("has no insurance link where none is found", () => {
    const offer = readOffer({ ...answer, marketing_content: null });
    expect(offer).toMatchObject({ plans: [{ insuranceUrls: {} }] });
  });

  it.each([
    [24, 24],
    ["24 months", 24],
    ["2 years", 24],
    ["P2Y", 24],
    [{ value: 2, unit: "year" }, 24],
    ["forever", null],
    [null, null],
  ])("with the term %j lasts %j months", (term_length, termMonths) => {
    const offer = readOffer({ ...answer, plans: [{ ...plan, term_length }] });
    expect(offer).toMatchObject({ plans: [{ termMonths }] });
  });

  it.each([
    ["without plans", { ...answer, plans: [] }, "plans"],
    ["with four plans", { ...answer, plans: [plan, plan, plan, plan] }, "plans"],
    ["that never ends", { ...answer, expired_at: null }, "expired_at"],
    ["with a price in euros", { ...answer, plans: [{ ...plan, price: "12 €" }] }, "plans.0.price"],
    ["that is none", "<html>", ""],
  ])("%s is refused, and it is said where", (_what, body, where) => {
    expect(readOffer(body)).toContain(`cannot be read: ${where}`);
  });
});
