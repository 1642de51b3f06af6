import { ask, sessionToken } from "#test/server/admin-client.ts";
import { eventually } from "#test/server/client.ts";
import type { SimulatedOrder } from "#test/simulator/shopify/simulated-order.ts";
import type { Desk } from "./desk.ts";
import type { Person } from "./person.ts";
import { saveSettings } from "./settings.ts";

/** Where the process that asks Shopify for a refund ends, or its answer is lost. */
const ends = ["before the call", "in the call", "after the answer", "answer lost", "none"] as const;
type End = (typeof ends)[number];

/** A product is given back whose plan is to be refunded, too. */
async function productGone(desk: Desk): Promise<SimulatedOrder> {
  const order = await desk.buy();
  const [product] = order.lines;
  if (!product) throw new Error("an order has no product");
  await desk.reached(order);
  order.refunds.push({
    ...{ id: order.id + 900_000_000n, createdAt: order.updatedAt + 60_000 },
    units: [{ line: product, quantity: 1, restockType: "RETURN" }],
  });
  await desk.change(order);
  await eventually(`the plan of order ${order.id} is to be refunded`, async () => {
    const rows = await desk.query(
      `SELECT 1 FROM "Order" WHERE "shop" = $1 AND "id" = $2
          AND ("refundUnits" > 0 OR EXISTS (SELECT 1 FROM "PlanRefund" r WHERE r."shop" = $1
                 AND r."orderId" = $2))`,
      [desk.shop, String(order.id)],
    );
    return rows.length > 0;
  });
  return order;
}

/** A person asks for the refund; null: no answer. */
async function askFor(desk: Desk, order: SimulatedOrder): Promise<{ result?: string } | null> {
  const body = {
    ...{ action: "refund", planLineId: String(order.lines[1]?.id), units: 1, left: 1 },
    ...{ notify: true, amount: 1200, currency: "EUR" },
  };
  const token = sessionToken(desk.scene.world, desk.shop);
  const path = `/app/refunds/${order.id}`;
  const answer = await ask(desk.scene.world, path, { token, body }).catch(() => null);
  return answer?.status === 200 ? (JSON.parse(answer.text) as { result?: string }) : null;
}

type Row = { state: string; problem: string | null; asks: number };
const refundsOf = (desk: Desk, order: SimulatedOrder) =>
  desk.query<Row>(
    `SELECT "state", "problem", "asks" FROM "PlanRefund" WHERE "shop" = $1 AND "orderId" = $2`,
    [desk.shop, String(order.id)],
  );

/** Waits until the refund is done: the time of all that waits comes, and dead processes are outwaited. */
async function done(
  desk: Desk,
  order: SimulatedOrder,
  again: () => Promise<unknown>,
): Promise<void> {
  await eventually(`the plan of order ${order.id} is refunded`, async () => {
    const rows = await refundsOf(desk, order);
    const isOpen = rows.some(({ state }) => state !== "dropped" && state !== "refused");
    if (rows.some(({ state }) => state === "done")) return true;
    if (isOpen) {
      await desk.query(
        `UPDATE "PlanRefund" SET "dueAt" = least("dueAt", now()), "leaseUntil" = least("leaseUntil", now())
          WHERE "shop" = $1 AND "orderId" = $2 AND "endedAt" IS NULL`,
        [desk.shop, String(order.id)],
      );
    } else {
      await again();
    }
    return JSON.stringify(rows);
  });
  await desk.deliver();
  await desk.reached(order);
}

/** Every refund that was to be made was made once, none twice, and Hakuna has it. */
function wrongRefunds(desk: Desk, orders: readonly SimulatedOrder[]): string[] {
  const wrong = orders.flatMap((order) => {
    const plan = order.lines[1];
    const made = order.refunds.filter(({ units }) => units.some(({ line }) => line === plan));
    const paid = made
      .flatMap(({ payments }) => payments ?? [])
      .reduce((sum, p) => sum + p.amount, 0);
    const atHakuna = desk
      .states(String(order.id))
      .at(-1)
      ?.order.line_items.find(({ id }) => id === String(plan?.id))
      ?.refunds.reduce((sum, { quantity }) => sum + quantity, 0);
    return made.length === 1 && paid === 1200 && atHakuna === 1
      ? []
      : [
          `The plan of order ${order.id} was refunded ${made.length} times, ${paid} in all; ` +
            `Hakuna has ${atHakuna} of its units as refunded.`,
        ];
  });
  const surplus = desk.at.refunds.seen.made - orders.length;
  return surplus === 0 ? wrong : [...wrong, `${surplus} refunds of ${desk.shop} nobody intended.`];
}

export const refundedByHand: Person = {
  name: "refund plans by hand while processes end",
  steps: ["fold", "refunds", "deliver"],
  scopes: ["write_orders"],
  async begin(desk) {
    const { crew } = desk.scene;
    const { faults } = desk.at;
    const orders: SimulatedOrder[] = [];
    return {
      async act(turn) {
        const end: End = ends[turn % ends.length] ?? "none";
        const order = await productGone(desk);
        orders.push(order);
        const of = "mutation RefundPlan";
        const held = Promise.withResolvers<void>();
        if (end === "before the call") faults.plan({ kind: "dropped" }, { of });
        if (end === "in the call") faults.plan({ kind: "held", until: held.promise }, { of });
        if (end === "answer lost") faults.plan({ kind: "answer_lost" }, { of });
        const again = () => askFor(desk, order);
        let isAnswered = false;
        const asking = eventually("somebody may ask for the refund", async () => {
          const answer = await again();
          isAnswered = answer?.result === "asked" || answer?.result === "open";
          return isAnswered || (await refundsOf(desk, order)).length > 0;
        });
        if (end !== "none" && end !== "after the answer") {
          await eventually("Shopify is asked", () => faults.areOver || isAnswered);
        }
        if (end === "in the call" || end === "before the call") await crew.killFirst();
        held.resolve();
        await asking;
        if (end === "after the answer") await crew.killFirst();
        await done(desk, order, again);
      },
      wrong: async () => wrongRefunds(desk, orders),
    };
  },
};

export const refundedAlone: Person = {
  name: "have plans refunded by themselves",
  steps: ["fold", "refunds", "deliver"],
  scopes: ["write_orders"],
  async begin(desk) {
    const { faults } = desk.at;
    await saveSettings(desk, { refunds: { alone: true, waitHours: 0, notify: true } });
    const orders: SimulatedOrder[] = [];
    return {
      async act(turn) {
        const of = "mutation RefundPlan";
        if (turn % 3 === 1) faults.plan({ kind: "answer_lost" }, { of });
        if (turn % 3 === 2) faults.plan({ kind: "dropped" }, { of });
        const order = await productGone(desk);
        orders.push(order);
        const lookAgain = () =>
          desk.query(
            `UPDATE "Order" SET "refundLookAt" = now()
              WHERE "shop" = $1 AND "id" = $2 AND "refundLookAt" > now()`,
            [desk.shop, String(order.id)],
          );
        // a person who does it at the same moment is no second refund
        if (turn % 2 === 1) await askFor(desk, order);
        await done(desk, order, lookAgain);
      },
      wrong: async () => wrongRefunds(desk, orders),
    };
  },
};
