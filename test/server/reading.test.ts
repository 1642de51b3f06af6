import { describe, expect, it } from "vitest";
import type { ReadAnswer } from "#app/shopify/order-reader.ts";
import { readWebhook } from "#app/shopify/webhook-payload.ts";
import { skipByHand } from "#app/sync/order-actions.ts";
import { eventually } from "./client.ts";
import { insured, type Payload, syncByHand } from "./sync-by-hand.ts";

const sync = await syncByHand();
const { current, context, hakuna } = sync;
const { arrive, connect, run, take, stored, setShop, letReadsBeDue, emailsOf } = sync;

const bare = (id: number, more: Payload = {}) => {
  const order = insured(id, more);
  return { ...order, line_items: (order.line_items as unknown[]).slice(0, 1) };
};

const later = "2030-01-01T00:00:00Z";

/** As Shopify would answer, asked at a moment. */
function answers(payload: Payload, askedAt: string): ReadAnswer {
  const { state } = readWebhook("orders/updated", JSON.stringify(payload), Date.parse(askedAt));
  if (!state) throw new Error("The payload is not whole.");
  return { kind: "order", state };
}

describe("an order that was skipped", () => {
  it("is read from Shopify before it is sent after all, for its customer had left the app", async () => {
    await setShop("paused", true);
    await take("orders/create", insured(301));
    await skipByHand(context, current.shop, "301", true, "somebody");
    await setShop("paused", false);
    await skipByHand(context, current.shop, "301", false, "somebody");
    await run();
    expect(hakuna.states("301")).toEqual([]);
    expect(await stored(301)).toMatchObject({ status: "waiting", reasonCode: "no_session" });

    current.inShopify = () => answers(insured(301), later);
    await letReadsBeDue();
    await run();
    expect(emailsOf(301)).toEqual(["max@example.com"]);
  });

  it("the same where a setting lets it in and only a part of it has news", async () => {
    await take("orders/create", bare(302));
    expect(await stored(302)).toMatchObject({ status: "skipped", reasonCode: "no_plan" });
    await connect({ share: "all" });
    current.inShopify = () => answers(bare(302), later);
    await take("fulfillments/create", {
      ...{ id: 9, order_id: 302, status: "success", created_at: "2026-11-24T12:00:00Z" },
      line_items: [{ id: 1, quantity: 1 }],
    });
    expect(emailsOf(302)).toEqual(["max@example.com"]);
  });

  it("stays skipped, with the reason, when Shopify does not have it", async () => {
    await setShop("paused", true);
    await take("orders/create", insured(303));
    await skipByHand(context, current.shop, "303", true, "somebody");
    await skipByHand(context, current.shop, "303", false, "somebody");
    current.inShopify = () => ({ kind: "not_found" });
    await run();
    expect(await stored(303)).toMatchObject({ status: "skipped", reasonCode: "not_in_shopify" });
  });

  it("a plan added in the same moment is not overlooked", async () => {
    const at = "2026-11-24T10:00:00.500Z";
    await arrive("orders/create", bare(304), { at });
    await run();
    current.inShopify = () => answers(insured(304), "2026-11-24T10:00:05Z");
    await arrive("orders/updated", insured(304), { at });
    await run();
    expect(await stored(304)).toMatchObject({ status: "sent", planUnits: 1 });
  });

  it("while its request is under way stays skipped, and its customer leaves the app", async () => {
    hakuna.behave({ fault: { fault: { kind: "slow", ms: 1000 }, requests: 1 } });
    await arrive("orders/create", insured(305));
    const running = run();
    await eventually("the request is under way", () =>
      hakuna.requests.some(({ orderIds }) => orderIds.includes("305")),
    );
    await skipByHand(context, current.shop, "305", true, "somebody");
    await running;
    const { status, lastPayload } = await stored(305);
    expect(status).toBe("skipped");
    expect(JSON.stringify(lastPayload)).not.toMatch(/Mustermann|max@example/);
  });
});

describe("what must be read from Shopify", () => {
  it("a change that cannot be read is told, until something newer of the order is known", async () => {
    await take("orders/create", insured(501));
    current.inShopify = () => ({ kind: "not_found" });
    const { line_items: _, ...trimmed } = insured(501, {
      updated_at: "2026-11-24T11:00:00Z",
      cancelled_at: "2026-11-24T11:00:00Z",
    });
    await take("orders/cancelled", trimmed);
    const codes = async () =>
      ((await stored(501)).findings as { code: string }[]).map(({ code }) => code);
    expect(await codes()).toEqual(["change_unread"]);
    expect(await stored(501)).toMatchObject({ needsAttention: true });
    const cancelled = { updated_at: "2026-11-24T12:00:00Z", cancelled_at: "2026-11-24T11:00:00Z" };
    await take("orders/updated", insured(501, cancelled));
    expect(await codes()).toEqual([]);
  });

  it("an answer of the same second is asked for once more: Shopify's clock shows seconds", async () => {
    const at = "2026-11-24T10:00:00.300Z";
    await arrive("orders/create", insured(502, { email: "a@example.com" }), { at });
    await arrive("orders/updated", insured(502, { email: "z@example.com" }), { at });
    const right = insured(502, { email: "a@example.com" });
    current.inShopify = () =>
      answers(right, current.reads === 1 ? "2026-11-24T10:00:00Z" : "2026-11-24T10:00:03Z");
    await run();
    expect(await stored(502)).toMatchObject({ readAt: expect.any(Date) });
    await letReadsBeDue();
    await run();
    expect(emailsOf(502).at(-1)).toBe("a@example.com");
    expect(await stored(502)).toMatchObject({ readAt: null });
  });
});
