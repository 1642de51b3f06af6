import { canonicalJson } from "./canonical.ts";
import type { OrderState } from "./state.ts";

/**
 * Whether two states say the same of an order, whenever they said it: news of what is known already
 * carries nothing but a later moment.
 */
export function sameContent(a: OrderState, b: OrderState): boolean {
  return canonicalJson(timeless(a)) === canonicalJson(timeless(b));
}

const moments = ["rank", "observedAt", "denied"];

/** Without the moments by which the fold decides. */
function timeless(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(timeless);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      moments.includes(name) ? [] : [[name, timeless(member)]],
    ),
  );
}
