import fc from "fast-check";
import { expect, it } from "vitest";
import { type OrderTopic, readWebhook } from "#app/shopify/webhooks/webhook-payload.ts";
import { editedLife, type Happening, happenings } from "#test/simulator/shopify/edited-life.ts";

import { orderPayload } from "#test/simulator/shopify/order-payloads.ts";
import { payloadText } from "#test/simulator/shopify/payload.ts";
import type { SimulatedLine, SimulatedOrder } from "#test/simulator/shopify/simulated-order.ts";
import type { Webhook } from "#test/simulator/shopify/webhook.ts";
import { emptyState, join } from "./fold.ts";
import { map } from "./order.fixture.ts";
import type { OrderState, ProductFacts } from "./state.ts";

const key = { name: "_hakuna_ref", value: "a" };
const offer = [
  { name: "_hakuna_offer_id", value: "off-1" },
  { name: "_hakuna_plan_id", value: "pl-1" },
];
const bought = (id: bigint, isPlan: boolean, quantity: number): SimulatedLine => ({
  ...{ id, isPlan, quantity, removed: 0, title: isPlan ? "Warranty" : "Banana", sku: null },
  ...{ vendor: isPlan ? "hakuna" : "Frutta", variantId: id + 10n, productId: id + 20n },
  ...{ price: isPlan ? 1200 : 10_000, properties: isPlan ? [key, ...offer] : [key] },
});

const cart = fc
  .tuple(fc.constantFrom(1, 2, 3), fc.constantFrom(1, 2), fc.boolean())
  .map(([products, plans, hasMore]) => [
    bought(101n, false, products),
    bought(102n, true, plans),
    ...(hasMore ? [{ ...bought(103n, false, 2), properties: [] }] : []),
  ]);

/** Often in the same second, as Shopify's clocks show them. */
const happening: fc.Arbitrary<Happening> = fc.record({
  what: fc.constantFrom(...happenings),
  line: fc.nat(3),
  units: fc.constantFrom(1, 2),
  afterMs: fc.constantFrom(0, 300, 1_000, 86_400_000),
});

const lived = fc
  .tuple(cart, fc.array(happening, { maxLength: 12 }))
  .map(([lines, life]) => editedLife("a.myshopify.com", lines, life, 1_790_000_000_000));

const read = ({ topic, body, triggeredAt }: Webhook) =>
  readWebhook(topic as OrderTopic, body, triggeredAt).state as OrderState;

/** What somebody who has never heard of the order reads of it at the end. */
function readAfresh(order: SimulatedOrder, at: number): OrderState {
  const { state } = readWebhook("orders/updated", payloadText(orderPayload(order)), at);
  if (!state) throw new Error("The order was not read.");
  return state;
}

/**
 * The folded state without what only its history knows: when units were first seen removed, when
 * lines were first seen, since when the payment is void, and what deleted products were called.
 */
function withoutHistory(folded: OrderState, fresh: OrderState): OrderState {
  const { removedUnits, firstSeenAt, voidedAt } = fresh;
  const productFacts = Object.fromEntries(
    Object.entries(folded.productFacts).map(([id, facts]) => [
      id,
      Object.fromEntries(
        Object.entries(facts).map(([name, fact]) => {
          const now = fresh.productFacts[id]?.[name as keyof ProductFacts] ?? null;
          return [name, now === null ? null : fact];
        }),
      ) as ProductFacts,
    ]),
  );
  return { ...folded, removedUnits, firstSeenAt, productFacts, voidedAt };
}

it("maps as a fresh read of the order would, whatever happened to it and whatever was lost", () => {
  const met = new Set<string>();
  fc.assert(
    fc.property(lived, fc.infiniteStream(fc.nat(99)), ({ order, webhooks }, numbers) => {
      const draws = numbers[Symbol.iterator]();
      const draw = () => draws.next().value ?? 0;
      const newest = webhooks.findLast(({ topic }) => topic.startsWith("orders/")) as Webhook;
      const arriving = webhooks
        .filter((webhook) => webhook === newest || draw() > 30)
        .flatMap((webhook) => (draw() > 85 ? [webhook, webhook] : [webhook]))
        .map((webhook) => ({ webhook, place: draw() }))
        .sort((a, b) => a.place - b.place)
        .map(({ webhook }) => webhook);
      const folded = arriving.map(read).reduce(join, emptyState(String(order.id)));
      const fresh = readAfresh(order, newest.triggeredAt);
      const expected = map(fresh);
      expect(map(withoutHistory(folded, fresh))).toEqual(expected);
      for (const { code } of expected.findings) met.add(code);
      for (const { refunds } of expected.feedOrder?.line_items ?? []) {
        if (refunds.length > 0) met.add("refunded");
      }
    }),
    { numRuns: 1500 },
  );
  expect([...met]).toEqual(
    expect.arrayContaining(["refunded", "product_gone_plan_not", "plan_used_up"]),
  );
});

it("a removal that is taken back, and ships, is not refunded at Hakuna", () => {
  const life = (...what: Happening["what"][]) =>
    what.map((one) => ({ what: one, line: 0, units: 1, afterMs: 60_000 }));
  const { order, webhooks } = editedLife(
    "a.myshopify.com",
    [bought(101n, false, 1)],
    life("remove", "take_back", "fulfill"),
    1_790_000_000_000,
  );
  const folded = webhooks.map(read).reduce(join, emptyState(String(order.id)));
  expect(map(folded).feedOrder?.line_items[0]).toMatchObject({
    fulfillments: [{ quantity: 1 }],
    refunds: [],
  });
});
