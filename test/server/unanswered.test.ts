import { expect, it } from "vitest";
import { redactOrders } from "#app/privacy/redact-customer.ts";
import { beginEpoch } from "#app/shops/epoch.ts";
import { holdingShop } from "#app/store/lease.ts";
import { insured, type Payload, syncByHand } from "./sync-by-hand.ts";

const { current, pool, hakuna, run, take, stored, setShop } = await syncByHand();

const [{ id, ...line }] = insured(1).line_items as [Payload];
/** An order without a plan. */
const plain = (order: number, more: Payload = {}) =>
  insured(order, { line_items: [{ ...line, id, properties: [] }], ...more });

/** Hakuna takes the order, and the app hears nothing of it. */
async function takenUnheard(payload: Payload): Promise<void> {
  hakuna.behave({ fault: { fault: { kind: "drop_after" }, requests: 1 } });
  await take("orders/create", payload);
  expect(hakuna.states(String(payload.id))).toHaveLength(1);
  expect(await stored(Number(payload.id))).toMatchObject({ firstSentAt: null, unanswered: true });
}

/** Nothing waits because the feed was silent once. */
async function answersAgain(): Promise<void> {
  await setShop("backoffUntil", null);
  await run();
}

it("an order that Hakuna may have is kept in step, although it would not be shared any more", async () => {
  await setShop("share", "all");
  await takenUnheard(plain(901));
  await setShop("share", "protected");
  await setShop("reviewAfter", "");
  await answersAgain();
  expect(await stored(901)).toMatchObject({ status: "sent", firstSentAt: expect.any(Date) });
  const cancelled = { cancelled_at: "2026-11-24T12:00:00Z", updated_at: "2026-11-24T12:00:00Z" };
  await take("orders/cancelled", plain(901, cancelled));
  expect(hakuna.last("901")).toMatchObject({ status: "cancelled" });
});

it("of another account it counts for nothing", async () => {
  await setShop("share", "all");
  await takenUnheard(plain(911));
  await setShop("share", "protected");
  await holdingShop(pool, current.shop, (client) => beginEpoch(client, current.shop));
  await answersAgain();
  expect(await stored(911)).toMatchObject({ status: "skipped", unanswered: false });
  expect(hakuna.states("911")).toHaveLength(1);
});

it("whose customer is erased before it was heard of, it is not sent again and waits for nothing", async () => {
  await takenUnheard(insured(921));
  await holdingShop(pool, current.shop, (client, shop) => redactOrders(client, shop, ["921"], 0));
  await answersAgain();
  const settled = { status: "skipped", reasonCode: "redacted", unanswered: false, dueAt: null };
  expect(await stored(921)).toMatchObject(settled);
  expect(hakuna.states("921")).toHaveLength(1);
});
