import { expect, it } from "vitest";
import { skipByHand } from "#app/actions/order-actions.ts";
import { redactOrders } from "#app/privacy/redact-customer.ts";
import { holdingShop } from "#app/store/lease.ts";
import { eventually } from "./client.ts";
import { insured, syncByHand } from "./sync-by-hand.ts";

const { current, pool, hakuna, context, arrive, run, take, stored } = await syncByHand();

async function counts(): Promise<unknown[]> {
  const { rows } = await pool.query(
    `SELECT "status"::text, "count" FROM "OrderCount" WHERE "shop" = $1 AND "count" <> 0
      ORDER BY "status"::text`,
    [current.shop],
  );
  return rows;
}

it("a request's orders are sent, and the one that was skipped meanwhile stays skipped: counted once", async () => {
  const answer = Promise.withResolvers<void>();
  hakuna.behave({ fault: { fault: { kind: "held", until: answer.promise }, requests: 1 } });
  for (const id of [801, 802, 803]) await arrive("orders/create", insured(id));
  const running = run();
  await eventually("the request is under way", () =>
    hakuna.requests.some(({ orderIds }) => orderIds.includes("803")),
  );
  await skipByHand(context, current.shop, "802", true, "somebody");
  answer.resolve();
  await running;
  for (const id of [801, 803]) {
    expect(await stored(id)).toMatchObject({
      ...{ status: "sent", acceptedRevision: 1, acceptedEpoch: 1, dueAt: null, reasonCode: null },
      ...{ firstSentAt: expect.any(Date), lastPayload: hakuna.last(String(id)) },
    });
  }
  const skipped = await stored(802);
  expect(skipped).toMatchObject({ status: "skipped", reasonCode: "by_hand" });
  expect(JSON.stringify(skipped)).not.toMatch(/Mustermann|max@example/);
  expect(await counts()).toEqual([
    { status: "sent", count: 2 },
    { status: "skipped", count: 1 },
  ]);
  const { rows } = await pool.query(`SELECT "sent", "plans" FROM "ShopDay" WHERE "shop" = $1`, [
    current.shop,
  ]);
  expect(rows).toEqual([{ sent: 3, plans: 3 }]);
});

it("a second acceptance counts neither the order nor its plan again and keeps when it was first sent", async () => {
  await take("orders/create", insured(811));
  const { firstSentAt } = await stored(811);
  const changed = { email: "b@example.com", updated_at: "2026-11-24T11:00:00Z" };
  await take("orders/updated", insured(811, changed));
  expect(await stored(811)).toMatchObject({ firstSentAt, status: "sent", acceptedRevision: 2 });
  expect((await stored(811)).lastPayload).toEqual(hakuna.last("811"));
  const { rows } = await pool.query(`SELECT "sent", "plans" FROM "ShopDay" WHERE "shop" = $1`, [
    current.shop,
  ]);
  expect(rows).toEqual([{ sent: 1, plans: 1 }]);
});

it("a fulfillment that Hakuna was told of and that is withdrawn is noticed", async () => {
  const fulfillment = {
    ...{ id: 9, status: "success", created_at: "2026-11-24T12:00:00Z" },
    ...{ updated_at: "2026-11-24T12:00:00Z", line_items: [{ id: 1, quantity: 1 }] },
  };
  const updated_at = "2026-11-24T12:00:00Z";
  await take("orders/create", insured(821, { fulfillments: [fulfillment], updated_at }));
  expect(await stored(821)).toMatchObject({ status: "sent", findings: [] });
  const withdrawn = { ...fulfillment, status: "cancelled", updated_at: "2026-11-24T13:00:00Z" };
  await take("fulfillments/update", { ...withdrawn, order_id: 821 });
  const { findings } = await stored(821);
  const code = "fulfillment_withdrawn";
  expect(findings).toMatchObject([
    { code, lineItemIds: ["1"] },
    { code, lineItemIds: ["2"] },
  ]);
});

it("a request that was refused leaves what was accepted before, without its customer; redacted, no trace is left", async () => {
  await take("orders/create", insured(831));
  const { line_items } = hakuna.last("831") ?? {};
  hakuna.behave({ refuseOrders: ["831"] });
  const changed = { email: "other@example.com", updated_at: "2026-11-24T11:00:00Z" };
  await take("orders/updated", insured(831, changed));
  hakuna.behave({});
  const refused = await stored(831);
  expect(refused).toMatchObject({
    status: "rejected",
    lastPayload: { customer: { email: "other@example.com" } },
    formerPayload: { line_items, customer: { email: "" } },
  });
  await holdingShop(pool, current.shop, (client, shop) => redactOrders(client, shop, ["831"], 0));
  expect(JSON.stringify(await stored(831))).not.toMatch(/Mustermann|example\.com/);
});

it("an order that is taken after it was refused has no other feed order than that", async () => {
  await take("orders/create", insured(835));
  hakuna.behave({ refuseOrders: ["835"] });
  await take(
    "orders/updated",
    insured(835, { updated_at: "2026-11-24T11:00:00Z", email: "b@example.com" }),
  );
  hakuna.behave({});
  await take(
    "orders/updated",
    insured(835, { updated_at: "2026-11-24T12:00:00Z", email: "c@example.com" }),
  );
  expect(await stored(835)).toMatchObject({ status: "sent", lastPayload: hakuna.last("835") });
  const { lastPayload, formerPayload } = await stored(835);
  expect(JSON.stringify([lastPayload, formerPayload])).not.toMatch(/[^c]@example\.com/);
});

it("an order that was refused and then skipped holds nothing of its customer", async () => {
  hakuna.behave({ refuseOrders: ["841"] });
  await take("orders/create", insured(841));
  hakuna.behave({});
  expect(await stored(841)).toMatchObject({ status: "rejected" });
  await skipByHand(context, current.shop, "841", true, "somebody");
  expect(JSON.stringify(await stored(841))).not.toMatch(/Mustermann|max@example/);
});
