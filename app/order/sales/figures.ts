import type { Sale, SoldPlanLine } from "./sale.ts";

/**
 * What is counted of sales: of a shop's orders together (`all`), or by product, term of a plan in
 * months, or country.
 */
export type SaleKind = "all" | "product" | "term" | "country";

/** Sums; `value` and `returned` in minor units of `currency`. */
export type SaleSums = {
  /** of `all` alone */
  orders: number;
  /** orders that hold a plan; of `all` alone */
  protected: number;
  /** ordered units of the product; of `product` alone */
  units: number;
  /** plan units that were sold, those that are refunded by now included */
  plans: number;
  refunded: number;
  /** what the plans cost */
  value: number;
  /** what of that was for plans that are refunded */
  returned: number;
};

/** Sums of a day. `key`: product id, months or country; "": `all`, or not known. */
export type SaleFigure = SaleSums & {
  kind: SaleKind;
  key: string;
  day: string;
  /** ISO 4217, upper case; "": orders without any price */
  currency: string;
};

/** The names of the sums. */
export const saleSums = [
  "orders",
  "protected",
  "units",
  "plans",
  "refunded",
  "value",
  "returned",
] as const;

const noSums = Object.fromEntries(saleSums.map((sum) => [sum, 0])) as SaleSums;

/** Adds up figures of the same kind, key, day and currency. */
export function openFigures() {
  const figures = new Map<string, SaleFigure>();

  function add(
    { day, currency }: Sale,
    [kind, key]: readonly [SaleKind, string],
    sums: Partial<SaleSums>,
    by: 1 | -1,
  ): void {
    if (day === null) return;
    const name = [day, kind, key, currency].join(" ");
    const figure = figures.get(name) ?? { kind, key, day, currency: currency ?? "", ...noSums };
    for (const sum of saleSums) figure[sum] += by * (sums[sum] ?? 0);
    figures.set(name, figure);
  }

  function addSale(sale: Sale, by: 1 | -1, withProducts: boolean): void {
    const plans = sumsOf(sale.plans);
    const isProtected = sale.plans.length > 0 ? 1 : 0;
    add(sale, ["all", ""], { orders: 1, protected: isProtected, ...plans }, by);
    for (const { id, units } of (withProducts && sale.products) || []) {
      add(sale, ["product", id], { units }, by);
    }
    if (isProtected) add(sale, ["country", sale.country ?? ""], plans, by);
    for (const plan of sale.plans) {
      const sums = sumsOf([plan]);
      add(sale, ["product", plan.productId ?? ""], sums, by);
      add(sale, ["term", String(plan.termMonths ?? "")], sums, by);
    }
  }

  return {
    /** An order is counted as `to` from now on, and no more as `from` (null: it was not counted). */
    move(from: Sale | null, to: Sale): void {
      // products that are forgotten stay counted
      const withProducts = to.products !== null;
      if (from) addSale(from, -1, withProducts);
      addSale(to, 1, withProducts);
    },
    /** What is not zero. */
    all(): SaleFigure[] {
      return [...figures.values()].filter((figure) => saleSums.some((sum) => figure[sum] !== 0));
    },
  };
}

function sumsOf(plans: readonly SoldPlanLine[]) {
  const sums = { plans: 0, refunded: 0, value: 0, returned: 0 };
  for (const { units, refunded, value } of plans) {
    sums.plans += units;
    sums.refunded += refunded;
    sums.value += units * value;
    sums.returned += refunded * value;
  }
  return sums;
}
