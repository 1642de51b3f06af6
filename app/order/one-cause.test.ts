import { expect, it } from "vitest";
import { finding } from "./findings.ts";
import { oneCause } from "./one-cause.ts";

const product = { id: "1", title: "City bike" };
const plan = { id: "2", title: "Warranty" };
const other = { id: "3", title: "Theft" };

const codes = (...findings: ReturnType<typeof finding>[]) =>
  oneCause(findings).map((cause) => [cause.finding.code, ...cause.also.map(({ code }) => code)]);

it("a plan and a product that nothing links are one thing that is wrong: the pair is missing", () => {
  expect(
    codes(
      finding("plan_without_product", [plan]),
      finding("plan_not_in_order", [product]),
      finding("discounted_plan", [plan]),
      finding("pair_suggested", [product, plan]),
    ),
  ).toEqual([["discounted_plan"], ["pair_suggested", "plan_without_product", "plan_not_in_order"]]);
});

it("plans that one product has too many are not also without a product", () => {
  expect(
    codes(
      finding("plan_without_product", [other]),
      finding("several_plans_for_product", [product, plan, other]),
    ),
  ).toEqual([["several_plans_for_product", "plan_without_product"]]);
});

it("findings about other lines stay on their own", () => {
  expect(
    codes(
      finding("plan_without_product", [other]),
      finding("pair_suggested", [product, plan]),
      finding("plan_not_hakuna", [plan]),
      finding("plan_without_offer", [other]),
    ),
  ).toEqual([
    ["plan_without_product"],
    ["pair_suggested"],
    ["plan_not_hakuna"],
    ["plan_without_offer"],
  ]);
});
