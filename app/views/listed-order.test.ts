import { expect, it } from "vitest";
import { type Finding, finding } from "#app/order/findings.ts";
import { type ListedRow, listedOrder } from "./listed-order.ts";

const product = { id: "1", title: "City bike" };
const plan = { id: "2", title: "Warranty" };

function listed(findings: Finding[], refundUnits = 0) {
  const row: ListedRow = {
    ...{ id: "1", name: "#1", placedAt: new Date(0), status: "sent", needsAttention: true },
    ...{
      isTest: false,
      planUnits: 1,
      planTotal: null,
      currency: null,
      reasonCode: null,
      refundUnits,
    },
    ...{ statusReason: null, findings },
  };
  return listedOrder(row);
}

function noteOf(...findings: Finding[]) {
  const { note } = listed(findings);
  return note?.kind === "finding" ? [note.code, note.severity] : note;
}

it("tells of findings with one cause what the order's page tells of them", () => {
  expect(
    noteOf(
      finding("plan_without_product", [plan]),
      finding("plan_not_in_order", [product]),
      finding("pair_suggested", [product, plan]),
    ),
  ).toEqual(["pair_suggested", "warning"]);
  expect(
    noteOf(
      finding("plan_without_product", [plan]),
      finding("several_plans_for_product", [product, plan]),
    ),
  ).toEqual(["several_plans_for_product", "warning"]);
});

it("tells the gravest of several, and of equals the first", () => {
  expect(
    noteOf(
      finding("pair_suggested", [product, plan]),
      finding("discounted_plan", [plan]),
      finding("plan_without_offer", [plan]),
    ),
  ).toEqual(["discounted_plan", "warning"]);
});

it.each([
  ["whose product is gone", "product_gone_plan_not", true],
  [
    "that went with its order is Shopify's page's to refund, and not",
    "cancelled_not_refunded",
    false,
  ],
] as const)("a plan %s is refunded here", (_what, code, toRefund) => {
  expect(listed([finding(code, [])], 1)).toMatchObject({ toRefund, note: { code } });
});
