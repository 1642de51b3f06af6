import { randomUUID } from "node:crypto";
import { Ajv } from "ajv";
import type { RefusalCode } from "./refusals.ts";

const text = { type: "string", minLength: 1 };
const schema = {
  type: "object",
  additionalProperties: false,
  required: ["type", "country", "product"],
  properties: {
    type: { const: "protection_product" },
    country: { type: "string", pattern: "^[a-z]{2}$" },
    product: {
      type: "object",
      additionalProperties: false,
      required: ["id", "category", "title", "brand", "sku", "price"],
      properties: {
        id: text,
        category: text,
        title: text,
        brand: { type: "string" },
        sku: { type: "string" },
        price: {
          type: "object",
          additionalProperties: false,
          required: ["amount", "currency"],
          properties: {
            amount: { type: "integer", minimum: 1 },
            currency: { type: "string", pattern: "^[a-z]{3}$" },
          },
        },
      },
    },
  },
};
const validate = new Ajv({ allErrors: true }).compile(schema);

type Asked = {
  country: string;
  product: { id: string; title: string; price: { amount: number; currency: string } };
};

/** How the Offers API behaves until it is told otherwise. */
export type OfferBehavior = {
  /** a price in hundredths of what the plans usually cost: 100 */
  level?: number;
  /** titles of products for which there is no offer */
  unknown?: readonly string[];
  /** countries in which the shop may sell plans */
  countries?: readonly string[];
  /** how long an offer is good for, in milliseconds; 30 days */
  lastsMs?: number;
  /** the currency of the answer, in the place of the one that was asked in */
  currency?: string;
};

/** An offer that was made. */
export type MadeOffer = { id: string; asked: Asked; idempotencyKey: string | null };

/** Hakuna's Offers API as its public pages describe it: strict, and remembering what it offered. */
export class Offers {
  readonly made: MadeOffer[] = [];
  behavior: OfferBehavior = {};
  readonly #answers = new Map<string, object>();

  /** Answers `POST /offers`: the status, the body, and what no correct app asks. */
  answer(
    body: unknown,
    idempotencyKey: string | null,
  ): { status: number; body: object; violations: string[] } {
    if (!validate(body)) {
      const errors = (validate.errors ?? []).map(
        (one) => `offers${one.instancePath}: ${one.message}`,
      );
      return { status: 400, body: failure("validation_failed", errors), violations: errors };
    }
    const asked = body as Asked;
    const { countries = ["de", "at", "nl", "fr"], unknown = [] } = this.behavior;
    if (!countries.includes(asked.country)) {
      return {
        status: 422,
        body: failure("country_unsupported" satisfies RefusalCode),
        violations: [],
      };
    }
    if (unknown.includes(asked.product.title)) {
      return { status: 404, body: failure("no_offer_for_product"), violations: [] };
    }
    const known = this.#answers.get(idempotencyKey ?? "");
    if (known) return { status: 200, body: known, violations: [] };
    const offer = this.#make(asked);
    this.made.push({ id: offer.id, asked, idempotencyKey });
    if (idempotencyKey) this.#answers.set(idempotencyKey, offer);
    return { status: 200, body: offer, violations: [] };
  }

  #make({ country, product }: Asked) {
    const { level = 100, lastsMs = 30 * 24 * 3_600_000, currency } = this.behavior;
    const now = Date.now();
    const price = (share: number) => ({
      amount: Math.max(100, Math.round((product.price.amount * share * level) / 10_000)),
      currency: currency ?? product.price.currency,
    });
    // dear things can be insured for longer
    const years = product.price.amount < 20_000 ? [1, 2] : [1, 2, 3];
    return {
      id: `off-${randomUUID()}`,
      type: "protection_product",
      country,
      sales_channel: "e-commerce",
      products_collection: null,
      created_at: now,
      expired_at: now + lastsMs,
      product,
      marketing_content: {
        hakuna_title: { en: "Warranty extension by Hakuna", de: "Garantieverlängerung von Hakuna" },
        benefit_bullets: [{ en: "Yearly renewable", de: "Jährlich verlängerbar" }],
        insurance_information: {
          en: "https://hakuna.example/insurance/en",
          de: "https://hakuna.example/insurance/de",
          fr: "https://hakuna.example/insurance/fr",
        },
      },
      plans: years.map((count) => ({
        id: `pl-${count * 12}-${product.id}-${product.price.amount}`,
        sku: `HAK-EXT-${count * 12}`,
        price: price(4 * count),
        term_length: count * 12,
        title: {
          en: `${count} ${count === 1 ? "year" : "years"} of warranty extension`,
          de: `${count} ${count === 1 ? "Jahr" : "Jahre"} Garantieverlängerung`,
          fr: `${count} ${count === 1 ? "an" : "ans"} d’extension de garantie`,
        },
      })),
    };
  }
}

function failure(code: string, errors: string[] = []) {
  return { error: { error_code: code, validation_errors: errors } };
}
