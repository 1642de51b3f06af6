import { eventually } from "#test/server/client.ts";
import type { Desk } from "./desk.ts";
import type { Person } from "./person.ts";

type Form = {
  environment?: "sandbox" | "production";
  share?: "protected" | "all";
  productIdentifier?: "variant" | "sku";
  refunds?: { alone: boolean; waitHours: number; notify: boolean };
};
type Key = { apiKey?: string; sentOrders?: "same_account" | "send" };

/** Saves the page of settings, as it is but for what is named. */
export async function saveSettings(desk: Desk, form: Form, key: Key = {}): Promise<void> {
  const settings = {
    ...{ environment: "sandbox", share: "protected", sendTestOrders: false, country: "de" },
    ...{ sendOlderOrders: false, acceptSuggestions: false },
    ...{ productIdentifier: desk.set.productIdentifier, ...form },
  };
  const body = { intent: "save", settings, apiKey: null, sentOrders: null, untested: false };
  await desk.ask("/app/settings.data", { ...body, ...key }, "saved");
}

export const keysRenewed: Person = {
  name: "renew a key, or move to another account",
  steps: ["review", "deliver"],
  async begin(desk) {
    const { accounts, deeds } = desk.scene;
    await desk.reached(await desk.buy());
    return {
      async act(turn) {
        const isMove = turn % 2 === 1;
        await accounts.inTurn(async () => {
          const key = isMove ? accounts.move(desk.shop) : accounts.renewKey(desk.shop);
          await saveSettings(
            desk,
            {},
            { apiKey: key, sentOrders: isMove ? "send" : "same_account" },
          );
          // the verdict: nothing that began later came into the account of before
          if (isMove) deeds.moves.set(desk.shop, await desk.now());
        });
        await desk.buy();
        await desk.reached();
      },
    };
  },
};

export const identifiersChanged: Person = {
  name: "name products by variant, then by SKU",
  steps: ["review", "deliver"],
  async begin(desk) {
    await desk.reached(await desk.buy());
    return {
      async act(turn) {
        desk.set.productIdentifier = turn % 2 === 0 ? "sku" : "variant";
        await saveSettings(desk, {});
        await desk.buy();
        await desk.reached();
      },
    };
  },
};

export const shareChanged: Person = {
  name: "share all orders, then only those with plans",
  steps: ["fold", "review", "deliver"],
  async begin(desk) {
    await desk.buy();
    const { unshared } = desk.set;
    return {
      async act() {
        const plain = await desk.buy({ isPlain: true });
        unshared.add(String(plain.id));
        await saveSettings(desk, { share: "all" });
        unshared.clear();
        await desk.reached();
        await saveSettings(desk, { share: "protected" });
        const kept = await desk.buy({ isPlain: true });
        unshared.add(String(kept.id));
        // what was sent once is kept in step
        plain.cancelledAt = plain.updatedAt + 60_000;
        await desk.change(plain, "orders/cancelled");
        await desk.reached(plain);
        await desk.folded();
      },
    };
  },
};

export const environmentChanged: Person = {
  name: "go into production, and back to the sandbox",
  steps: ["review", "deliver"],
  async begin(desk) {
    const { accounts, world } = desk.scene;
    await desk.reached(await desk.buy());
    /** when the shop was surely in an environment, by the database's clock */
    const stays: { environment: "sandbox" | "production"; from: Date; until: Date | null }[] = [];
    return {
      async act(turn) {
        const environment = turn % 2 === 0 ? "production" : "sandbox";
        const last = stays.at(-1);
        if (last) last.until = await desk.now();
        await accounts.inTurn(() => saveSettings(desk, { environment }, { sentOrders: "send" }));
        stays.push({ environment, from: await desk.now(), until: null });
        await desk.buy();
        await eventually(`${environment} has all of ${desk.shop}`, () => {
          const left = [...desk.expected()].filter(([id, order]) => {
            const state = desk.states(id).findLast((one) => one.environment === environment);
            return JSON.stringify(state?.order) !== JSON.stringify(order);
          });
          return left.length === 0 || left.length;
        });
      },
      async wrong() {
        const rows = await desk.query<{ id: string; startedAt: Date }>(
          `SELECT "id"::text, "startedAt" FROM "Attempt" WHERE "shop" = $1`,
          [desk.shop],
        );
        const begun = new Map(rows.map(({ id, startedAt }) => [id, startedAt]));
        return [...desk.expected().keys()].flatMap((id) =>
          world.hakuna.states(id).flatMap(({ environment, idempotencyKey }) => {
            const at = begun.get(String(idempotencyKey));
            const stay = stays.find(
              ({ from, until }) => at && at > from && (until === null || at < until),
            );
            return stay && stay.environment !== environment
              ? [`Order ${id} was sent to the environment that its shop had left.`]
              : [];
          }),
        );
      },
    };
  },
};
