import { beforeAll, describe, expect, it } from "vitest";
import { webhookOf } from "#test/simulator/shopify/webhook.ts";
import { ask, documentPath, sessionToken } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { orderOf } from "./vogelsang.ts";

const shop = "hostile.myshopify.com";
const { world, client } = await openWorld();

beforeAll(async () => {
  await ask(world, "/app.data", { token: sessionToken(world, shop) });
  await client.connect(shop);
});

describe("SQL and HTML in what comes from outside", () => {
  const harm = `'); DROP TABLE "Order"; --</script><img src=x onerror=alert(1)>\${7*7}{{t}}\\u0000`;
  const inner = "<img src=x onerror=alert(1)>";
  const asText = "&lt;img src=x onerror=alert(1)&gt;";
  /** a spreadsheet would count with it */
  const formula = `=1+1${harm}`;

  it("are stored and sent as they are, and shown as text", async () => {
    const order = orderOf(shop, 930_001);
    const plain = JSON.parse(order.webhook("orders/create").body);
    const infect = (value: unknown, key = ""): unknown => {
      if (Array.isArray(value)) return value.map((one) => infect(one));
      if (typeof value === "object" && value !== null) {
        return Object.fromEntries(
          Object.entries(value).map(([name, one]) => [name, infect(one, name)]),
        );
      }
      const isText =
        /^(title|vendor|note|email|phone|first_name|address\d|city|zip|company|sku|reason)$/;
      const isFormula = /^(name|last_name)$/;
      if (typeof value !== "string") return value;
      return isFormula.test(key) ? formula : isText.test(key) ? harm : value;
    };
    /** the names that make a line a plan stay, or it would be none */
    const infectProperty = ({ name }: { name: string }) => ({
      name: /_id$/.test(name) ? name : harm,
      value: harm,
    });
    const infected = {
      ...(infect(plain) as object),
      line_items: (plain.line_items as { properties: { name: string }[] }[]).map((line) => ({
        ...(infect(line) as object),
        properties: line.properties.map(infectProperty),
      })),
    };
    await client.send([webhookOf(shop, "orders/create", infected, Date.now())]);
    await eventually("it is sent", () => world.hakuna.last(order.id) !== null);
    const sent = world.hakuna.last(order.id);
    expect(sent?.customer).toMatchObject({ last_name: formula });
    expect(sent?.line_items.map((line) => line.product_data.title)).toContain(harm);
    expect(sent?.line_items.map((line) => line.product_data.brand).sort()).toEqual([
      harm,
      "hakuna",
    ]);
    expect(sent?.line_items.map((line) => line.custom_properties)).toContainEqual(
      expect.objectContaining({ offer_id: harm, plan_id: harm }),
    );

    const token = sessionToken(world, shop);
    for (const path of ["/app", "/app/orders", `/app/orders/${order.id}`]) {
      const page = await ask(world, documentPath(path, shop, token));
      expect(page.status, path).toBe(200);
      expect(page.text, path).toContain(asText);
      expect(page.text, path).not.toContain(inner);
      expect(page.text, path).not.toContain("</script><img");
    }
    const csv = await ask(world, "/app/orders.csv", { token });
    expect(csv.headers["content-type"]).toContain("text/csv");
    const cells = [...csv.text.matchAll(/"((?:[^"]|"")*)"|[^,\r\n"\uFEFF]+/g)].map(
      ([cell, quoted]) => quoted?.replaceAll('""', '"') ?? cell,
    );
    // another one may begin behind the semicolon
    const defused = `'${formula.replace("; --", ";' --")}`;
    expect(cells.filter((cell) => cell === defused)).toHaveLength(2);
    expect(cells.filter((cell) => /^[=+@-]/.test(cell))).toEqual([]);
  });

  it("in an address are looked for as text", async () => {
    const token = sessionToken(world, shop);
    for (const name of [
      "query",
      "view",
      "from",
      "to",
      "finding",
      "plans",
      "sort",
      "after",
      "before",
      "locale",
    ]) {
      const answer = await ask(world, `/app/orders.data?${name}=${encodeURIComponent(harm)}`, {
        token,
      });
      expect(answer.status, name).toBe(200);
      const page = await ask(
        world,
        `${documentPath("/app/orders", shop, token)}&${name}=${encodeURIComponent(harm)}`,
      );
      if (name === "query") expect(page.text).toContain(asText);
      expect(page.text, name).not.toContain(inner);
    }
    for (const id of ["1' OR '1'='1", "../../etc/passwd", "%00", "1".repeat(5000), "__proto__"]) {
      const answer = await ask(world, `/app/orders/${encodeURIComponent(id)}.data`, { token });
      expect([400, 404], id).toContain(answer.status);
    }
  });
});

describe("actions with a body that means harm", () => {
  it.each<[string, string]>([
    ["no JSON", "{"],
    ["nothing", "null"],
    ["__proto__", `{"__proto__":{"action":"resend"}}`],
    ["lists 10,000 deep", `${"[".repeat(10_000)}${"]".repeat(10_000)}`],
    ["6 MB", JSON.stringify({ action: "put_away", key: "x".repeat(6 * 1024 * 1024) })],
    [
      "100,000 ids",
      JSON.stringify({ ids: Array.from({ length: 100_000 }, (_, id) => String(id)) }),
    ],
  ])("%s: an error, and the next request is served", async (_name, body) => {
    const token = sessionToken(world, shop);
    const headers = { "content-type": "application/json" };
    for (const path of [
      ...["/app.data?index", "/app/orders/1.data", "/app/orders.data?index"],
      ...["/app/settings.data", "/app/plans.data"],
    ]) {
      const answer = await ask(world, path, { token, body, headers });
      expect(answer.status, path).toBeGreaterThanOrEqual(400);
      expect(answer.status, path).toBeLessThan(500);
    }
    expect((await ask(world, "/app.data", { token })).status).toBe(200);
  });
});
