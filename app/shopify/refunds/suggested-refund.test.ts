import { expect, it } from "vitest";
import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import { suggestRefund } from "./suggested-refund.ts";

it("suggests nothing where duties cannot be seen: they would be left out without a word", async () => {
  const ask = (async (query: string) =>
    query.includes("suggestedRefund")
      ? { data: { order: null }, denied: [] }
      : {
          data: { node: { currentQuantity: 1, duties: null } },
          denied: ["node.duties"],
        }) as unknown as AskAdmin;
  const suggested = suggestRefund(ask, { orderId: "1", lineId: "2", units: 1 });
  await expect(suggested).rejects.toThrow("may not read what would be paid back");
});
