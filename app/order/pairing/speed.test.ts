import { describe, expect, it } from "vitest";
import { linesOf } from "#app/order/lines.ts";
import { line, order, plan, type TestLine } from "#app/order/order.fixture.ts";
import { pairLines } from "#app/order/pair.ts";

/** Orders of `count` lines, half of them plans, that all name each other in one way. */
const orders: [string, (count: number) => TestLine[]][] = [
  ["one key on all", (count) => lines(count, () => ({ links: { _hakuna_ref: "a" } }))],
  [
    "all name each other by SKU",
    (count) =>
      lines(count, (isPlan) => ({
        sku: isPlan ? "P" : "S",
        links: naming(isPlan, "S", "P"),
      })),
  ],
  [
    "all products name all plans, each plan its own product",
    (count) =>
      lines(count, (isPlan, index) => ({
        ...(isPlan ? { productId: "99" } : { variantId: String(1_000_000 + index) }),
        links: naming(isPlan, String(1_000_000 + index - 1), "99"),
      })),
  ],
  [
    "more products than plans reach, in several quantities",
    (count) =>
      lines(count, (isPlan, index) => ({
        ...{ sku: isPlan ? "P" : "S", quantity: isPlan ? 1 : 1 + (index % 9) },
        links: isPlan ? {} : naming(false, "", "P"),
      })),
  ],
];

function naming(isPlan: boolean, product: string, plan: string): Record<string, string> {
  return isPlan ? { _hakuna_product: product } : { _hakuna_protection: plan };
}

function lines(
  count: number,
  of: (isPlan: boolean, index: number) => NonNullable<Parameters<typeof line>[1]>,
): TestLine[] {
  return Array.from({ length: count }, (_, index) => {
    const isPlan = index % 2 === 1;
    return (isPlan ? plan : line)(String(5_000_000 + index), {
      title: "Alike",
      ...of(isPlan, index),
    });
  });
}

/** How often the pairing looks at a line: the same on every machine. */
function looks(made: readonly TestLine[]): number {
  const state = order(made);
  if (!state.head) throw new Error("no head");
  let count = 0;
  const watched = linesOf(state, state.head).map(
    (known) =>
      new Proxy(known, {
        get(target, key) {
          count += 1;
          return Reflect.get(target, key);
        },
      }),
  );
  pairLines(watched, { manual: [] });
  return count;
}

describe("pairing costs as the lines grow, not as their square", () => {
  it.each(orders)("%s", (_name, made) => {
    expect(looks(made(1000)) / looks(made(100))).toBeLessThan(20);
  });
});
