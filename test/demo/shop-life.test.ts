import { expect, it } from "vitest";
import { mapOrder } from "#app/order/map.ts";
import { knownOffers } from "#app/order/mapping/covers.ts";
import { isShared, statesOf } from "#test/server/expected-orders.ts";
import { orderPayload } from "#test/simulator/shopify/order-payloads.ts";
import { payloadText } from "#test/simulator/shopify/payload.ts";
import { type Webhook, webhookOf } from "#test/simulator/shopify/webhook.ts";
import { demoExtent, liveUntil } from "./shop-life.ts";

const now = Date.parse("2026-11-28T06:00:00Z");
const shop = "demo.myshopify.com";
const day = 86_400_000;
const offers = knownOffers([]);
const { past, hour, next } = liveUntil(now, { shop });

/** What is found of each order that is sent and of which something is. */
function found(webhooks: Webhook[]): string[] {
  return [...statesOf(webhooks).values()].filter(isShared).flatMap((state) => {
    const settings = { manualPairs: [], acceptSuggestions: false, reportedUnits: {} };
    const of = { ...settings, shopCountry: "de", productIdentifier: "variant" as const, offers };
    const codes = mapOrder(state, of).findings.map(({ code }) => code);
    return codes.length > 0 ? codes.join() : [];
  });
}

it("ends now, with an hour of which three orders need a person", () => {
  expect(hour.length).toBeGreaterThan(50);
  const last = Math.max(...hour.map(({ triggeredAt }) => triggeredAt));
  expect(last).toBeLessThanOrEqual(now);
  expect(last).toBeGreaterThan(now - 60_000);
  expect(new Set(hour.map(({ order }) => order.id)).size).toBe(demoExtent.hourly);
  expect(found(hour).sort()).toEqual([
    "plan_without_product",
    "plan_without_product,pair_suggested",
    "product_gone_plan_not",
  ]);
  // what was withdrawn after it reached Hakuna is found by that, sooner or later
  expect(hour.filter(({ topic }) => topic === "fulfillments/update")).toEqual([]);
});

it("has a product that came back after it was shipped: its plan has a time by which it is refunded", () => {
  const orders = new Map(hour.map(({ order }) => [order.id, order]));
  const gone = [...orders.values()].filter((order) =>
    found(hour.filter((webhook) => webhook.order.id === order.id)).includes(
      "product_gone_plan_not",
    ),
  );
  const shipped = gone.flatMap(({ lines, fulfillments }) =>
    lines
      .filter(({ isPlan }) => !isPlan)
      .map((line) => fulfillments.some(({ units }) => units.some((one) => one.line === line))),
  );
  expect(gone).toHaveLength(1);
  expect(shipped).not.toContain(false);
});

it("has weeks of orders before that need nobody", () => {
  const told = past.map((order) =>
    webhookOf(shop, "orders/updated", payloadText(orderPayload(order)), order.updatedAt),
  );
  expect(found(told)).toEqual([]);
  const times = past.map(({ createdAt }) => createdAt);
  // a life that would reach beyond now begins a day earlier
  expect(Math.min(...times)).toBeGreaterThan(now - 59 * day);
  expect(Math.max(...past.map(({ updatedAt }) => updatedAt))).toBeLessThanOrEqual(now);
  const protectedOrders = past.filter(({ lines }) => lines.some(({ isPlan }) => isPlan));
  expect(protectedOrders.length / past.length).toBeGreaterThan(0.3);
  expect(protectedOrders.length / past.length).toBeLessThan(0.7);
});

it("numbers orders as they are placed, each once", () => {
  const orders = new Map(hour.map(({ order }) => [order.number, order]));
  const all = [...past, ...orders.values()].sort((a, b) => a.createdAt - b.createdAt);
  expect(all.map(({ number }) => number)).toEqual(all.map((_, index) => 1001 + index));
  expect(next).toBe(1001 + all.length);
});
