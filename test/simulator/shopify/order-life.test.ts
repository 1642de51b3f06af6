import { Ajv2020 as Ajv } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { liveOrder, type ShopManner } from "./order-life.ts";
import { payloadSchema } from "./payload.ts";

const manner: ShopManner = { shop: "test.myshopify.com", currency: "EUR", bigIds: true };
const lives = Array.from({ length: 40 }, (_, seed) => liveOrder(manner, seed, 1_790_000_000_000));

describe("the simulated shop", () => {
  it("tells the same life for the same seed", () => {
    const again = liveOrder(manner, 7, 1_790_000_000_000).map(({ body }) => body);
    expect(again).toEqual(lives[7]?.map(({ body }) => body));
  });

  it("sends webhooks of real size", () => {
    const sizes = lives.flat().filter(({ topic }) => topic.startsWith("orders/"));
    for (const { body } of sizes) expect(body.length).toBeGreaterThan(5_000);
  });

  it("writes ids beyond 2^53 as plain JSON numbers", () => {
    expect(lives[3]?.[0]?.body).toMatch(/"id":82098291194615\d{4},/);
  });

  const topics = new Set(lives.flat().map(({ topic }) => topic));
  it("lives through everything", () => {
    expect([...topics].sort()).toEqual([
      "fulfillments/create",
      "fulfillments/update",
      "orders/cancelled",
      "orders/create",
      "orders/updated",
      "refunds/create",
    ]);
  });

  it.each([...topics])("holds against Shopify's JSON schema of %s", (topic) => {
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(
      payloadSchema(topic),
    );
    for (const webhook of lives.flat().filter((sent) => sent.topic === topic)) {
      validate(JSON.parse(webhook.body));
      expect(validate.errors).toBeNull();
    }
  });
});
