import { expect, it } from "vitest";
import { type Finding, finding } from "#app/order/findings.ts";
import { type ListedRow, listedOrder } from "./listed-order.ts";

const product = { id: "1", title: "City bike" };
const plan = { id: "2", title: "Warranty" };

function noteOf(...findings: Finding[]) {
  const row: ListedRow = {
    ...{ id: "1", name: "#1", placedAt: new Date(0), status: "sent", needsAttention: true },
    ...{
      isTest: false,
      planUnits: 1,
      planTotal: null,
      currency: null,
      reasonCode: null,
      refundUnits: 0,
    },
    ...{ statusReason: null, findings },
  };
  const { note } = listedOrder(row);
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
