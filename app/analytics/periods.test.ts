import { expect, it } from "vitest";
import { periodOf, stepOf } from "./periods.ts";

it("is the last thirty days, held against the thirty before", () => {
  const period = periodOf("day", "2026-03-01");
  expect(period).toMatchObject({
    ...{ from: "2026-01-31", to: "2026-03-01" },
    before: { from: "2026-01-01", to: "2026-01-30" },
  });
  expect(period.steps).toHaveLength(30);
  expect(period.steps.at(-1)).toBe("2026-03-01");
});

it("is thirteen weeks from Monday on, held against as many days of the thirteen before", () => {
  // a Saturday
  const period = periodOf("week", "2026-11-28");
  expect(period.from).toBe("2026-08-31");
  expect(period.steps.at(-1)).toBe("2026-11-23");
  expect(period.before).toEqual({ from: "2026-06-01", to: "2026-08-29" });
  expect(stepOf("week", "2026-11-22")).toBe("2026-11-16");
  expect(stepOf("week", "2026-11-23")).toBe("2026-11-23");
});

it("is twelve months, held against the same of the year before, up to the same day", () => {
  const period = periodOf("month", "2028-02-29");
  expect(period.steps[0]).toBe("2027-03-01");
  expect(period.steps.at(-1)).toBe("2028-02-01");
  expect(period.before).toEqual({ from: "2026-03-01", to: "2027-02-28" });
  expect(stepOf("month", "2027-12-31")).toBe("2027-12-01");
});
