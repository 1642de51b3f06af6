import type pg from "pg";
import { firstRows } from "#app/database/first-rows.ts";
import type { FlowEvent } from "#app/flow/flow-events.ts";
import type { RunResult } from "#app/queue/lane.ts";
import { type AdminAccess, AdminError, openAdmin } from "#app/shopify/access/admin-api.ts";
import { longestReadMs, readWithin } from "#app/shopify/access/read-within.ts";
import { type FlowTriggerData, flowTriggerMutation } from "#app/shopify/flow/flow-trigger.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { createTexts, languageOf } from "#app/texts/i18n.ts";
import { messages } from "#app/texts/messages.server.ts";
import { noteText } from "#app/texts/order-texts.ts";
import { type ListedRow, listedOfRow, listedOrder } from "#app/views/listed-order.ts";

/** What sending to Shopify Flow works with. */
export type FlowContext = Pick<RunContext, "pool" | "log" | "now"> & { admin: AdminAccess };

/** Events of one run. */
const most = 20;
const hourMs = 3_600_000;
/** News of a week ago is none any more. */
const keepMs = 7 * 24 * hourMs;

type Due = FlowEvent & { attempts: number; createdAt: Date };

/**
 * Tells Shopify Flow what happened to the shop's orders, the oldest first. An event is deleted when
 * Shopify has taken it: a process that ends in between tells it twice. One that cannot be told is
 * tried again, ever more rarely, for a week; one that Shopify does not want is dropped.
 */
export async function sendFlowEvents(context: FlowContext, shop: string): Promise<RunResult> {
  const { pool, now } = context;
  await pool.query(`DELETE FROM "FlowEvent" WHERE "shop" = $1 AND "createdAt" < $2`, [
    shop,
    new Date(now() - keepMs),
  ]);
  const { rows } = await pool.query<Due>(
    `SELECT "trigger", "orderId", "revision", "units", "attempts", "createdAt" FROM "FlowEvent"
      WHERE "shop" = $1 AND "dueAt" <= $2 ORDER BY "dueAt", "orderId" ${firstRows(most)}`,
    [shop, new Date(now())],
  );
  for (const event of rows) {
    try {
      await send(context, shop, event);
    } catch (err) {
      // where Shopify does not answer, the others need not be tried
      if (err instanceof AdminError) {
        await putOff(context, shop, event, rows);
        return { again: false, nextInMs: null };
      }
      context.log.error({ err, shop, trigger: event.trigger }, "an event for Shopify Flow failed");
      await putOff(context, shop, event, [event]);
    }
  }
  return { again: rows.length === most, nextInMs: null };
}

/** Shops that have something to tell, now. */
export async function shopsWithFlowEvents(pool: pg.Pool, now: number): Promise<string[]> {
  const { rows } = await pool.query<{ shop: string }>(
    `SELECT "domain" AS "shop" FROM "Shop" s
      WHERE s."uninstalledAt" IS NULL AND s."eraseAt" IS NULL AND EXISTS (
        SELECT 1 FROM "FlowEvent" e WHERE e."shop" = s."domain" AND e."dueAt" <= $1)`,
    [new Date(now)],
  );
  return rows.map(({ shop }) => shop);
}

/** @throws AdminError where Shopify does not answer */
async function send({ pool, log, admin }: FlowContext, shop: string, event: Due): Promise<void> {
  const payload = await payloadOf(pool, shop, event);
  const errors = await readWithin(longestReadMs, async (signal) => {
    const ask = await openAdmin(admin, shop, signal);
    const variables = { handle: event.trigger, payload };
    const { data } = await ask<FlowTriggerData>(flowTriggerMutation, variables);
    return data.flowTriggerReceive?.userErrors ?? [];
  });
  if (errors.length > 0) {
    const words = errors.map(({ message }) => message);
    log.warn({ shop, trigger: event.trigger, words }, "Shopify Flow did not take an event");
  }
  await pool.query(
    `DELETE FROM "FlowEvent" WHERE "shop" = $1 AND "trigger" = $2 AND "orderId" = $3 AND "revision" = $4`,
    [shop, event.trigger, event.orderId, event.revision],
  );
}

/** These events, as far as they are still there, are tried again as late as the one that failed. */
async function putOff(
  { pool, now }: FlowContext,
  shop: string,
  { attempts }: Due,
  events: readonly Due[],
): Promise<void> {
  const waitMs = Math.min(6 * hourMs, 30_000 * 2 ** Math.min(attempts, 12));
  await pool.query(
    `UPDATE "FlowEvent" e SET "attempts" = e."attempts" + 1, "dueAt" = $3
       FROM jsonb_to_recordset($2::jsonb) AS r("trigger" text, "orderId" text, "revision" int)
      WHERE e."shop" = $1 AND e."trigger" = r."trigger" AND e."orderId" = r."orderId"
        AND e."revision" = r."revision"`,
    [shop, JSON.stringify(events), new Date(now() + waitMs)],
  );
}

/** As the trigger's extension declares it. The reason is the one of now, in the language of the page. */
async function payloadOf(
  pool: pg.Pool,
  shop: string,
  { trigger, orderId, units }: FlowEvent,
): Promise<Record<string, unknown>> {
  const { rows } = await pool.query<ListedRow & { language: string | null }>(
    `SELECT ${listedOfRow}, s."language"
       FROM "Order" o JOIN "Shop" s ON s."domain" = o."shop"
      WHERE o."shop" = $1 AND o."id" = $2`,
    [shop, orderId],
  );
  const [row] = rows;
  const told = { order_id: exactNumber(orderId), "Order name": row?.name ?? orderId };
  if (trigger === "plan-refunded") return { ...told, "Plans refunded": units };
  const language = languageOf(row?.language ?? "en");
  const { t } = createTexts(language, messages[language]);
  const note = row ? listedOrder(row).note : null;
  const reason = note ? noteText(t, language, note) : row ? t(`common.status.${row.status}`) : "";
  return { ...told, Reason: reason };
}

/** In JSON a number with all of its digits; TypeScript does not know `JSON.rawJSON` yet. */
function exactNumber(digits: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(digits);
}
