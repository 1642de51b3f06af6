import { describe, expect, it } from "vitest";
import { boughtOrder } from "#test/simulator/shopify/bought-order.ts";
import { liveOrder, type ShopManner } from "#test/simulator/shopify/order-life.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { ops } from "./ops.ts";

const shop = "ops-shop.myshopify.com";
const manner: ShopManner = { shop, currency: "EUR", bigIds: true };
const { world, client } = await openWorld();

/** The first webhook of an order that holds exactly one product and one plan, linked or not. */
function simpleOrder(linked: boolean) {
  for (let seed = linked ? 0 : 10_000; ; seed += 1) {
    const [webhook] = liveOrder(manner, seed, 1_790_000_000_000);
    if (!webhook) continue;
    const lines: { id: number; properties: { name: string }[] }[] = JSON.parse(
      webhook.body,
    ).line_items;
    const links = lines
      .flatMap(({ properties }) => properties)
      .filter(({ name }) => name === "_hakuna_ref");
    const unlinked = lines.every(({ properties }) =>
      properties.every(({ name }) => /offer_id|plan_id/.test(name)),
    );
    if (lines.length !== 2 || !/Hakuna|hakuna/.test(JSON.stringify(lines))) continue;
    if (linked ? links.length !== 2 : !unlinked) continue;
    const ids = [
      ...webhook.body.matchAll(/\{"id":(\d+),"admin_graphql_api_id":"gid:\/\/shopify\/LineItem/g),
    ];
    const lineIds = [...webhook.body.matchAll(/gid:\/\/shopify\/LineItem\/(\d+)/g)].map(
      ([, id]) => id,
    );
    const orderId = /gid:\/\/shopify\/Order\/(\d+)/.exec(webhook.body)?.[1] ?? "";
    return { webhook, orderId, lineIds: lineIds.slice(0, 2).map(String), found: ids.length };
  }
}

describe("the operators' commands", () => {
  it("connect refuses a wrong key, names it nowhere and changes nothing", async () => {
    const { code, stderr, stdout } = await ops(
      ["connect", shop, "--environment", "sandbox", "--api-key", "sk_test_wrong_key"],
      world.env,
    );
    expect(code).toBe(1);
    expect(stderr).toContain("refuses this key");
    expect(stderr + stdout).not.toContain("sk_test_wrong_key");
    expect((await ops(["shops", "--json"], world.env)).stdout.trim()).toBe("[]");
  });

  it("connect, shops, status, order and resend go from a webhook to the feed and back", async () => {
    const { webhook, orderId } = simpleOrder(true);
    const connected = await ops(
      [
        "connect",
        "ops-shop",
        "--environment",
        "sandbox",
        "--api-key",
        "sk_test_demo",
        "--country",
        "de",
      ],
      world.env,
    );
    expect(connected.stderr).toBe("");
    expect(connected.stdout).toContain(`${shop} is connected to Hakuna (sandbox).`);
    await client.send([webhook]);
    await eventually("it is sent", () => world.hakuna.states(orderId).length === 1);
    await client.quiet();
    const status = JSON.parse((await ops(["status", shop, "--json"], world.env)).stdout);
    expect(status).toMatchObject({ connection: "connected", orders: { sent: 1 } });
    expect(JSON.stringify(status)).not.toContain("apiKeySealed");
    const order = JSON.parse((await ops(["order", shop, orderId, "--json"], world.env)).stdout);
    expect(order.lastPayload).toEqual(world.hakuna.last(orderId));
    expect(order.events.map(({ kind }: { kind: string }) => kind)).toEqual([
      "webhook",
      "fold",
      "delivery",
    ]);
    await ops(["resend", shop, orderId], world.env);
    await eventually("it is sent again", () => world.hakuna.states(orderId).length === 2);
    const { stdout } = await ops(["shops"], world.env);
    expect(stdout).toContain("1 sent");
  });

  it("pair sets by hand what nothing links, with offer and plan", async () => {
    const { webhook, orderId, lineIds } = simpleOrder(false);
    const [product = "", plan = ""] = lineIds;
    await client.send([webhook]);
    await eventually("it is sent unpaired", () => world.hakuna.last(orderId) !== null);
    const unpaired = world.hakuna.last(orderId)?.line_items[0]?.custom_properties;
    expect(unpaired).toEqual({});
    const paired = await ops(
      ["pair", shop, orderId, product, plan, "--offer", "off-by-hand", "--plan", "pl-by-hand"],
      world.env,
    );
    expect(paired.stderr).toBe("");
    expect(paired.stdout).toMatch(new RegExp(`line ${product} .* with plan ${plan} `));
    await eventually("the pair is sent", () => world.hakuna.states(orderId).length === 2);
    const [first, second] = world.hakuna.last(orderId)?.line_items ?? [];
    expect(first?.custom_properties).toEqual({ protection_line_item_id: plan });
    expect(second?.custom_properties).toEqual({ offer_id: "off-by-hand", plan_id: "pl-by-hand" });
  });

  it("pair answers the pairs that result: a plan of one unit goes to the one who spoke last", async () => {
    const [orderId, first, plan, second] = ["7001", "71", "72", "73"];
    const bought = boughtOrder(shop, BigInt(orderId), [
      { id: BigInt(first), title: "Banana", isPlan: false },
      { id: BigInt(plan), title: "Warranty", isPlan: true },
      { id: BigInt(second), title: "City bike", isPlan: false },
    ]);
    await client.send([bought]);
    await eventually("it is sent unpaired", () => world.hakuna.last(orderId) !== null);
    await ops(["pair", shop, orderId, first, plan], world.env);
    const { stdout } = await ops(["pair", shop, orderId, second, plan, "--json"], world.env);
    expect(JSON.parse(stdout)).toMatchObject({
      pairs: [{ productLineId: second, planLineId: plan }],
    });
    await eventually("the feed holds the last pair", () => {
      const properties = world.hakuna
        .last(orderId)
        ?.line_items.map(({ custom_properties }) => custom_properties.protection_line_item_id);
      return properties?.join() === `,,${plan}`;
    });
  });

  it.each([
    [["order", shop, "404"], "There is no order 404"],
    [["status", "nobody"], "There is no shop nobody.myshopify.com"],
    [["pair", shop, "1", "2"], "plan line are needed"],
    [["resend", shop], "--failed"],
    [["connect", shop, "--environment", "staging"], "sandbox or production"],
    [["fly"], "There is no command fly"],
  ])("%j fails with a clear error", async (args, message) => {
    const { code, stderr, stdout } = await ops(args, world.env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(message);
  });
});

function orderWithPrice(price: string): string {
  const line = { id: 7, quantity: 1, title: "Bike", price, vendor: "Rad" };
  const at = "2026-11-24T10:00:00Z";
  const order = { id: 1, created_at: at, updated_at: at, currency: "EUR", line_items: [line] };
  return JSON.stringify({ ...order, billing_address: { country_code: "DE" } });
}

describe("preview", () => {
  it("shows what would be sent, from standard input, without a database", async () => {
    const { webhook, orderId } = simpleOrder(true);
    const { stdout, code } = await ops(["preview", "--country", "de"], {}, webhook.body);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: "pending", feedOrder: { id: orderId } });
  });

  it.each([
    ["-1.00", "Price: -1.00 EUR"],
    ["9999999999999999999", "Price: 9999999999999999999 EUR"],
  ])("shows an order with a price of %s as blocked, and why", async (price, words) => {
    const { stdout, code } = await ops(["preview"], {}, orderWithPrice(price));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ feedOrder: null, status: "blocked" },
      findings: [{ code: "line_field_refused", message: expect.stringContaining(words) }],
    });
  });

  it.each([
    ["no json", "payload: is not JSON."],
    ['{"id":1}', "updated_at"],
    ['{"id":1,"updated_at":"2026-01-01T00:00:00","line_items":[]}', "updated_at: is not a time"],
    ['{"updated_at":"2026-01-01T00:00:00Z"}', "id: is missing"],
    ['{"id":1,"order_id":2,"status":"success"}', "order_id: this is a fulfillment or a refund"],
  ])("%s: the error names the field", async (body, message) => {
    const { stderr, code } = await ops(["preview"], {}, body);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });
});
