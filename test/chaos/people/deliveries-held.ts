import { hold, release } from "#app/store/hold.ts";
import { eventually } from "#test/server/client.ts";
import { whenBack } from "../troubles.ts";
import { attemptsBetween, type Desk } from "./desk.ts";
import type { Person } from "./person.ts";

/** Something happens while nothing may be sent: it is folded, and sent afterwards alone. */
async function heldBack(
  desk: Desk,
  begin: () => Promise<unknown>,
  end: () => Promise<unknown>,
): Promise<void> {
  const order = await desk.buy();
  await desk.reached(order);
  await begin();
  const from = await desk.now();
  order.cancelledAt = order.updatedAt + 60_000;
  await desk.change(order, "orders/cancelled");
  await desk.folded();
  const sent = await attemptsBetween(desk, from, await desk.now());
  if (sent > 0) throw new Error(`${sent} requests were made in ${desk.shop} all the same`);
  await end();
  await desk.reached();
}

export const paused: Person = {
  name: "pause, and go on",
  steps: ["fold", "deliver"],
  async begin(desk) {
    const say = (intent: string) => desk.ask("/app/settings.data", { intent }, intent);
    return {
      act: () =>
        heldBack(
          desk,
          () => say("pause"),
          () => say("resume"),
        ),
    };
  },
};

export const held: Person = {
  name: "hold a shop back as an operator, and let go",
  steps: ["fold", "deliver"],
  async begin(desk) {
    const { pool } = desk.scene.client;
    return {
      act: () =>
        heldBack(
          desk,
          () => whenBack(() => hold(pool, desk.shop, "chaos")),
          () => whenBack(() => release(pool, desk.shop)),
        ),
    };
  },
};

export const resentInBulk: Person = {
  name: "send many orders once more",
  steps: ["deliver"],
  async begin(desk) {
    for (let count = 0; count < 8; count += 1) await desk.buy();
    return {
      async act() {
        await desk.reached();
        const ids = [...desk.expected().keys()];
        const before = new Map(ids.map((id) => [id, desk.states(id).length]));
        await desk.ask("/app/orders.data", { action: "resend", ids }, "resent");
        await eventually("Hakuna has all of them once more", () => {
          const left = ids.filter((id) => desk.states(id).length <= (before.get(id) ?? 0));
          return left.length === 0 || left.length;
        });
      },
    };
  },
};
