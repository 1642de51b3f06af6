import { expect, it } from "vitest";
import { redactCustomer } from "#app/privacy/redact-customer.ts";
import { runShop } from "#app/run/run.ts";
import { insured, syncByHand } from "./sync-by-hand.ts";

const { current, pool, context, arrive, run, setShop, stored, endingPool } = await syncByHand();

const customer = { id: 88, email: "max@example.com", first_name: "Max", last_name: "Mustermann" };

it("a customer's redaction that ended in the middle is whole when Shopify asks again", async () => {
  await setShop("paused", true);
  const request = { customerId: "88", orders: [] };
  let deaths = 0;
  for (let isThrough = false; !isThrough; deaths += 1) {
    const id = 800 + deaths;
    // only the inbox tells that the order is the customer's
    await arrive("orders/create", insured(id, { customer }));
    const ending = endingPool(deaths + 1);
    await redactCustomer({ ...context, pool: ending.pool }, current.shop, "request", request).catch(
      () => undefined,
    );
    isThrough = ending.isThrough();
    await redactCustomer(context, current.shop, "request", request);
    // it was under way already when the customer was erased
    await arrive("orders/updated", insured(id, { customer, updated_at: "2026-11-24T12:00:00Z" }));
    await run();
    const { rows } = await pool.query(
      `SELECT "state" FROM "OrderDocument" WHERE "shop" = $1 AND "orderId" = $2`,
      [current.shop, String(id)],
    );
    expect([deaths, (await stored(id)).redacted]).toEqual([deaths, true]);
    expect(JSON.stringify(rows[0].state)).not.toMatch(/Mustermann|max@example/);
  }
  expect(deaths).toBeGreaterThan(4);
});

it("a run that ended while it looked for a customer's webhooks is whole when it is made again", async () => {
  await setShop("paused", true);
  const request = { customerId: "88", orders: [] };
  let deaths = 0;
  for (let isThrough = false; !isThrough; deaths += 1) {
    const id = 900 + deaths;
    await arrive("orders/create", insured(id, { customer }));
    await redactCustomer(context, current.shop, `request-${id}`, request);
    const ending = endingPool(deaths + 1);
    await runShop({ ...context, pool: ending.pool }, current.shop).catch(() => undefined);
    isThrough = ending.isThrough();
    await pool.query(
      `UPDATE "Shop" SET "leaseUntil" = NULL, "failing" = '{}' WHERE "domain" = $1`,
      [current.shop],
    );
    await run();
    expect([deaths, (await stored(id)).redacted]).toEqual([deaths, true]);
  }
  expect(deaths).toBeGreaterThan(4);
});
