import { describe, expect, it } from "vitest";
import { commands } from "#app/ops/commands.ts";
import { withDatabase } from "#app/process/with-database.ts";
import { boughtOrder } from "#test/simulator/shopify/bought-order.ts";
import { liveOrder, type ShopManner } from "#test/simulator/shopify/order-life.ts";
import { sendWebhook, webhookOf } from "#test/simulator/shopify/webhook.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { ops, opsHere, previewHere } from "./ops.ts";

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
    expect((await opsHere(["shops", "--json"], world.env)).stdout.trim()).toBe("[]");
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
    const status = JSON.parse((await opsHere(["status", shop, "--json"], world.env)).stdout);
    expect(status).toMatchObject({ connection: "connected", orders: { sent: 1 } });
    expect(JSON.stringify(status)).not.toContain("apiKeySealed");
    const order = JSON.parse((await opsHere(["order", shop, orderId, "--json"], world.env)).stdout);
    expect(order.lastPayload).toEqual(world.hakuna.last(orderId));
    expect(order.events.map(({ kind }: { kind: string }) => kind)).toEqual([
      "webhook",
      "fold",
      "delivery",
    ]);
    await opsHere(["resend", shop, orderId], world.env);
    await eventually("it is sent again", () => world.hakuna.states(orderId).length === 2);
    const { stdout } = await opsHere(["shops"], world.env);
    expect(stdout).toContain("1 sent");
  });

  it("pair sets by hand what nothing links, with offer and plan", async () => {
    const { webhook, orderId, lineIds } = simpleOrder(false);
    const [product = "", plan = ""] = lineIds;
    await client.send([webhook]);
    await eventually("it is sent unpaired", () => world.hakuna.last(orderId) !== null);
    const unpaired = world.hakuna.last(orderId)?.line_items[0]?.custom_properties;
    expect(unpaired).toEqual({});
    const paired = await opsHere(
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
    await opsHere(["pair", shop, orderId, first, plan], world.env);
    const { stdout } = await opsHere(["pair", shop, orderId, second, plan, "--json"], world.env);
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
    [["pair", shop, "1", "2"], "<plan line> is missing"],
    [["resend", shop], "--failed"],
    [["connect", shop, "--environment", "staging"], "sandbox or production"],
    [["fly"], "There is no command fly"],
  ])("%j fails with a clear error", async (args, message) => {
    const { code, stderr, stdout } = await opsHere(args, world.env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(message);
  });
});

describe("what cannot be done ends with 1 and a sentence", () => {
  const ofUnknownShops: Record<string, string[]> = {
    status: [],
    "upgrade-preview": [],
    order: ["1"],
    pair: ["1", "2", "3"],
    resend: ["--failed"],
    retry: [],
    prove: [],
    reconcile: [],
    import: [],
    stuck: [],
    pause: ["--reason", "x"],
    resume: [],
    retention: [],
    "data-request": ["--customer", "1"],
  };

  it("for every command that is about one shop, where the shop is unknown", async () => {
    const others = ["connect", "shops", "renew-offers", "distribute", "set-limits", "preview"];
    expect([...Object.keys(ofUnknownShops), ...others].sort()).toEqual(
      Object.keys(commands).sort(),
    );
    Object.assign(process.env, world.env);
    for (const [name, args] of Object.entries(ofUnknownShops)) {
      const command = await commands[name]?.();
      await expect(command?.run(["nobody", ...args], withDatabase), name).rejects.toThrow(
        "There is no shop nobody.myshopify.com.",
      );
    }
    const { rows } = await client.pool.query(`SELECT 1 FROM "Hold"`);
    expect(rows).toEqual([]);
  });

  it("and the orders that are there are sent again all the same", async () => {
    const { webhook, orderId } = simpleOrder(true);
    await client.send([webhook]);
    await eventually("it is sent", () => world.hakuna.last(orderId) !== null);
    await client.quiet();
    const before = world.hakuna.states(orderId).length;
    const done = await opsHere(["resend", shop, "404", orderId, "--json"], world.env);
    expect(done).toMatchObject({ code: 1, stderr: `${shop} has no order 404.\n` });
    expect(JSON.parse(done.stdout)).toEqual({ [orderId]: "pending" });
    await eventually("it is sent again", () => world.hakuna.states(orderId).length > before);
  });

  it("and with --json standard output is JSON alone, whatever is logged", async () => {
    const broken = "broken.myshopify.com";
    await client.connect(broken);
    await client.pool.query(
      `INSERT INTO "OrderEvent" ("shop", "orderId", "source", "at", "kind")
       VALUES ($1, '1', 'x', 'epoch', 'fold')`,
      [broken],
    );
    await client.pool.query(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'this stays'; END $$;
       CREATE TRIGGER refuse BEFORE DELETE ON "OrderEvent" FOR EACH ROW EXECUTE FUNCTION refuse()`,
    );
    const { code, stdout, stderr } = await ops(["retention", "--json"], world.env);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).map((one: { shop: string }) => one.shop)).toEqual([shop]);
    expect(stderr).toContain("this stays");
    expect(stderr).toContain(`It failed for ${broken}`);
    await client.pool.query(`DROP TRIGGER refuse ON "OrderEvent"`);
  });
});

describe("an API key is not among the arguments", () => {
  const args = ["connect", "keyed", "--environment", "sandbox"];
  it.each<[string, string[], Record<string, string>, string, string]>([
    ["on standard input", ["--api-key", "-"], {}, "sk_test_demo\n", ""],
    ["in the environment", [], { HAKUNA_API_KEY: "sk_test_demo" }, "", ""],
    ["nowhere", [], {}, "", "The API key is missing"],
    ["nowhere, though the input is named", ["--api-key", "-"], {}, "\n", "No API key came"],
  ])("but %s", async (_where, more, env, input, error) => {
    const done = await ops([...args, ...more], { ...world.env, ...env }, input);
    expect(done.code).toBe(error ? 1 : 0);
    expect(done.stdout).toContain(error ? "" : "is connected to Hakuna (sandbox).");
    expect(done.stderr).toContain(error);
  });
});

describe("a data request", () => {
  it("that names no customer is shown by its id, answered by its orders, and closed", async () => {
    const { webhook, orderId } = simpleOrder(true);
    await client.send([webhook]);
    const body = { shop_id: 1, shop_domain: shop, orders_requested: [Number(orderId)] };
    const asking = webhookOf(
      shop,
      "customers/data_request",
      JSON.stringify(body).replace(/"orders_requested":\[\d+\]/, `"orders_requested":[${orderId}]`),
      Date.now(),
    );
    expect(await sendWebhook(world.appUrl, asking, world.apiSecret, "/webhooks/privacy")).toBe(200);
    const request = ["data-request", shop, "--request", asking.webhookId];
    expect((await opsHere(["status", shop], world.env)).stdout).toContain(
      `request ${asking.webhookId}`,
    );
    const shown = await opsHere([...request, "--answered", "--json"], world.env);
    expect(shown).toMatchObject({ code: 0, stderr: "" });
    const data = JSON.parse(shown.stdout);
    expect(data).toMatchObject({ customerId: null, orders: [{ id: orderId }] });
    expect(data.requests).toMatchObject([{ id: asking.webhookId }]);
    expect(data.requests[0].answeredAt).not.toBeNull();
    expect((await opsHere(["status", shop], world.env)).stdout).not.toContain(asking.webhookId);

    const again = await opsHere([...request, "--answered"], world.env);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("none was closed") });
    const other = await opsHere(["data-request", shop, "--request", "another"], world.env);
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining("no data request") });
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
    const { stdout, code } = await previewHere(orderWithPrice(price));
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
    const { stderr, code } = await previewHere(body);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });
});
