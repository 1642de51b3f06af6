import fc from "fast-check";
import { expect, it } from "vitest";
import { compareIds } from "./canonical.ts";
import { line, pairing, plan, type TestLine } from "./order.fixture.ts";

/** Few values, so that they meet: the same text may be a line, a variant, a SKU and a product. */
const name = fc.constantFrom("1", "2", "3", "7", "8", "x");
const numericName = fc.constantFrom("1", "2", "3", "7", "8");
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 3 });

const anyLine = (id: string): fc.Arbitrary<TestLine> =>
  fc
    .record({
      isPlan: fc.boolean(),
      quantity: fc.integer({ min: 1, max: 3 }),
      variantId: maybe(numericName),
      productId: maybe(numericName),
      sku: maybe(name),
      links: fc.dictionary(
        fc.constantFrom("_hakuna_ref", "protection_line_item_id", "product_reference"),
        name,
        { maxKeys: 2, noNullPrototype: true },
      ),
    })
    .map(({ isPlan, ...known }) => (isPlan ? plan(id, known) : line(id, known)));

const anyLines = fc
  .integer({ min: 2, max: 7 })
  .chain((count) =>
    fc.tuple(...Array.from({ length: count }, (_, index) => anyLine(String(index + 1)))),
  );

it("never depends on the order in which lines are listed", () => {
  fc.assert(
    fc.property(
      anyLines.chain((lines) =>
        fc.tuple(fc.constant(lines), fc.shuffledSubarray(lines, { minLength: lines.length })),
      ),
      ([lines, shuffled]) => {
        expect(pairing(shuffled)).toEqual(pairing(lines));
      },
    ),
    { numRuns: 1000 },
  );
});

it("a line added later never changes a pair of an earlier tier or age", () => {
  let changes = 0;
  fc.assert(
    fc.property(anyLines, anyLine("99"), (lines, later) => {
      const before = pairing(lines).pairs;
      const after = pairing([...lines, later]).pairs;
      const tiers = after
        .filter(({ productLineId, planLineId }) => [productLineId, planLineId].includes("99"))
        .map(({ tier }) => tier);
      // a pair of the new line is younger than every other of its tier
      const firstTier = Math.min(...tiers);
      const earlier = before.filter(({ tier }) => tier <= firstTier);
      if (earlier.length < before.length) changes += 1;
      expect(after).toEqual(expect.arrayContaining(earlier));
    }),
    { numRuns: 3000 },
  );
  expect(changes).toBeGreaterThan(10);
});

it("gives a product one plan at most, and a plan no more than its quantity reaches", () => {
  fc.assert(
    fc.property(anyLines, (lines) => {
      const { pairs } = pairing(lines);
      expect(new Set(pairs.map(({ productLineId }) => productLineId)).size).toBe(pairs.length);
      const quantity = new Map(lines.map(({ item }) => [item.id, item.quantity]));
      const products = Map.groupBy(pairs, ({ planLineId }) => planLineId);
      for (const [planId, protectedBy] of products) {
        const units = protectedBy.map(({ productLineId }) => quantity.get(productLineId) ?? 0);
        const most = Math.max(...units);
        const total = units.reduce((sum, count) => sum + count, 0);
        // only the last product that is reached may be larger than what is left of the plan
        expect(total - most).toBeLessThan(quantity.get(planId) ?? 0);
      }
    }),
    { numRuns: 1000 },
  );
});

it("compares ids as integers", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 1n << 70n }), fc.bigInt({ min: 0n }), (a, b) => {
      expect(Math.sign(compareIds(String(a), String(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
    }),
  );
});
