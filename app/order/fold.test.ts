import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { feedOrderSchema } from "#app/hakuna/feed-schema.ts";
import { type OrderTopic, readWebhook } from "#app/shopify/webhooks/webhook-payload.ts";
import { liveOrder } from "#test/simulator/shopify/order-life.ts";
import { emptyState, headsConflict, join, redact } from "./fold.ts";
import { mapOrder } from "./map.ts";
import type { OrderState } from "./state.ts";

const context = {
  ...{ shopCountry: "de", productIdentifier: "variant" as const, manualPairs: [] },
  ...{ acceptSuggestions: false, reportedUnits: {} },
};

/** The changes of a generated order's life, some of them redactions. Ties are frequent. */
const changes = fc
  .record({
    seed: fc.integer({ min: 0, max: 5_000 }),
    currency: fc.constantFrom("EUR", "JPY", "KWD"),
    redactedAt: fc.option(fc.nat(8), { nil: null, freq: 4 }),
    flatClock: fc.boolean(),
  })
  .map(({ seed, currency, redactedAt, flatClock }) => {
    const manner = { shop: "a.myshopify.com", currency, bigIds: seed % 2 === 0 };
    const states = liveOrder(manner, seed, 1_790_000_000_000).map((webhook) => {
      const at = flatClock ? 1_790_000_000_000 : webhook.triggeredAt;
      return readWebhook(webhook.topic as OrderTopic, webhook.body, at).state as OrderState;
    });
    const id = states[0]?.id ?? "";
    if (redactedAt !== null) states.splice(redactedAt, 0, redact(emptyState(id)));
    return { id, states };
  });

const foldAll = (id: string, states: readonly OrderState[]) => states.reduce(join, emptyState(id));

describe("join", () => {
  it("ends in the same state and payload for any permutation, grouping and repetition", () => {
    fc.assert(
      fc.property(changes, fc.infiniteStream(fc.nat()), ({ id, states }, numbers) => {
        const whole = foldAll(id, states);
        const draws = numbers[Symbol.iterator]();
        const draw = (below: number) => (draws.next().value ?? 0) % below;
        const pile = [...states, ...states.filter(() => draw(3) === 0)];
        while (pile.length > 1) {
          const [a] = pile.splice(draw(pile.length), 1);
          const [b] = pile.splice(draw(pile.length), 1);
          if (a && b) pile.push(join(a, b));
        }
        const other = join(emptyState(id), pile[0] as OrderState);
        expect(other).toEqual(whole);
        if (whole.head) expect(mapOrder(other, context)).toEqual(mapOrder(whole, context));
      }),
      { numRuns: 300 },
    );
  });

  it("keeps the laws for redacted states: the join of redactions is the redaction of the join", () => {
    fc.assert(
      fc.property(changes, ({ id, states }) => {
        const whole = redact(foldAll(id, states));
        expect(foldAll(id, states.map(redact))).toEqual(whole);
        expect(JSON.stringify(whole)).not.toMatch(/mail\.example|Mustermann|Keizersgracht/);
      }),
      { numRuns: 100 },
    );
  });

  it("gives payloads that the feed's schema takes, whatever the order of lines", () => {
    fc.assert(
      fc.property(changes, fc.nat(), ({ id, states }, turn) => {
        const state = foldAll(id, states);
        if (!state.head) return;
        const { feedOrder } = mapOrder(state, context);
        expect(feedOrderSchema.safeParse(feedOrder).error).toBeUndefined();
        const lines = state.head.lineItems;
        const at = turn % lines.length;
        const turned = [...lines.slice(at), ...lines.slice(0, at)].reverse();
        const shuffled = { ...state, head: { ...state.head, lineItems: turned } };
        expect(mapOrder(shuffled, context)).toEqual(mapOrder(state, context));
      }),
      { numRuns: 200 },
    );
  });
});

describe("headsConflict", () => {
  const state = (name: string, observedAt: number) =>
    readWebhook(
      "orders/updated",
      JSON.stringify({
        ...{ id: 1, name, line_items: [] },
        ...{ updated_at: "2026-11-01T10:00:00Z", created_at: "2026-11-01T10:00:00Z" },
      }),
      observedAt,
    ).state as OrderState;

  it("is a tie between different contents, and nothing else", () => {
    expect(headsConflict(state("#1", 5), state("#2", 5))).toBe(true);
    expect(headsConflict(state("#1", 5), state("#1", 5))).toBe(false);
    expect(headsConflict(state("#1", 5), state("#2", 6))).toBe(false);
  });
});
