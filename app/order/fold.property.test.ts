import fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalJson, compareIds } from "./canonical.ts";
import { sameContent } from "./content.ts";
import { customerFields, customerValues, deny } from "./customer-fields.ts";
import { emptyState, headsConflict, join, purge, redact } from "./fold.ts";
import { address, order, line as testLine } from "./order.fixture.ts";
import type { Fulfillment, Head, OrderState, ProductFacts, Refund } from "./state.ts";

// States that no shop would live through: every value comes from a handful, so that they tie.
const time = fc.constantFrom(1, 2, 3);
const rank = fc.record({ updatedAt: time, observedAt: time });
const lineId = fc.constantFrom("1", "2");
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 4 });
const byId = <T>(value: fc.Arbitrary<T>) =>
  fc.dictionary(lineId, value, { maxKeys: 2, noNullPrototype: true });

const denials = fc.option(
  fc.subarray([...customerFields.filter((field) => /^email|^billing/.test(field))]),
  { nil: [], freq: 2 },
);
const head: fc.Arbitrary<Head> = fc
  .record({
    rank,
    name: fc.constantFrom("#1", "#2"),
    voided: fc.boolean(),
    fullyRefunded: fc.boolean(),
    email: maybe(fc.constantFrom("a@mail.example", "b@mail.example")),
    billingAddress: maybe(fc.constantFrom(address("DE", "Street 1"), address("FR", "Street 2"))),
    refundIds: fc.constantFrom<string[] | null | undefined>(undefined, null, [], ["1"]),
    currentQuantity: fc.constantFrom(undefined, null, 0, 1),
  })
  .map(({ currentQuantity, ...fields }) => {
    const lines = [testLine("1", { currentQuantity }), testLine("2")];
    return { ...(order(lines).head as Head), ...fields };
  })
  .chain((whole) => denials.map((fields) => deny(whole, fields)));

const facts: fc.Arbitrary<ProductFacts> = fc.record({
  variantId: maybe(fc.record({ value: fc.constantFrom("7", "8"), rank })),
  productId: maybe(fc.record({ value: fc.constantFrom("7", "8"), rank })),
  sku: maybe(fc.record({ value: fc.constantFrom("7", "8"), rank })),
  vendor: maybe(fc.record({ value: fc.constantFrom("Hakuna", "Frutta"), rank })),
});

const units = fc.array(fc.record({ lineItemId: lineId, quantity: fc.constantFrom(1, 2) }), {
  maxLength: 2,
});
const fulfillment: fc.Arbitrary<Fulfillment> = fc.record({
  updatedAt: time,
  createdAt: time,
  status: fc.constantFrom("pending", "open", "success", "error", "failure", "cancelled"),
  units,
});
const refund: fc.Arbitrary<Refund> = fc.record({ observedAt: time, refundedAt: time, units });

const state: fc.Arbitrary<OrderState> = fc
  .record({
    head: maybe(head),
    productFacts: byId(facts),
    cancelledAt: maybe(time),
    deletedAt: maybe(time),
    voidedAt: maybe(time),
    firstSeenAt: byId(time),
    fulfillments: byId(fulfillment),
    refunds: byId(refund),
    removedUnits: byId(
      fc.dictionary(fc.constantFrom("1", "2"), time, { maxKeys: 2, noNullPrototype: true }),
    ),
    goneUnits: byId(time),
    knownPlans: maybe(fc.uniqueArray(fc.constantFrom("1", "2", "10"), { minLength: 1 })),
    isRedacted: fc.boolean(),
    purgedThrough: maybe(time),
  })
  .map(({ isRedacted, purgedThrough, knownPlans, ...parts }) => {
    const known = knownPlans && { knownPlans: knownPlans.sort(compareIds) };
    const whole = { ...emptyState("1"), ...parts, ...known };
    const kept = purgedThrough === null ? whole : purge(whole, purgedThrough);
    return isRedacted ? redact(kept) : kept;
  });

const text = canonicalJson;
const manyRuns = { numRuns: 1000 };

it("is commutative and idempotent, and has the empty state as its neutral element", () => {
  fc.assert(
    fc.property(state, state, (a, b) => {
      expect(text(join(a, b))).toBe(text(join(b, a)));
      expect(text(join(a, a))).toBe(text(a));
      expect(text(join(join(a, b), b))).toBe(text(join(a, b)));
      expect(text(join(a, emptyState("1")))).toBe(text(a));
    }),
    manyRuns,
  );
});

it("is associative", () => {
  fc.assert(
    fc.property(state, state, state, (a, b, c) => {
      expect(text(join(join(a, b), c))).toBe(text(join(a, join(b, c))));
    }),
    manyRuns,
  );
});

it("is associative among heads that say different things of the same moment", () => {
  const one = fc.tuple(state, head).map(([parts, head]) => ({ ...parts, head }));
  const tied = fc.tuple(one, one, one, rank).map(([a, b, c, rank]) => {
    const withRank = (parts: typeof a) => ({ ...parts, head: { ...parts.head, rank } });
    return [withRank(a), withRank(b), withRank(c)] as const;
  });
  const differ = tied.filter((states) => new Set(states.map(({ head }) => text(head))).size === 3);
  fc.assert(
    fc.property(differ, ([a, b, c]) => {
      expect(text(join(join(a, b), c))).toBe(text(join(a, join(b, c))));
    }),
    manyRuns,
  );
});

it("redacts before or after with the same result, and lets no customer back in", () => {
  fc.assert(
    fc.property(state, state, (a, b) => {
      const redacted = redact(join(a, b));
      expect(text(join(redact(a), b))).toBe(text(redacted));
      expect(text(join(a, redact(b)))).toBe(text(redacted));
      expect(text(redacted)).not.toMatch(/mail\.example|Street/);
    }),
    manyRuns,
  );
});

it("purges before or after with the same result, and lets nothing of that time back in", () => {
  fc.assert(
    fc.property(state, state, (a, b) => {
      expect(text(join(purge(a, 2), b))).toBe(text(purge(join(a, b), 2)));
      expect(text(join(purge(a, 3), b))).not.toMatch(/mail\.example|Street/);
    }),
    manyRuns,
  );
});

it("finds the same conflicts from both sides, and none of a state with itself", () => {
  fc.assert(
    fc.property(state, state, (a, b) => {
      expect(headsConflict(a, b)).toBe(headsConflict(b, a));
      expect(headsConflict(a, redact(a))).toBe(false);
    }),
  );
});

it("keeps of each field that is denied what the newest head says that was allowed to show it", () => {
  const heads = fc.uniqueArray(head, {
    minLength: 1,
    maxLength: 6,
    selector: (one) => text(one.rank),
  });
  fc.assert(
    fc.property(heads, (all) => {
      const states = all.map((one) => ({ ...emptyState("1"), head: one }));
      const joined = states.reduce<OrderState>(join, emptyState("1")).head as Head;
      const newestFirst = all.toSorted(
        (a, b) => b.rank.updatedAt - a.rank.updatedAt || b.rank.observedAt - a.rank.observedAt,
      );
      const values = customerValues(joined);
      for (const field of customerFields) {
        const shown = newestFirst.find(({ denied }) => denied?.[field] === undefined);
        expect(values[field]).toBe(shown ? customerValues(shown)[field] : null);
        const isDenied = shown !== newestFirst[0];
        expect(joined.denied?.[field]).toEqual(isDenied ? (shown?.rank ?? null) : undefined);
      }
      expect(joined.name).toBe(newestFirst[0]?.name);
    }),
    manyRuns,
  );
});

it("does not take for news that something is denied", () => {
  fc.assert(
    fc.property(head, denials, (known, fields) => {
      const rank = { updatedAt: 9, observedAt: 9 };
      const before = { ...emptyState("1"), head: known };
      const read = { ...emptyState("1"), head: deny({ ...known, rank }, fields) };
      expect(sameContent(before, join(before, read))).toBe(true);
    }),
  );
});
