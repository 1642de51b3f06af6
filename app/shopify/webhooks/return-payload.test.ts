import { describe, expect, it } from "vitest";
import { samplePayload } from "#test/simulator/shopify/payload.ts";
import { readReturnWebhook, returnTopics } from "./return-payload.ts";

const bytes = (body: unknown) => new TextEncoder().encode(JSON.stringify(body));
/** Of `returns/process` Shopify publishes no sample. */
const sampled = returnTopics.filter((topic) => topic !== "returns/process");

describe("a webhook of a return", () => {
  it.each(sampled)("%s: is read as Shopify's sample is", (topic) => {
    const sample = samplePayload(topic);
    const own = String(sample.admin_graphql_api_id).replace("gid://shopify/Return/", "");
    expect(readReturnWebhook(topic, bytes(sample))).toEqual({
      returnId: own,
      orderId: topic === "returns/update" ? null : "4783296544821",
    });
  });

  it("keeps ids beyond 2^53 exact", () => {
    const body =
      '{"admin_graphql_api_id":"gid://shopify/Return/9007199254740993","status":"closed","order_id":9007199254740995}';
    expect(readReturnWebhook("returns/close", new TextEncoder().encode(body))).toEqual({
      returnId: "9007199254740993",
      orderId: "9007199254740995",
    });
  });

  it.each(returnTopics)("%s: is no other topic's body", (topic) => {
    const others = ["orders/create", "refunds/create", "fulfillments/create", "app/uninstalled"];
    for (const other of others) {
      expect(() => readReturnWebhook(topic, bytes(samplePayload(other)))).toThrow(/is not|nvalid/);
    }
    expect(() => readReturnWebhook(topic, bytes({ id: 1 }))).toThrow();
  });
});
