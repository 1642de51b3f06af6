import { describe, expect, it } from "vitest";
import type { Payload } from "#test/simulator/shopify/payload.ts";
import {
  fold,
  fulfillmentPayload,
  linePayload,
  mapped,
  orderPayload,
  refundPayload,
} from "./webhook.fixture.ts";
import type { OrderTopic } from "./webhook-payload.ts";

const sent = (...webhooks: [OrderTopic, Payload, number?][]) => {
  const { feedOrder } = mapped(...webhooks);
  if (!feedOrder) throw new Error("blocked");
  return feedOrder;
};

describe("fulfillments and refunds", () => {
  it("a money-only refund returns no units", () => {
    const refunds = [refundPayload({ refund_line_items: [] })];
    const order = orderPayload({ refunds, financial_status: "partially_refunded" });
    expect(sent(["orders/updated", order]).line_items[0]?.refunds).toEqual([]);
  });

  it.each(["cancelled", "failure", "error", "open", "pending"])(
    "a fulfillment that is %s is none",
    (status) => {
      const fulfillments = [fulfillmentPayload({ status })];
      expect(
        sent(["orders/updated", orderPayload({ fulfillments })]).line_items[0]?.fulfillments,
      ).toEqual([]);
    },
  );

  it("a fulfillment that succeeds and is cancelled later, with its updates out of order", () => {
    const made = fulfillmentPayload({ updated_at: "2026-11-02T10:00:00+01:00" });
    const cancelled = { ...made, status: "cancelled", updated_at: "2026-11-02T11:00:00+01:00" };
    const order = orderPayload({ fulfillments: [made] });
    const [item] = sent(
      ["fulfillments/update", cancelled],
      ["fulfillments/create", made],
      ["orders/updated", order],
    ).line_items;
    expect(item?.fulfillments).toEqual([]);
  });

  it("the same refund inside its order and alone counts once", () => {
    const order = orderPayload({ refunds: [refundPayload()] });
    const [item] = sent(
      ["refunds/create", refundPayload(), 50],
      ["orders/updated", order, 70],
    ).line_items;
    const refunded_at = Date.parse("2026-11-03T09:00:00Z");
    expect(item?.refunds).toEqual([{ quantity: 1, refunded_at }]);
  });

  it("parts that come before their order wait for it", () => {
    expect(fold(["refunds/create", refundPayload()]).head).toBeNull();
    expect(fold(["fulfillments/create", fulfillmentPayload()]).head).toBeNull();
  });
});

describe("order edits", () => {
  const three = (current_quantity: unknown) => linePayload({ quantity: 3, current_quantity });
  const at = (second: number) => `2026-11-01T10:00:0${second}Z`;
  const edited = (current: unknown, second: number, refunds: Payload[] = []): Payload => ({
    ...orderPayload({ line_items: [three(current)] }),
    ...{ refunds, updated_at: at(second) },
  });
  const refundsOf = (...payloads: Payload[]) =>
    sent(...payloads.map((payload): [OrderTopic, Payload] => ["orders/updated", payload]))
      .line_items[0];

  it("remove units without a refund record", () => {
    expect(refundsOf(edited(3, 0), edited(2, 1), edited(0, 2))).toMatchObject({
      quantity: 3,
      refunds: [
        { quantity: 1, refunded_at: Date.parse(at(1)) },
        { quantity: 2, refunded_at: Date.parse(at(2)) },
      ],
    });
  });

  it.each([null, undefined])("are not guessed where current_quantity is %s", (nothing) => {
    expect(refundsOf(edited(nothing, 0))?.refunds).toEqual([]);
  });

  it("that write a refund record count once", () => {
    expect(refundsOf(edited(2, 1, [refundPayload()]))?.refunds).toEqual([
      { quantity: 1, refunded_at: Date.parse("2026-11-03T09:00:00Z") },
    ]);
  });

  it("date a removed unit by the edit, not by a refund before it", () => {
    const refunds = [refundPayload()];
    expect(refundsOf(edited(2, 1, refunds), edited(1, 2, refunds))?.refunds).toEqual([
      { quantity: 1, refunded_at: Date.parse("2026-11-03T09:00:00Z") },
      { quantity: 1, refunded_at: Date.parse(at(2)) },
    ]);
  });

  it("count once too where the refund record is written a moment later", () => {
    expect(refundsOf(edited(2, 1), edited(2, 2, [refundPayload()]))?.refunds).toEqual([
      { quantity: 1, refunded_at: Date.parse("2026-11-03T09:00:00Z") },
    ]);
  });
});
