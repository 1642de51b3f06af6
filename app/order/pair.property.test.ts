import fc from "fast-check";
import { expect, it } from "vitest";
import { compareIds } from "./canonical.ts";
import { byHand, line, pairing, plan, type TestLine } from "./order.fixture.ts";

/** Few values, so that they meet: the same text may be a line, a variant, a SKU and a product. */
const name = fc.constantFrom("1", "2", "3", "7", "8", "x");
const numericName = fc.constantFrom("1", "2", "3", "7", "8");
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 3 });

const anyLine = (id: string, more: { seenAt?: number } = {}): fc.Arbitrary<TestLine> =>
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
    .map(({ isPlan, ...known }) => (isPlan ? plan : line)(id, { ...known, ...more }));

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
    fc.property(anyLines, anyLine("99", { seenAt: 2000 }), (lines, later) => {
      const before = pairing(lines).pairs;
      const after = pairing([...lines, later]).pairs;
      const tiers = after
        .filter(({ productLineId, planLineId }) => [productLineId, planLineId].includes("99"))
        .map(({ tier }) => Number(tier));
      // a pair of the new line is younger than every other of its tier
      const firstTier = Math.min(...tiers);
      const earlier = before.filter(({ tier }) => Number(tier) <= firstTier);
      if (earlier.length < before.length) changes += 1;
      expect(after).toEqual(expect.arrayContaining(earlier));
    }),
    { numRuns: 3000 },
  );
  expect(changes).toBeGreaterThan(10);
});

/** Lines of one checkout, some of them alike, under ids that no other key is spelled like. */
const checkout = fc.integer({ min: 2, max: 8 }).chain((count) =>
  fc.tuple(
    ...Array.from({ length: count }, (_, index) =>
      fc
        .record({
          isPlan: fc.boolean(),
          quantity: fc.constantFrom(1, 1, 2),
          title: fc.constantFrom("A", "B"),
          sku: maybe(fc.constantFrom("S", "T")),
          /** a place in the list, so that a reference to a line's id follows the id */
          named: maybe(fc.nat(count - 1)),
          ref: maybe(fc.constantFrom("a", "b")),
          key: maybe(fc.constantFrom("S", "T")),
          isGone: fc.constantFrom(false, false, true),
        })
        .map((drawn) => ({ ...drawn, index, key: drawn.named === null ? drawn.key : null })),
    ),
  ),
);

it("does not depend on the ids of one checkout, but for lines that are alike in everything", () => {
  const shuffledIds = fc.shuffledSubarray([101, 102, 103, 104, 105, 106, 107, 108], {
    minLength: 8,
  });
  const withIds = (
    drawn: typeof checkout extends fc.Arbitrary<infer T> ? T : never,
    ids: number[],
  ) =>
    drawn.map(({ isPlan, quantity, title, sku, named, ref, key, isGone, index }) => {
      const target = named === null ? key : String(ids[named]);
      const name = isPlan ? "_hakuna_product" : "_hakuna_protection";
      const links = {
        ...(ref === null ? {} : { _hakuna_ref: ref }),
        ...(target === null ? {} : { [name]: target }),
      };
      const gone = isGone ? quantity : 0;
      return (isPlan ? plan : line)(String(ids[index]), { quantity, title, sku, links, gone });
    });
  fc.assert(
    fc.property(checkout, shuffledIds, (drawn, ids) => {
      const straight = [101, 102, 103, 104, 105, 106, 107, 108];
      /** pairs by what their lines are, with every id taken for the line's kind */
      const described = (numbers: number[]) => {
        const lines = withIds(drawn, numbers);
        const own = (id: string, more = {}) => {
          const { index, named, ...rest } = drawn[numbers.indexOf(Number(id))] ?? {
            ...{ index: 0, named: null },
          };
          return JSON.stringify({ ...rest, named: named !== null, ...more });
        };
        const idleOf = ({ productLineId, planLineIds }: (typeof contested)[number]) =>
          // lines that are alike in everything but what is left of them go by their ids
          [own(productLineId, { isGone: null }), ...planLineIds.map((id) => own(id))].join(" – ");
        const { pairs, uncovered, contested, split } = pairing(lines);
        return {
          pairs: pairs
            .map(({ productLineId, planLineId, tier }) =>
              [own(productLineId), own(planLineId), tier].join(" – "),
            )
            .sort(),
          uncovered: uncovered.map((id) => own(id)).sort(),
          ...{ contested: contested.map(idleOf).sort(), split: split.map(idleOf).sort() },
        };
      };
      expect(described(ids)).toEqual(described(straight));
    }),
    { numRuns: 3000 },
  );
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

it("leaves no product on a plan that is gone while a plan that it could have is idle", () => {
  let kept = 0;
  const said = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 3 });
  fc.assert(
    fc.property(checkout, said, said, (drawn, hand, accepted) => {
      const lines = drawn.map(({ isPlan, quantity, sku, ref, key, isGone, index }) => {
        const name = isPlan ? "_hakuna_product" : "_hakuna_protection";
        const links = {
          ...(ref === null ? {} : { _hakuna_ref: ref }),
          ...(key === null ? {} : { [name]: key }),
        };
        const gone = isGone ? quantity : 0;
        return (isPlan ? plan : line)(String(index), { quantity, sku, links, gone });
      });
      const isGone = (id: string) => drawn[Number(id)]?.isGone === true;
      const named = (pairs: typeof hand) => pairs.map(([a, b]) => byHand(String(a), String(b)));
      const { pairs, contested, split } = pairing(lines, named(hand), named(accepted));
      const idle = new Set([...contested, ...split].map(({ productLineId }) => productLineId));
      for (const { productLineId, planLineId, tier } of pairs) {
        if (isGone(productLineId) || !isGone(planLineId)) continue;
        if (tier === 0) kept += 1;
        expect(idle).not.toContain(productLineId);
      }
    }),
    { numRuns: 3000 },
  );
  expect(kept).toBeGreaterThan(10);
});

it("compares ids as integers", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 1n << 70n }), fc.bigInt({ min: 0n }), (a, b) => {
      expect(Math.sign(compareIds(String(a), String(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
    }),
  );
});
