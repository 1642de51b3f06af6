import { beforeEach, describe, expect, it } from "vitest";
import type { Approval } from "#test/simulator/shopify/admin-api/scopes.ts";
import type { SimulatedShop } from "#test/simulator/shopify/shop.ts";
import { eventually } from "./client.ts";
import { openApp } from "./open-app.ts";
import { openWorld } from "./open-world.ts";
import { type HerOrder, orderOf } from "./vogelsang.ts";

const { world, client } = await openWorld({ RECONCILE_INTERVAL_MS: "500" });
let domain: string;
let shop: SimulatedShop;
let shops = 0;

beforeEach(async () => {
  shops += 1;
  domain = `denied-${shops}.myshopify.com`;
  shop = world.shopify.shop(domain);
  await client.connect(domain);
});

const missing = async () => {
  const { rows } = await client.pool.query(
    `SELECT "missingAccess" FROM "Shop" WHERE "domain" = $1`,
    [domain],
  );
  return rows[0].missingAccess;
};

/** An insured order that Hakuna has from its webhook, with its customer. */
async function insured(id: number, { atTill = false } = {}): Promise<HerOrder> {
  const hers = orderOf(domain, id);
  const at = { updatedAt: Date.now() - 60_000 };
  const nowhere = { email: null, phone: null, billing_address: null, shipping_address: null };
  await client.send([hers.webhook("orders/create", atTill ? { ...at, ...nowhere } : at)]);
  await client.quiet(domain);
  const known = world.hakuna.last(hers.id);
  expect(known?.customer).toMatchObject({ last_name: "Vogelsang", phone: "vogelsang-phone" });
  expect(known?.customer_billing_address).toMatchObject({ city: "Vogelsangen" });
  return hers;
}

/** What the home page shows; the rest of it holds every text there is. */
async function home(): Promise<string> {
  const page = await openApp(world, domain);
  return /<main>.*<\/main>/s.exec(page)?.[0] ?? "";
}

/** Of whom an order is at Hakuna. */
const buyerOf = (id: string) => {
  const last = world.hakuna.last(id);
  return { customer: last?.customer, address: last?.customer_billing_address };
};

/** The order is cancelled and paid back, and only a reading tells of it. */
function cancelUnheard({ order }: HerOrder, atTill = false): void {
  const now = Date.now();
  const paidBack = { financialStatus: "refunded" as const };
  shop.orders.put(order({ ...paidBack, cancelledAt: now, updatedAt: now, atTill }));
}

describe("an order that is read without", () => {
  it.each<[string, () => void, string, string]>([
    ["the customer", () => shop.scopes.delete("read_customers"), "read_customers", "customers"],
    ...(["name", "address", "email", "phone"] as const).map(
      (approval: Approval): [string, () => void, string, string] => [
        `the ${approval}`,
        () => shop.approved.delete(approval),
        `protected:${approval}`,
        { name: "names", address: "addresses", email: "email addresses", phone: "phone numbers" }[
          approval as "name"
        ],
      ],
    ),
  ])("%s keeps what is known of it, and the merchant is told what is missing", async (...of) => {
    const [, take, access, word] = of;
    // only its customer tells of whom it is
    const atTill = access === "read_customers";
    const hers = await insured(8_000_000 + shops, { atTill });
    const before = buyerOf(hers.id);
    take();
    cancelUnheard(hers, atTill);
    await openApp(world, domain);
    await eventually("it is read", () => world.hakuna.last(hers.id)?.status === "cancelled");
    expect(buyerOf(hers.id)).toEqual(before);
    expect(await missing()).toBe(access);
    const page = await home();
    expect(page).toContain(word);
    expect(page).toContain(
      access === "read_customers"
        ? "The app has not been granted some of the access to your shop"
        : "Shopify does not share all customer data with the app",
    );
  });

  it("what comes back with the access is told to Hakuna, and the merchant is not asked any more", async () => {
    const hers = await insured(8_100_001);
    shop.approved.delete("phone");
    cancelUnheard(hers);
    await openApp(world, domain);
    await eventually("it is read", () => world.hakuna.last(hers.id)?.status === "cancelled");
    shop.approved.add("phone");
    const customer = hers.order().customer;
    if (!customer) throw new Error("no customer");
    const now = Date.now() + 2_000;
    const moved = { ...customer, phone: "vogelsang-phone-2" };
    shop.orders.put(hers.order({ cancelledAt: now, updatedAt: now, customer: moved }));
    await eventually("it is told", () => {
      const { customer } = buyerOf(hers.id);
      return JSON.stringify(customer).includes("vogelsang-phone-2");
    });
    expect(await missing()).toBeNull();
    expect(await home()).not.toContain("Shopify does not share all customer data");
  });

  it("anything at all wipes nothing, and the merchant is told", async () => {
    const hers = await insured(8_100_002);
    const before = buyerOf(hers.id);
    shop.approved.delete("customer data");
    cancelUnheard(hers);
    await openApp(world, domain);
    await eventually("it is told", async () => (await missing()) === "protected:customer_data");
    await client.quiet(domain);
    expect(buyerOf(hers.id)).toEqual(before);
    expect(world.hakuna.last(hers.id)?.status).toBe("placed");
    expect(await home()).toContain("customer data");
  });
});
