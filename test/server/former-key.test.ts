import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { testKey } from "#app/shops/connection-test.ts";
import { disconnect } from "#app/shops/settings.ts";
import type { Behavior } from "#test/simulator/hakuna/behavior.ts";
import { eventually } from "./client.ts";
import { insured, syncByHand } from "./sync-by-hand.ts";

const { current, pool, context, hakuna, ...sync } = await syncByHand();
const { arrive, connect, run, take, stored, ofShop, setShop } = sync;

/** A key that Hakuna takes from now on. */
function newKey(environment: "sandbox" | "production" = "sandbox"): string {
  const key = `sk_test_${randomUUID()}`;
  hakuna.apiKeys[environment].push(key);
  return key;
}

/** Hakuna takes the key no more. */
function revoke(key: string): void {
  const keys = hakuna.apiKeys.sandbox;
  keys.splice(keys.indexOf(key), 1);
}

/** An order's request is under way, held by Hakuna, while `change` is made; then it is answered. */
async function meanwhile(id: number, change: () => Promise<unknown>, behavior: Behavior = {}) {
  const answer = Promise.withResolvers<void>();
  const isAsked = Promise.withResolvers<void>();
  hakuna.onceAsked(() => {
    isAsked.resolve();
    return answer.promise;
  });
  await arrive("orders/create", insured(id));
  const running = run();
  await isAsked.promise;
  await change();
  hakuna.behave(behavior);
  answer.resolve();
  await running;
}

const attempts = async () => {
  const { rows } = await pool.query(
    `SELECT "outcome", "keyVersion" FROM "Attempt" WHERE "shop" = $1 ORDER BY "startedAt"`,
    [current.shop],
  );
  return rows;
};

describe("an answer to a former key", () => {
  it.each([
    [401, "key_refused"],
    [404, "wrong_address"],
    [422, "invalid"],
    [429, "unavailable"],
    [503, "unanswered"],
  ])(
    "%d says nothing of the new one: its order is sent at once by that",
    async (status, outcome) => {
      // what may have been taken is sent once more, but not while this test lasts
      const { config } = context;
      const delivery = { ...config.delivery, repeatAfterUnansweredMs: 3_600_000 };
      context.config = { ...config, delivery };
      // the former key's account is known: it is a rotation within it
      await take("orders/create", insured(700 + status));
      const id = 1000 + status;
      const fault = { fault: { kind: "status" as const, status }, requests: 1 };
      await meanwhile(id, () => connect({ apiKey: newKey() }), { fault });
      expect(await ofShop("connection", "backoffUntil", "loneRefusals")).toEqual({
        ...{ connection: "connected", backoffUntil: null, loneRefusals: 0 },
      });
      expect(await stored(id)).toMatchObject({ status: "sent" });
      expect(hakuna.states(String(id))).toHaveLength(1);
      const { keyVersion } = await ofShop("keyVersion");
      expect(await attempts()).toMatchObject([
        { outcome: "accepted", keyVersion: Number(keyVersion) - 1 },
        { outcome, keyVersion: Number(keyVersion) - 1 },
        { outcome: "accepted", keyVersion },
      ]);
    },
  );

  it("2xx counts: its account has the order, and that needs no repetition", async () => {
    await take("orders/create", insured(711));
    await meanwhile(712, async () => {
      await connect({ apiKey: newKey() });
      await setShop("testedAt", null);
    });
    await run();
    expect(await stored(712)).toMatchObject({ status: "sent" });
    expect(hakuna.states("712")).toHaveLength(1);
    // whether the new key works is still to be seen
    expect(await ofShop("testedAt")).toEqual({ testedAt: null });
  });

  it("2xx before the first acceptance may be another account's: the new key's gets the order too", async () => {
    await meanwhile(713, () => connect({ apiKey: newKey() }));
    await run();
    expect(hakuna.states("713")).toHaveLength(2);
  });

  it("2xx of another environment, which nothing had been accepted in, counts for that alone", async () => {
    await meanwhile(714, async () => {
      await disconnect(context, current.shop);
      await connect({ environment: "production", apiKey: newKey("production") });
    });
    await run();
    const environments = hakuna.states("714").map(({ environment }) => environment);
    expect(environments).toEqual(["sandbox", "production"]);
  });

  it("a refusal after a disconnect leaves the shop as it is", async () => {
    const fault = { fault: { kind: "status" as const, status: 401 }, requests: 1 };
    await take("orders/create", insured(715));
    await meanwhile(716, () => disconnect(context, current.shop), { fault });
    expect(await ofShop("connection")).toEqual({ connection: "none" });
    await connect({ apiKey: newKey() });
    await run();
    expect(await stored(716)).toMatchObject({ status: "sent" });
  });

  it("a refusal of the key itself still pauses the shop", async () => {
    const key = newKey();
    await connect({ apiKey: key });
    revoke(key);
    await take("orders/create", insured(717));
    expect(await ofShop("connection")).toEqual({ connection: "key_refused" });
  });
});

describe("a processing status that was asked for by a former key", () => {
  it("refused says nothing of the new one, by which it is asked for again", async () => {
    const former = newKey();
    await connect({ apiKey: former });
    hakuna.behave({ requestIds: true });
    const { feed, config } = context;
    const longest = { backoffMinMs: 3_600_000, backoffMaxMs: 3_600_000 };
    context.config = { ...config, delivery: { ...config.delivery, ...longest } };
    context.feed = {
      ...feed,
      async processingStatus(to, requestId) {
        if (to.apiKey === former) {
          await connect({ apiKey: newKey() });
          revoke(former);
        }
        return await feed.processingStatus(to, requestId);
      },
    };
    try {
      await take("orders/create", insured(721));
      await eventually("it was asked for", async () => {
        await run();
        return !hakuna.apiKeys.sandbox.includes(former);
      });
      // nor is it a reason to rest
      expect(await ofShop("pollAfter")).toEqual({ pollAfter: null });
      await eventually("nothing is to be asked for any more", async () => {
        await run();
        const sql = `SELECT 1 FROM "Attempt" WHERE "shop" = $1 AND "pollAt" IS NOT NULL`;
        const isOver = (await ofShop("connection")).connection !== "connected";
        return isOver || (await pool.query(sql, [current.shop])).rows.length === 0;
      });
    } finally {
      Object.assign(context, { feed, config });
    }
    expect(await ofShop("connection")).toEqual({ connection: "connected" });
    expect(await stored(721)).toMatchObject({ status: "confirmed" });
  });
});

describe("a test of the stored key", () => {
  it("does not count for the one that was saved meanwhile", async () => {
    await setShop("testedAt", null);
    const { feed } = context;
    context.feed = {
      ...feed,
      async testConnection(to) {
        const answer = await feed.testConnection(to);
        await connect({ apiKey: "sk_test_other" });
        return answer;
      },
    };
    try {
      expect(await testKey(context, current.shop)).toBe("works");
    } finally {
      context.feed = feed;
    }
    expect(await ofShop("testedAt")).toEqual({ testedAt: null });
  });
});
