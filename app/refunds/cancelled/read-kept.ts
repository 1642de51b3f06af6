import type pg from "pg";
import { firstRows } from "#app/database/first-rows.ts";
import { openPace } from "#app/foundation/pace.ts";
import type { RefundContext } from "#app/refunds/refund-context.ts";
import { foldPage } from "#app/scan/fold-page.ts";
import { createOrdersById, ordersAtOnce } from "#app/shopify/orders/orders-by-id.ts";
import { holdingShop } from "#app/store/lease.ts";

/** Orders that one step passes at most. */
const stepLooks = 1000;
/** Between two pages, so that nothing else of the shop waits for Shopify because of them. */
const betweenPagesMs = 30_000;
const afterTroubleMs = 60 * 60_000;

type Look = { after: string; now: number };

/**
 * Reads the next cancelled orders of the shop that were stored before it was taken down whether their
 * payment was kept (`head.moneyKept`): nothing that is stored says it. Order by order, once for a
 * shop, a page at a time; how far it came is in the shop's row. Orders that Shopify does not show any
 * more stay as they are.
 *
 * @returns whether it was due
 */
export async function readNextKept(context: RefundContext, shop: string): Promise<boolean> {
  const { pool, config, log, door } = context;
  const look = await takeLook(context, shop);
  if (look === null) return false;
  const { ids, after } = await nextCancelled(pool, shop, look);
  if (ids.length > 0) {
    const answer = await createOrdersById(context.admin)(shop, ids);
    if (answer.kind !== "orders") {
      log.warn({ shop, orders: ids, answer }, "cancelled orders were not read; it is tried again");
      return true;
    }
    const orders = answer.orders.flatMap(({ id, state }) =>
      state === null ? [] : [{ id, state: state === "too_large" ? null : state }],
    );
    const folded = await holdingShop(pool, shop, async (client, row) => {
      if (!row.installed) return [];
      const page = { by: "reconciliation", orders, waitMs: config.worker.waitForOrderMs } as const;
      const { changed } = await foldPage(client, row, { ...page, pace: openPace(door) });
      return changed;
    });
    if (folded && folded.length > 0) {
      log.info({ shop, orders: folded }, "cancelled orders were read once more");
      await context.wake([shop]);
    }
  }
  const next = after === null ? null : look.now + (ids.length > 0 ? betweenPagesMs : 0);
  await pool.query(`UPDATE "Shop" SET "keptLookAt" = $2, "keptAfter" = $3 WHERE "domain" = $1`, [
    shop,
    next === null ? null : new Date(next),
    after ?? "",
  ]);
  return true;
}

/** Puts the next look off: a process that ends in the middle has it done again. Null: not due. */
async function takeLook({ pool, now }: RefundContext, shop: string): Promise<Look | null> {
  const at = now();
  const { rows } = await pool.query<{ keptAfter: string }>(
    `UPDATE "Shop" SET "keptLookAt" = $3
      WHERE "domain" = $1 AND "keptLookAt" <= $2 AND "uninstalledAt" IS NULL AND "eraseAt" IS NULL
      RETURNING "keptAfter"`,
    [shop, new Date(at), new Date(at + afterTroubleMs)],
  );
  return rows[0] ? { after: rows[0].keptAfter, now: at } : null;
}

/** The next orders to read, and the last that was passed; `after` null: there are no more. */
async function nextCancelled(
  pool: pg.Pool,
  shop: string,
  look: Look,
): Promise<{ ids: string[]; after: string | null }> {
  const { rows } = await pool.query<{ id: string; counts: boolean }>(
    `SELECT "id", ("planUnits" > 0 AND "status" <> 'skipped') AS "counts" FROM "Order"
      WHERE "shop" = $1 AND "id" > $2 ORDER BY "id" ${firstRows("$3")}`,
    [shop, look.after, stepLooks],
  );
  const counting = rows.filter(({ counts }) => counts).map(({ id }) => id);
  const { rows: found } = await pool.query<{ id: string }>(
    `SELECT "orderId" AS "id" FROM "OrderDocument" WHERE "shop" = $1 AND "orderId" = ANY($2)
        AND "state" ->> 'cancelledAt' IS NOT NULL AND "state" ->> 'deletedAt' IS NULL
        AND "state" #> '{head,moneyKept}' IS NULL
      ORDER BY "orderId" ${firstRows("$3")}`,
    [shop, counting, ordersAtOnce],
  );
  const ids = found.map(({ id }) => id);
  const isLast = rows.length < stepLooks;
  const after = ids.length === ordersAtOnce ? ids.at(-1) : isLast ? null : rows.at(-1)?.id;
  return { ids, after: after ?? null };
}
