import { expect, it } from "vitest";
import { finding } from "#app/order/findings.ts";
import { listedOrder } from "./listed-order.ts";

it.each([
  ["whose product is gone", "product_gone_plan_not", true],
  [
    "that went with its order is Shopify's page's to refund, and not",
    "cancelled_not_refunded",
    false,
  ],
] as const)("a plan %s is refunded here", (_what, code, toRefund) => {
  const row = {
    ...{ id: "1", name: "#1", placedAt: new Date(), status: "sent" as const, needsAttention: true },
    ...{ isTest: false, planUnits: 1, planTotal: null, currency: null },
    ...{ reasonCode: null, statusReason: null, refundUnits: 1, findings: [finding(code, [])] },
  };
  expect(listedOrder(row)).toMatchObject({ toRefund, note: { code } });
});
