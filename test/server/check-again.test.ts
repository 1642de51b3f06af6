import { expect, it } from "vitest";
import { ask, sessionToken } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openApp } from "./open-app.ts";
import { openWorld } from "./open-world.ts";
import { orderOf } from "./vogelsang.ts";

const shop = "checking.myshopify.com";
const { world, client } = await openWorld();

it("what a merchant has looked up again is what Hakuna says of the order now", async () => {
  world.hakuna.behave({ requestIds: true });
  await client.connect(shop);
  await openApp(world, shop);
  const { id, webhook } = orderOf(shop, 7_300_001);
  await client.send([webhook("orders/create")]);
  const statusIs = (status: string) =>
    eventually(`it is ${status}`, async () => (await client.order(shop, id)).status === status);
  await statusIs("confirmed");
  // of what was confirmed nobody asks by itself before the night
  const error = "price must be positive";
  world.hakuna.behave({ requestIds: true, failProcessing: { orders: [id], error } });
  const { status } = await ask(world, `/app/orders/${id}.data`, {
    body: { action: "check" },
    token: sessionToken(world, shop),
  });
  expect(status).toBeLessThan(300);
  await statusIs("rejected");
  expect(await client.order(shop, id)).toMatchObject({
    statusReason: `Hakuna could not process the order: ${error}`,
  });
  const { rows } = await client.pool.query(
    `SELECT "detail"->>'result' AS "result" FROM "TimelineEvent"
      WHERE "shop" = $1 AND "orderId" = $2 AND "kind" = 'processing' ORDER BY "detail"->>'at'`,
    [shop, id],
  );
  expect(rows).toEqual([{ result: "successful" }, { result: "failed" }]);
});
