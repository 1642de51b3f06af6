import type pg from "pg";
import { openFigures, type SaleFigure, saleSums } from "#app/order/sales/figures.ts";
import type { Sale } from "#app/order/sales/sale.ts";

/** `from` null: the order was not counted so far; `titles`: product id → what it is called now. */
export type SaleMove = {
  from: Sale | null;
  to: Sale;
  titles: () => ReadonlyMap<string, string>;
};

/** A day's figures, and those of its month; `all` is asked for by day alone. */
export type CountedFigure = SaleFigure & { span: "day" | "month"; title: string | null };

/**
 * Moves the shop's figures with its orders, in one statement, or none where no figure changes. The
 * caller holds the shop's row, so they stay exact.
 */
export async function moveSales(
  client: pg.PoolClient,
  shop: string,
  moves: readonly SaleMove[],
): Promise<void> {
  const changed = moves.filter(({ from, to }) => from !== to);
  if (changed.length === 0) return;
  const figures = openFigures();
  for (const { from, to } of changed) figures.move(from, to);
  const all = figures.all();
  const isNamed = all.some(({ kind, key }) => kind === "product" && key !== "");
  const titles = new Map(isNamed ? changed.flatMap(({ titles }) => [...titles()]) : []);
  await addToSales(
    client,
    shop,
    all.flatMap((figure) => spansOf(figure, titles)),
  );
}

/** The same figure by day and, but for `all`, by month: of a year the days would be too many to add up. */
function spansOf(figure: SaleFigure, titles: ReadonlyMap<string, string>): CountedFigure[] {
  const title = figure.kind === "product" ? (titles.get(figure.key) ?? null) : null;
  const ofDay = { ...figure, span: "day" as const, title };
  if (figure.kind === "all") return [ofDay];
  return [ofDay, { ...ofDay, span: "month", day: `${figure.day.slice(0, 7)}-01` }];
}

const names = (of: readonly string[]) => of.map((name) => `"${name}"`).join(", ");
const key = ["span", "kind", "day", "key", "currency"];

const addSql = `
  INSERT INTO "SaleCount" AS c ("shop", ${names(key)}, "title", ${names(saleSums)}, "changes")
  SELECT $1, r."span", r."kind", r."day", r."key", r."currency", r."title",
         ${saleSums.map((sum) => `r."${sum}"`).join(", ")}, 1
    FROM jsonb_to_recordset($2::jsonb) AS r("span" text, "kind" text, "day" date, "key" text,
         "currency" text, "title" text, "orders" int, "protected" int, "units" int, "plans" int,
         "refunded" int, "value" bigint, "returned" bigint)
  ON CONFLICT ("shop", ${names(key)}) DO UPDATE SET
    ${saleSums.map((sum) => `"${sum}" = c."${sum}" + EXCLUDED."${sum}"`).join(", ")},
    "title" = coalesce(EXCLUDED."title", c."title"), "changes" = c."changes" + 1`;

/** Adds to the shop's figures, each of which occurs once. The caller holds the shop's row. */
export async function addToSales(
  client: pg.PoolClient,
  shop: string,
  figures: readonly CountedFigure[],
): Promise<void> {
  // months of figures that are of several days meet
  const rows = merged(figures);
  if (rows.length === 0) return;
  await client.query({ name: "add-sales", text: addSql, values: [shop, JSON.stringify(rows)] });
}

function merged(figures: readonly CountedFigure[]): CountedFigure[] {
  const rows = new Map<string, CountedFigure>();
  for (const figure of figures) {
    const name = [figure.span, figure.kind, figure.day, figure.key, figure.currency].join(" ");
    const row = rows.get(name);
    if (!row) rows.set(name, { ...figure });
    else for (const sum of saleSums) row[sum] += figure[sum];
  }
  return [...rows.values()];
}
