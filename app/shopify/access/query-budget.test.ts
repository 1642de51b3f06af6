import { describe, expect, it } from "vitest";
import { QueryBudget } from "./query-budget.ts";

const shop = "a.myshopify.com";
const status = (currentlyAvailable: number, requestedQueryCost = 300) => ({
  requestedQueryCost,
  throttleStatus: { maximumAvailable: 2000, currentlyAvailable, restoreRate: 100 },
});

describe("a shop's bucket", () => {
  it("is waited for until it holds what the query cost last time", () => {
    const budget = new QueryBudget();
    expect(budget.take(shop, "q", { first: 10 }, 0)).toBe(0);
    budget.note(shop, "q", { first: 10 }, status(100), 0);
    expect(budget.take(shop, "q", { first: 10 }, 0)).toBe(2_000);
    expect(budget.take(shop, "q", { first: 10 }, 1_500)).toBe(500);
    expect(budget.take(shop, "q", { first: 10 }, 2_000)).toBe(0);
  });

  it("is not spent twice by queries that are under way together", () => {
    const budget = new QueryBudget();
    budget.note(shop, "q", {}, status(500), 0);
    expect(budget.take(shop, "q", {}, 0)).toBe(0);
    expect(budget.take(shop, "q", {}, 0)).toBe(1_000);
  });

  it("must hold 1000 points for a query or a page size that was never asked", () => {
    const budget = new QueryBudget();
    budget.note(shop, "q", { first: 10 }, status(900), 0);
    expect(budget.take(shop, "q", { first: 250, after: "c" }, 0)).toBe(1_000);
    expect(budget.take(shop, "q", { first: 10, after: "c" }, 0)).toBe(0);
  });

  it("is the shop's own, and of one that is smaller than the query all is enough", () => {
    const budget = new QueryBudget();
    budget.note(shop, "q", {}, status(0), 0);
    expect(budget.take("b.myshopify.com", "q", {}, 0)).toBe(0);
    budget.note(shop, "q", {}, { ...status(0, 900), ...small }, 0);
    expect(budget.take(shop, "q", {}, 0)).toBe(5_000);
  });
});

const small = {
  throttleStatus: { maximumAvailable: 500, currentlyAvailable: 0, restoreRate: 100 },
};
