import { beforeAll, describe, expect, it } from "vitest";
import { ask, sessionToken } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { opsHere } from "./ops.ts";
import { orderOf } from "./vogelsang.ts";

const shop = "held.myshopify.com";
const other = "other.myshopify.com";
const { world, client } = await openWorld();
let nextId = 960_000;

beforeAll(async () => {
  await ask(world, "/app.data", { token: sessionToken(world, shop) });
  await client.connect(shop);
  await client.connect(other);
});

/** Runs a command; answers its data. */
async function run(...args: string[]) {
  const { code, stdout, stderr } = await opsHere([...args, "--json"], world.env);
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout);
}

/** Sends a new order of the shop; answers its id. */
async function buy(at: string): Promise<string> {
  nextId += 1;
  const order = orderOf(at, nextId);
  await client.send([order.webhook("orders/create")]);
  return order.id;
}

const statusOf = async (at: string, id: string) => (await client.order(at, id)).status;
const isSent = (id: string) => eventually(`${id} is sent`, () => world.hakuna.last(id) !== null);
const isFolded = (at: string, id: string) =>
  eventually(`${id} is folded`, async () => (await statusOf(at, id)) !== undefined);

describe("an operator", () => {
  it("holds back one shop: its orders are folded and wait, the merchant is told, others go on", async () => {
    await run("pause", shop, "--reason", "maintenance");
    const waiting = await buy(shop);
    await isFolded(shop, waiting);
    await isSent(await buy(other));
    expect(world.hakuna.last(waiting)).toBeNull();
    expect(await statusOf(shop, waiting)).toBe("pending");
    const page = await ask(world, "/app.data", { token: sessionToken(world, shop) });
    expect(page.text).toContain('"held"');
    const shown = await run("status", shop);
    expect(shown.held).toMatchObject([{ shop, reason: "maintenance" }]);
    expect(await run("resume", shop)).toMatchObject({ wasHeld: true });
    await isSent(waiting);
    expect(await run("resume", shop)).toMatchObject({ wasHeld: false });
  });

  it("holds back the whole feed, also shops that come later", async () => {
    await run("pause", "--feed", "--reason", "Hakuna is down");
    const late = "late.myshopify.com";
    await client.connect(late);
    const waiting: [string, string][] = [];
    for (const at of [shop, other, late]) waiting.push([at, await buy(at)]);
    for (const [at, id] of waiting) await isFolded(at, id);
    expect(waiting.map(([, id]) => world.hakuna.last(id))).toEqual([null, null, null]);
    expect((await run("stuck")).shops).toMatchObject([{ shop: "*", state: "held" }]);
    await run("resume", "--feed");
    for (const [, id] of waiting) await isSent(id);
  });

  it("sees what is stuck since a time, and sends again by filter", async () => {
    expect(await run("stuck")).toEqual({ shops: [], orders: [], webhooks: [] });
    nextId += 2;
    const refused = [nextId + 1, nextId + 2].map(String);
    world.hakuna.behave({ refuseOrders: refused });
    for (const id of refused) expect(await buy(shop)).toBe(id);
    await eventually("they are refused", async () => {
      const statuses = await Promise.all(refused.map((id) => statusOf(shop, id)));
      return statuses.every((one) => one === "rejected");
    });
    const [old = "", fresh = ""] = refused;
    await client.pool.query(
      `UPDATE "Order" SET "changedAt" = now() - interval '3 hours' WHERE "id" = $1`,
      [old],
    );
    await client.pool.query(
      `INSERT INTO "InboxWebhook" ("shop", "webhookId", "topic", "triggeredAt", "quarantinedAt", "error", "payload")
       VALUES ($1, 'q1', 'orders/create', now(), now(), 'id: is missing', '{}')`,
      [other],
    );
    const all = await run("stuck");
    expect(all.orders.map(({ id }: { id: string }) => id)).toEqual([old, fresh]);
    expect(all.orders[0].reason).toContain("refused");
    expect(all.webhooks).toMatchObject([{ shop: other, webhookId: "q1", error: "id: is missing" }]);
    expect((await run("stuck", shop, "--since", "2h")).orders).toMatchObject([{ id: fresh }]);
    expect((await run("stuck", other)).orders).toEqual([]);
    const { stdout } = await opsHere(["stuck", "--since", "2h"], world.env);
    expect(stdout).toContain(`${shop}  order ${fresh} (#${fresh}) rejected`);

    world.hakuna.behave({});
    const recent = [shop, "--status", "rejected", "--since", "2h"];
    expect(await run("resend", ...recent, "--dry-run")).toEqual([fresh]);
    expect(await run("resend", ...recent)).toEqual({ [fresh]: "pending" });
    await isSent(fresh);
    expect(world.hakuna.last(old)).toBeNull();
    expect(await run("resend", shop, "--failed", "--until", "2h")).toEqual({ [old]: "pending" });
    await isSent(old);
    expect(await run("resend", shop, "--finding", "no_country")).toEqual({});
  });
});
