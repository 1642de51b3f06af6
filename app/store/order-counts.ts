import type pg from "pg";
import type { OrderStatus } from "./order.ts";

/** Where an order is counted. */
export type Counted = {
  status: OrderStatus;
  attention: boolean;
  /** it holds plans that are to be refunded */
  refund: boolean;
};

/** What is added to a status's counters; less than 0: taken away. */
export type CountChange = {
  status: OrderStatus;
  count: number;
  attention: number;
  refund: number;
};

/** `from` null: the order is new. */
export type CountMove = { from: Counted | null; to: Counted };

/** Moves the shop's counters with its orders. The caller holds the shop's row, so they stay exact. */
export async function moveCounts(
  client: pg.PoolClient,
  shop: string,
  moves: readonly CountMove[],
): Promise<void> {
  const changes = new Map<OrderStatus, { count: number; attention: number; refund: number }>();
  const change = ({ status, attention, refund }: Counted, by: 1 | -1) => {
    const changed = changes.get(status) ?? { count: 0, attention: 0, refund: 0 };
    changed.count += by;
    if (attention) changed.attention += by;
    if (refund) changed.refund += by;
    changes.set(status, changed);
  };
  for (const { from, to } of moves) {
    if (from) change(from, -1);
    change(to, 1);
  }
  const rows = [...changes].map(([status, by]) => ({ status, ...by }));
  await addToCounts(client, shop, rows);
}

/** Adds to the shop's counters. The caller holds the shop's row. */
export async function addToCounts(
  client: pg.PoolClient,
  shop: string,
  changes: readonly CountChange[],
): Promise<void> {
  const rows = changes.filter(
    ({ count, attention, refund }) => count !== 0 || attention !== 0 || refund !== 0,
  );
  if (rows.length === 0) return;
  await client.query({
    name: "move-counts",
    text: `INSERT INTO "OrderCount" AS c ("shop", "status", "count", "attention", "refund")
      SELECT $1, r."status", r."count", r."attention", r."refund" FROM jsonb_to_recordset($2::jsonb)
          AS r("status" "OrderStatus", "count" int, "attention" int, "refund" int)
      ON CONFLICT ("shop", "status") DO UPDATE SET "count" = c."count" + EXCLUDED."count",
        "attention" = c."attention" + EXCLUDED."attention",
        "refund" = c."refund" + EXCLUDED."refund"`,
    values: [shop, JSON.stringify(rows)],
  });
}
