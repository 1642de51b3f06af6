import { expect, it } from "vitest";
import { orderFilterOf } from "#app/views/order-filter.ts";
import { listOrders } from "#app/views/order-list.ts";
import { insured, syncByHand } from "./sync-by-hand.ts";

const { current, pool, take } = await syncByHand();

async function found(address: string): Promise<string[]> {
  const filter = orderFilterOf(new URLSearchParams(address));
  const { orders } = await listOrders(pool, current.shop, "UTC", filter, null, 50);
  return orders.map(({ id }) => id).sort();
}

it("finds orders by the start of the customer's last name, as long as the document has it", async () => {
  await take("orders/create", insured(8101));
  await take("orders/create", insured(8102));
  expect(await found("query=muster")).toEqual(["8101", "8102"]);
  expect(await found("query=MUSTERMANN&view=synced")).toEqual(["8101", "8102"]);
  expect(await found("query=muster&view=skipped")).toEqual([]);
  expect(await found("query=nobody")).toEqual([]);
  expect(await found("query=8101")).toEqual(["8101"]);
  // past the first orders of a long list
  await pool.query(
    `INSERT INTO "Order" ("shop", "id", "name", "status", "placedAt", "changedAt")
     SELECT $1, (900000 + n)::text, '#' || n, 'sent', now() + interval '1 day', now()
       FROM generate_series(1, 2100) n`,
    [current.shop],
  );
  expect(await found("query=muster")).toEqual(["8101", "8102"]);
  await pool.query(`DELETE FROM "OrderDocument" WHERE "shop" = $1 AND "orderId" = '8102'`, [
    current.shop,
  ]);
  expect(await found("query=muster")).toEqual(["8101"]);
  await pool.query(`DELETE FROM "Order" WHERE "shop" = $1 AND length("id") = 6`, [current.shop]);
});

it("finds names that begin with no letter, and none by what holds no letter", async () => {
  await take("orders/create", insured(8103));
  await pool.query(
    `UPDATE "OrderDocument" SET "state" = jsonb_set("state", '{head,customer}', $2)
      WHERE "shop" = $1 AND "orderId" = '8103'`,
    [current.shop, JSON.stringify({ lastName: "'t Hooft" })],
  );
  expect(await found("query='t")).toEqual(["8103"]);
  expect(await found("query='T hooft&view=synced")).toEqual(["8103"]);
  expect(await found("query='")).toEqual([]);
});
