import pg from "pg";
import { afterAll, expect, it, vi } from "vitest";
import { customerWebhooks } from "#app/privacy/customer-webhooks.ts";
import { redactCustomer } from "#app/privacy/redact-customer.ts";
import { redactStep } from "#app/privacy/redact-inbox.ts";
import { openFolding } from "#app/run/fold-step.ts";
import { acquireLease, releaseLease } from "#app/store/lease.ts";
import { alone, type StepContext } from "#app/store/run-context.ts";
import { rowsRead } from "./rows-read.ts";
import { insured, syncByHand } from "./sync-by-hand.ts";

const { current, pool, context, hakuna, arrive, run, stored, setShop } = await syncByHand();
/** one connection, so that all it read is counted */
const single = new pg.Pool({ connectionString: context.config.DATABASE_URL, max: 1 });
afterAll(() => single.end());

const customer = { id: 88, email: "max@example.com", first_name: "Max", last_name: "Mustermann" };
const request = { customerId: "88", orders: [] };

const step: StepContext = {
  ...context,
  // a step folds one order
  pace: { spent: true, piece: async (work) => await work(), rest: async () => undefined },
  place: alone,
  hasTime: () => true,
};

async function traces(): Promise<number> {
  const { rows } = await pool.query(
    `SELECT count(*)::int AS count FROM "InboxWebhook"
      WHERE "shop" = $1 AND position('Mustermann'::bytea IN "payload") > 0`,
    [current.shop],
  );
  return rows[0].count;
}

it("is answered without reading the inbox, in which 100,000 webhooks wait", async () => {
  const { shop } = current;
  await pool.query(
    `INSERT INTO "InboxWebhook" ("shop", "webhookId", "topic", "triggeredAt", "receivedAt", "payload", "quarantinedAt")
     SELECT $1, 'many' || n, 'orders/create', now(), now() - (100000 - n) * interval '1 second',
            convert_to(json_build_object('id', 5000 + n, 'customer', json_build_object('id', n + 100))::text, 'UTF8'),
            CASE WHEN n % 100 = 0 THEN now() END
       FROM generate_series(1, 100000) AS n`,
    [shop],
  );
  await arrive("orders/create", insured(700, { customer }));
  await pool.query(
    `UPDATE "InboxWebhook" SET "payload" = convert_to('{"customer":{"id":88,"last_name":"Mustermann"}', 'UTF8')
      WHERE "shop" = $1 AND "webhookId" = 'many100'`,
    [shop],
  );
  // a data request shows both, of which one is in quarantine and cannot be read
  const asked = vi.spyOn(pool, "query");
  const found = await customerWebhooks(pool, shop, request);
  expect(found.map(({ orderId }) => orderId)).toEqual(["700", null]);
  // what is looked at in one statement is bounded
  expect(asked.mock.calls.length).toBeGreaterThan(100);
  asked.mockRestore();
  const read = await rowsRead(single, () =>
    redactCustomer({ ...context, pool: single }, shop, "request", request),
  );
  expect(read.InboxWebhook ?? 0).toBe(0);
  expect(await traces()).toBe(2);

  const lease = await acquireLease(pool, shop, 60_000);
  if (lease === null) throw new Error("The shop is held.");
  let steps = 0;
  while (await redactStep(context, lease)) steps += 1;
  // what is looked at in one transaction is bounded
  expect(steps).toBeGreaterThan(100);
  await releaseLease(pool, lease);
  expect(await traces()).toBe(0);
  expect(await stored(700)).toMatchObject({ redacted: true, status: "skipped" });
  await pool.query(`DELETE FROM "InboxWebhook" WHERE "shop" = $1`, [shop]);
});

it("a run that has the customer's webhook in hand does not fold it", async () => {
  await arrive("orders/create", insured(701, {}));
  await arrive("orders/create", insured(702, { customer }));
  const lease = await acquireLease(pool, current.shop, 60_000);
  if (lease === null) throw new Error("The shop is held.");
  const folding = openFolding(step, lease);
  expect(await folding.step()).toMatchObject({ rows: 1, redacts: false });
  expect(folding.isUnderWay).toBe(true);
  await redactCustomer(context, current.shop, "request", request);
  expect(await folding.step()).toMatchObject({ rows: 0, redacts: true });
  await releaseLease(pool, lease);

  await run();
  expect(await stored(702)).toMatchObject({ redacted: true, status: "skipped" });
  expect(hakuna.states("702")).toEqual([]);
  expect(await stored(701)).toMatchObject({ redacted: false });
});

it("a request that comes while a run is under way is done in that run", async () => {
  await setShop("paused", true);
  await arrive("orders/create", insured(703, { customer }));
  await redactCustomer(context, current.shop, "request", request);
  await run();
  expect(await stored(703)).toMatchObject({ redacted: true });
  const { rows } = await pool.query(`SELECT 1 FROM "CustomerRedaction" WHERE "shop" = $1`, [
    current.shop,
  ]);
  expect(rows).toEqual([]);
  // the next webhooks are folded as ever
  await arrive("orders/create", insured(704, {}));
  await run();
  expect(await stored(704)).toMatchObject({ redacted: false, status: "pending" });
});
