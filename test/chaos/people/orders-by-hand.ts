import type { z } from "zod";
import type { orderRequest } from "#app/components/order/order-request.ts";
import { findingKey } from "#app/store/attention.ts";
import { planIds } from "#test/simulator/shopify/bought-order.ts";
import type { Desk } from "./desk.ts";
import type { Person } from "./person.ts";

const act = (desk: Desk, id: string, body: z.input<typeof orderRequest>) =>
  desk.ask(`/app/orders/${id}.data`, body, body.action);

export const paired: Person = {
  name: "pair by hand, and take it back",
  steps: ["deliver"],
  async begin(desk) {
    const order = await desk.buy({ product: { properties: [] }, plan: { properties: planIds } });
    const [productLineId = "", planLineId = ""] = order.lines.map((line) => String(line.id));
    const id = String(order.id);
    await desk.reached(order);
    return {
      async act() {
        const pair = { productLineId, planLineId };
        await act(desk, id, { action: "pair", ...pair, offerId: "", planId: "" });
        desk.set.pairs.set(id, [{ ...pair, offerId: null, planId: null }]);
        await desk.reached(order);
        await act(desk, id, { action: "unpair", productLineId });
        desk.set.pairs.delete(id);
        await desk.reached(order);
      },
    };
  },
};

export const skipped: Person = {
  name: "skip an order, and let it go after all",
  steps: ["fold", "read", "deliver"],
  async begin(desk) {
    return {
      async act() {
        const order = await desk.buy();
        const id = String(order.id);
        await desk.reached(order);
        await act(desk, id, { action: "skip" });
        order.cancelledAt = order.updatedAt + 60_000;
        await desk.change(order, "orders/cancelled");
        await desk.folded();
        const isTold = () => desk.states(id).some((state) => state.order.status === "cancelled");
        if (isTold()) throw new Error(`Hakuna was told of order ${id}, which is skipped`);
        await act(desk, id, { action: "unskip" });
        await desk.reached(order);
      },
    };
  },
};

export const dismissed: Person = {
  name: "dismiss a finding, and bring it back",
  steps: ["fold"],
  async begin(desk) {
    const order = await desk.buy({ plan: { properties: [] } });
    const id = String(order.id);
    type Row = { findings: Parameters<typeof findingKey>[0][]; needsAttention: boolean };
    const row = async () =>
      (
        await desk.query<Row>(
          `SELECT "findings", "needsAttention" FROM "Order" WHERE "shop" = $1 AND "id" = $2`,
          [desk.shop, id],
        )
      )[0];
    await desk.reached(order);
    return {
      async act(turn) {
        const keys = ((await row())?.findings ?? []).map(findingKey);
        if (keys.length === 0) throw new Error("the order has no finding");
        const asks = async (expected: boolean) => {
          if ((await row())?.needsAttention !== expected) {
            throw new Error(`order ${id} asks for attention: ${!expected}`);
          }
        };
        for (const key of keys) await act(desk, id, { action: "put_away", keys: [key] });
        await asks(false);
        // news of the order brings back nothing that a person has put away
        order.customer = { ...order.customer, city: `Town ${turn}` } as typeof order.customer;
        await desk.change(order);
        await desk.reached(order);
        await asks(false);
        for (const key of keys) await act(desk, id, { action: "bring_back", keys: [key] });
        await asks(true);
      },
    };
  },
};
