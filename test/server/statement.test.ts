import { expect, it } from "vitest";
import { statementOf } from "#app/analytics/statement.ts";
import { purgeOrders } from "#app/privacy/purge.ts";
import { createTexts } from "#app/texts/i18n.ts";
import { messages } from "#app/texts/messages.server.ts";
import { insured, type Payload, syncByHand } from "./sync-by-hand.ts";

const { current, pool, context, take } = await syncByHand();

async function statement(month: string, locale: "en" | "de" = "en"): Promise<string[]> {
  const { t } = createTexts(locale, messages[locale]);
  const source = { pool, shop: current.shop, timeZone: "Europe/Berlin", month, t, locale };
  let text = "";
  for await (const piece of statementOf(source)) text += piece;
  expect(text.startsWith("\uFEFF")).toBe(true);
  // which space a time has depends on the data of Unicode
  return text.slice(1).replaceAll("\u202f", " ").trimEnd().split("\r\n");
}

const at = "2026-10-31T23:30:00Z";
const order = (id: number, more: Payload = {}): Payload => {
  const payload = insured(id, { created_at: at, updated_at: at, ...more }) as Payload & {
    line_items: Payload[];
  };
  Object.assign(payload.line_items[0] ?? {}, { product_id: 77 });
  return payload;
};

it("has every plan of the shop's month with ids, price and what became of it, and the sums", async () => {
  await pool.query(`UPDATE "Shop" SET "timeZone" = 'Europe/Berlin' WHERE "domain" = $1`, [
    current.shop,
  ]);
  await take("orders/create", order(1));
  await take("orders/create", order(2, { currency: "JPY", cancelled_at: at }));
  const refund = {
    ...{ id: 9, created_at: "2026-11-03T11:00:00Z", processed_at: "2026-11-03T11:00:00Z" },
    refund_line_items: [{ id: 1, line_item_id: 2, quantity: 1 }],
  };
  await take("orders/create", order(3, { refunds: [refund] }));
  // an hour earlier is October in Berlin
  await take("orders/create", order(4, { created_at: "2026-10-31T22:30:00Z" }));
  const lines = await statement("2026-11");
  const placed = `"Nov 1, 2026, 12:30 AM"`;
  const ids = `"Plan","2","Bike","77","off-1","pl-1",""`;
  expect(lines.slice(1)).toEqual([
    `${placed},"#1","1","Synced",${ids},"1","1.00","1.00","EUR","0","0.00","","1.00"`,
    `${placed},"#2","2","Canceled",${ids},"1","1","1","JPY","1","1",${placed},"0"`,
    `${placed},"#3","3","Synced",${ids},"1","1.00","1.00","EUR","1","1.00","Nov 3, 2026, 12:00 PM","0.00"`,
    `"Sum","","","","","","","","","","","2","","2.00","EUR","1","1.00","","1.00"`,
    `"Sum","","","","","","","","","","","1","","1","JPY","1","1","","0"`,
  ]);
  expect(await statement("2026-10")).toHaveLength(3);
  expect(await statement("2026-12")).toHaveLength(1);

  expect(await purgeOrders(context, current.shop, Date.now() + 500 * 86_400_000)).toBe(4);
  expect(await statement("2026-11")).toEqual(lines);
  const german = await statement("2026-11", "de");
  expect(german[0]).toContain(`"Datum";"Bestellung"`);
  expect(german.at(-2)).toBe(
    `"Summe";"";"";"";"";"";"";"";"";"";"";"2";"";"2,00";"EUR";"1";"1,00";"";"1,00"`,
  );
});
