import { expect, it } from "vitest";
import { finding } from "./findings.ts";
import { oneCause, severityOf } from "./one-cause.ts";

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

it("what is one thing with a finding about several lines is about no other line", () => {
  expect(
    codes(
      finding("plan_not_in_order", [product, other]),
      finding("pair_suggested", [product, plan]),
    ),
  ).toEqual([["plan_not_in_order"], ["pair_suggested"]]);
});

it("a finding that two others stand for is told once", () => {
  expect(
    codes(
      finding("several_plans_for_product", [product, plan]),
      finding("plan_without_product", [plan]),
      finding("pair_suggested", [product, plan]),
    ),
  ).toEqual([["several_plans_for_product", "plan_without_product"], ["pair_suggested"]]);
});

it("is as grave as what it stands for, which is never graver than a warning", () => {
  const suggested = finding("pair_suggested", [product, plan]);
  const severity = (...also: ReturnType<typeof finding>[]) =>
    severityOf({ finding: suggested, also });
  expect(severity()).toBe("info");
  expect(severity(finding("country_is_shops", []))).toBe("info");
  expect(severity(finding("country_is_shops", []), finding("plan_used_up", [product]))).toBe(
    "warning",
  );
  const refused = finding("field_refused", []);
  expect(severityOf({ finding: refused, also: [finding("plan_used_up", [product])] })).toBe(
    "error",
  );
  expect(severityOf({ finding: finding("discounted_plan", [plan]), also: [] })).toBe("warning");
});
