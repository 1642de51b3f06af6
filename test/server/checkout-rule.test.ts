import { readFileSync } from "node:fs";
import { parse } from "toml";
import { beforeEach, describe, expect, it } from "vitest";
import { ruleHandle } from "#app/shopify/shop/rule-queries.ts";
import type { SimulatedShop } from "#test/simulator/shopify/shop.ts";
import { uninstalledWebhook } from "#test/simulator/shopify/shop-payloads.ts";
import { sendWebhook } from "#test/simulator/shopify/webhook.ts";
import { ask, sessionToken } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openApp } from "./open-app.ts";
import { openWorld } from "./open-world.ts";

const { world } = await openWorld();
let domain: string;
let shop: SimulatedShop;
let shops = 0;

beforeEach(async () => {
  shops += 1;
  domain = `rule-${shops}.myshopify.com`;
  shop = world.shopify.shop(domain);
  await openApp(world, domain);
});

type Rule = { state: string; refusal: { code: string; words: string } | null };

/** Asks how the rule stands, or turns it. */
async function rule(intent?: "on" | "off"): Promise<Rule> {
  const answer = await ask(world, "/app/rule", {
    token: sessionToken(world, domain),
    ...(intent && { body: { intent } }),
  });
  expect(answer.status).toBe(200);
  return JSON.parse(answer.text);
}

const grant = () => shop.scopes.add("write_validations");
const as = (state: string, refusal: Rule["refusal"] = null) => ({ state, refusal });
const other = { handle: "minimum-order", appKey: "another-app" };
const foreign = (enabled: boolean, shopifyFunction = other) =>
  shop.validations.add({ title: "Minimum order", enabled, shopifyFunction });

it("is known by the handle of the extension", () => {
  const file = new URL("../../extensions/cart-rule/shopify.extension.toml", import.meta.url);
  expect(parse(readFileSync(file, "utf8")).extensions[0].handle).toBe(ruleHandle);
});

describe("the rule at checkout", () => {
  it("is turned on as one that lets checkouts go on when it fails, and off again", async () => {
    grant();
    expect(await rule()).toEqual(as("off"));
    expect(await rule("on")).toEqual(as("on"));
    expect(shop.validations.all).toMatchObject([
      {
        ...{ title: "Hakuna protection plans", enabled: true, blockOnFailure: false },
        shopifyFunction: { handle: "cart-rule", appKey: world.apiKey },
      },
    ]);
    expect(await rule()).toEqual(as("on"));
    expect(await rule("off")).toEqual(as("off"));
    expect(await rule("on")).toEqual(as("on"));
    // the same one all the time
    expect(shop.validations.all).toMatchObject([{ enabled: true, blockOnFailure: false }]);
  });

  it("changes nothing when it is turned on or off twice", async () => {
    grant();
    await rule("on");
    const mutations = () => shop.asked.filter(({ query }) => query.includes("mutation")).length;
    expect(mutations()).toBe(1);
    expect(await rule("on")).toEqual(as("on"));
    await rule("off");
    expect(await rule("off")).toEqual(as("off"));
    expect(mutations()).toBe(2);
  });

  it("says that the access is missing, and does nothing without it", async () => {
    expect(await rule()).toEqual(as("no_access"));
    expect(await rule("on")).toEqual(as("no_access"));
    expect(shop.validations.all).toEqual([]);
    // who may only read may not turn it on
    shop.scopes.add("read_validations");
    expect(await rule("on")).toEqual(as("no_access"));
  });

  it("says what Shopify does, not what the app did last", async () => {
    grant();
    await rule("on");
    const [made] = shop.validations.all;
    if (made) made.enabled = false;
    expect(await rule()).toEqual(as("off"));
    shop.validations.all.length = 0;
    expect(await rule()).toEqual(as("off"));
    expect(await rule("on")).toEqual(as("on"));
  });

  it("leaves other apps' rules alone, also one of the same handle", async () => {
    grant();
    const theirs = [foreign(true), foreign(true, { ...other, handle: "cart-rule" })];
    expect(await rule()).toEqual(as("off"));
    expect(await rule("on")).toEqual(as("on"));
    expect(await rule("off")).toEqual(as("off"));
    expect(theirs.map(({ enabled }) => enabled)).toEqual([true, true]);
  });

  it("is off only when all of them are that a merchant made", async () => {
    grant();
    const own = { handle: "cart-rule", appKey: world.apiKey };
    const made = [false, true, true].map((enabled) => foreign(enabled, own));
    expect(await rule()).toEqual(as("on"));
    expect(await rule("off")).toEqual(as("off"));
    expect(made.map(({ enabled }) => enabled)).toEqual([false, false, false]);
  });

  it("is refused in words where 25 are active, by creation and by turning on again", async () => {
    grant();
    await rule("on");
    await rule("off");
    for (let count = 0; count < 25; count += 1) foreign(true);
    const words = "Cannot have more than 25 active validation functions.";
    expect(await rule("on")).toEqual(as("off", { code: "too_many", words }));
    shop.validations.forgetOwn();
    expect(await rule("on")).toEqual(as("off", { code: "too_many", words }));
  });

  it("is not there where the version of the app has no such function", async () => {
    grant();
    shop.validations.deployed.clear();
    expect(await rule()).toEqual(as("not_deployed"));
    expect(await rule("on")).toEqual(as("not_deployed"));
  });

  it("is refused in words to an app for one shop that is not on Plus", async () => {
    grant();
    shop.validations.isEligible = false;
    expect(await rule("on")).toMatchObject({ state: "off", refusal: { code: "needs_plus" } });
  });

  it.each([
    ["on", as("off", { code: "other", words: "Validation not found." })],
    ["off", as("off")],
  ] as const)("that the merchant deletes just when it is turned %s", async (to, expected) => {
    grant();
    await rule("on");
    if (to === "on") await rule("off");
    const { promise, resolve } = Promise.withResolvers<void>();
    shop.faults.plan({ kind: "held", until: promise }, { of: "SwitchCheckoutRule" });
    const answer = rule(to);
    await eventually("it is asked for", async () => shop.faults.areOver);
    shop.validations.all.length = 0;
    resolve();
    expect(await answer).toEqual(expected);
  });

  it.each([
    ["cannot be reached", { kind: "dropped" }],
    ["is down", { kind: "status", status: 503 }],
  ] as const)("is not known while Shopify %s", async (_name, fault) => {
    grant();
    shop.faults.plan(fault, { of: "GrantedScopes", times: 20 });
    expect(await rule()).toEqual(as("unknown"));
    expect(await rule("on")).toEqual(as("unknown"));
    shop.faults.clear();
    expect(await rule("on")).toEqual(as("on"));
  });

  it("goes with an uninstall, and can be turned on after the next install", async () => {
    grant();
    await rule("on");
    world.shopify.uninstall(domain);
    shop.scopes.delete("write_validations");
    const webhook = uninstalledWebhook(domain, Date.now());
    const door = "/webhooks/app/uninstalled";
    expect(await sendWebhook(world.appUrl, webhook, world.apiSecret, door)).toBe(200);
    expect(shop.validations.all).toEqual([]);
    await openApp(world, domain);
    expect(await rule()).toEqual(as("no_access"));
    grant();
    expect(await rule("on")).toEqual(as("on"));
  });

  it("takes nothing that the page cannot ask for", async () => {
    const token = sessionToken(world, domain);
    const answer = await ask(world, "/app/rule", { token, body: { intent: "delete" } });
    expect(answer.status).toBe(400);
  });
});
