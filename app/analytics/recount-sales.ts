import type pg from "pg";
import { firstRows } from "#app/database/first-rows.ts";
import { inTransaction } from "#app/database/transaction.ts";
import { openFigures, type SaleFigure, type SaleSums, saleSums } from "#app/order/sales/figures.ts";
import type { Sale } from "#app/order/sales/sale.ts";
import { addToSales, type CountedFigure } from "#app/sales/sale-counts.ts";
import { holdingShop } from "#app/store/lease.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { countUncounted } from "./count-uncounted.ts";

/** What was found for one shop: orders that nobody had counted yet, and figures that were wrong. */
export type Recounted = { shop: string; counted: number; wrong: number };

/** Orders that one statement reads. */
const page = 5_000;

/**
 * Counts what was stored before there were figures, and holds the figures of days that changed since
 * the last time against their orders, a day at a time; then those of their months against the days.
 * Orders and figures change together, so one snapshot tells whether a figure is wrong: nobody waits.
 * Where one is, it is looked at again with the shop's row held, and set right. Safe to end anywhere,
 * and to be done twice at once.
 */
export async function recountSales(
  context: Pick<RunContext, "pool" | "config" | "log">,
  shop: string,
): Promise<Recounted> {
  const { pool, log } = context;
  const counted = await countUncounted(context, shop);
  const { rows } = await pool.query<{ day: string }>(
    `SELECT DISTINCT "day"::text AS "day" FROM "SaleCount"
      WHERE "shop" = $1 AND "span" = 'day' AND "kind" = 'all' AND "changes" <> "recounted"
      ORDER BY "day"`,
    [shop],
  );
  let wrong = 0;
  for (const { day } of rows) wrong += await recountDay(pool, shop, day);
  for (const month of new Set(rows.map(({ day }) => `${day.slice(0, 7)}-01`))) {
    const look = (client: Client) => wrongOfMonth(client, shop, month);
    if ((await look(pool)).length > 0) wrong += await setRight(pool, shop, look);
  }
  const recounted = { shop, counted, wrong };
  if (wrong > 0) log.warn(recounted, "figures of sales were wrong and have been set right");
  return recounted;
}

/** Every shop in turn; one that fails costs no other. */
export async function recountAllSales(
  context: Pick<RunContext, "pool" | "config" | "log">,
): Promise<void> {
  const { pool, log } = context;
  const { rows } = await pool.query<{ domain: string }>(
    `SELECT "domain" FROM "Shop" WHERE "eraseAt" IS NULL ORDER BY "domain"`,
  );
  for (const { domain } of rows) {
    try {
      await recountSales(context, domain);
    } catch (err) {
      log.error({ err, shop: domain }, "sales were not recounted; it is tried again tomorrow");
    }
  }
}

type Client = Pick<pg.Pool | pg.PoolClient, "query">;
type Known = SaleFigure & { changes: number };

/** @returns how many of the day's figures were wrong */
async function recountDay(pool: pg.Pool, shop: string, day: string): Promise<number> {
  const { wrong, known } = await inTransaction(
    pool,
    (client) => lookAtDay(client, shop, day),
    "oneSnapshot",
  );
  if (wrong.length > 0) {
    await setRight(pool, shop, async (client) => (await lookAtDay(client, shop, day)).wrong);
  }
  for (const { kind, currency, changes } of known) {
    if (kind !== "all") continue;
    await pool.query(
      `UPDATE "SaleCount" SET "recounted" = $4
        WHERE "shop" = $1 AND "span" = 'day' AND "kind" = 'all' AND "day" = $2 AND "key" = ''
          AND "currency" = $3`,
      [shop, day, currency, changes],
    );
  }
  return wrong.length;
}

/** What the figures of a day are, and what is to be added to them. The caller sees one moment. */
async function lookAtDay(
  client: Client,
  shop: string,
  day: string,
): Promise<{ known: Known[]; wrong: CountedFigure[] }> {
  const known = await figuresOfDay(client, shop, day);
  const figures = openFigures();
  let isForgotten = false;
  for await (const sale of salesOfDay(client, shop, day)) {
    isForgotten ||= sale.products === null;
    figures.move(null, sale);
  }
  return { known, wrong: differences(figures.all(), known, isForgotten) };
}

const sumColumns = saleSums.map((sum) => `"${sum}"::float8 AS "${sum}"`).join(", ");

async function figuresOfDay(client: Client, shop: string, day: string): Promise<Known[]> {
  const { rows } = await client.query<Known>(
    `SELECT "kind", "key", "currency", "day"::text AS "day", "changes", ${sumColumns}
       FROM "SaleCount"
      WHERE "shop" = $1 AND "span" = 'day' AND "day" = $2
        AND "kind" = ANY('{all,product,term,country}')`,
    [shop, day],
  );
  return rows;
}

/** A day of any time zone lies within fourteen hours of its like in UTC. */
async function* salesOfDay(client: Client, shop: string, day: string): AsyncGenerator<Sale> {
  const midnight = Date.parse(day);
  const from = new Date(midnight - 14 * 3_600_000);
  const to = new Date(midnight + 38 * 3_600_000);
  for (let after: [string, string] | null = [from.toISOString(), ""]; after !== null; ) {
    const { rows }: pg.QueryResult<{ id: string; at: string; sale: Sale | null }> =
      await client.query(
        `SELECT "id", "placedAt"::text AS "at", "sale" FROM "Order"
          WHERE "shop" = $1 AND "placedAt" >= $2 AND "placedAt" < $4
            AND ("placedAt" > $2 OR "id" > $3)
          ORDER BY "placedAt", "id" ${firstRows(page)}`,
        [shop, ...after, to],
      );
    for (const { sale } of rows) if (sale?.day === day) yield sale;
    const last = rows.at(-1);
    after = last && rows.length === page ? [last.at, last.id] : null;
  }
}

/** What is to be added to the figures; units of products that are forgotten cannot be counted again. */
function differences(
  counted: readonly SaleFigure[],
  known: readonly SaleFigure[],
  isForgotten: boolean,
): CountedFigure[] {
  const nameOf = ({ kind, key, currency }: SaleFigure) => `${kind} ${key} ${currency}`;
  const wrong = new Map<string, CountedFigure>();
  const add = (figure: SaleFigure, by: 1 | -1) => {
    const { kind, key, currency, day } = figure;
    const sums = Object.fromEntries(saleSums.map((sum) => [sum, 0])) as SaleSums;
    const row = wrong.get(nameOf(figure)) ?? {
      ...{ span: "day" as const, kind, key, currency, day, title: null },
      ...sums,
    };
    for (const sum of saleSums) row[sum] += by * figure[sum];
    wrong.set(nameOf(figure), row);
  };
  for (const figure of counted) add(figure, 1);
  for (const figure of known) add(figure, -1);
  for (const row of wrong.values()) if (isForgotten) row.units = 0;
  return [...wrong.values()].filter((row) => saleSums.some((sum) => row[sum] !== 0));
}

/** By how much a month's figures are not the sums of its days. */
async function wrongOfMonth(client: Client, shop: string, month: string): Promise<CountedFigure[]> {
  const signed = (sum: string) => `sum(CASE "span" WHEN 'day' THEN "${sum}" ELSE -"${sum}" END)`;
  const last = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5, 7)), 0));
  const { rows } = await client.query<CountedFigure>(
    `SELECT 'month' AS "span", "kind", "key", "currency", $3::text AS "day", NULL AS "title",
            ${saleSums.map((sum) => `${signed(sum)}::float8 AS "${sum}"`).join(", ")}
       FROM "SaleCount"
      WHERE "shop" = $1 AND "kind" = ANY('{product,term,country}')
        AND ("span" = 'day' AND "day" BETWEEN $2 AND $4 OR "span" = 'month' AND "day" = $2)
      GROUP BY "kind", "key", "currency"
     HAVING ${saleSums.map((sum) => `${signed(sum)} <> 0`).join(" OR ")}`,
    [shop, month, month, last.toISOString().slice(0, 10)],
  );
  return rows;
}

/** @returns how many were wrong */
async function setRight(
  pool: pg.Pool,
  shop: string,
  look: (client: pg.PoolClient) => Promise<CountedFigure[]>,
): Promise<number> {
  const wrong = await holdingShop(pool, shop, async (client) => {
    const found = await look(client);
    await addToSales(client, shop, found);
    return found.length;
  });
  return wrong ?? 0;
}
