import { boughtOrder, planIds } from "./bought-order.ts";
import type { Webhook } from "./webhook.ts";

/** Shopify's carts and drafts hold no more lines. */
export const mostLines = 500;

/**
 * The webhook of the largest order that a cart can hold, half products and half plans, in which
 * every product names every plan and every plan every product: the dearest one to pair.
 *
 * @param bytes the body is filled up to so many: lines bear properties of other apps
 */
export function giantOrder(
  shop: string,
  id: bigint,
  { lines = mostLines, bytes = 0 } = {},
): Webhook {
  const [bicycle, protection] = [id * 1000n + 998n, id * 1000n + 999n];
  const ref = { name: "_hakuna_ref", value: "all" };
  const make = (filler: string) =>
    boughtOrder(
      shop,
      id,
      Array.from({ length: lines }, (_, index) => {
        const isPlan = index % 2 === 1;
        const engraving = filler ? [{ name: "engraving", value: filler }] : [];
        return {
          id: id * 1000n + BigInt(index),
          title: `${isPlan ? "Protection" : "Bicycle"} ${index}`,
          isPlan,
          variantId: isPlan ? protection : bicycle,
          properties: [
            ref,
            isPlan
              ? { name: "_hakuna_product", value: String(bicycle) }
              : { name: "_hakuna_protection", value: String(protection) },
            ...(isPlan ? planIds : []),
            ...engraving,
          ],
        };
      }),
    );
  const bare = make("");
  const missing = Math.floor((bytes - bare.body.length) / lines) - 40;
  return missing > 0 ? make("x".repeat(missing)) : bare;
}
