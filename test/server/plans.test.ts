import { beforeEach, describe, expect, it } from "vitest";
import { readOffers } from "#app/plans/product-offers.ts";
import type { SimulatedShop } from "#test/simulator/shopify/shop.ts";
import type { CatalogProduct } from "#test/simulator/shopify/shop-catalog.ts";
import { ask, sessionToken } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { opsHere } from "./ops.ts";
import { openPlanShop } from "./plan-shop.ts";

const { world, client } = await openWorld();
let domain: string;
let shop: SimulatedShop;
let shops = 0;

beforeEach(async () => {
  shops += 1;
  domain = `plans-${shops}.myshopify.com`;
  world.hakuna.behave({});
  shop = await openPlanShop(world, client, domain);
  // the app learns of its scopes as it does from the page
  expect((await page("/app/plans.data")).status).toBe(200);
});

const page = (path: string, body?: object) =>
  ask(world, path, { token: sessionToken(world, domain), body });

const asked = async (body: object) => {
  const answer = await page("/app/plans.data", body);
  return answer.text;
};
const none = { productIds: [], collectionIds: [] };

type Row = { productId: string; state: string; result: { code?: string; notes?: string[] } };
async function lastJob(): Promise<{ state: string; reason: string | null; rows: Row[] }> {
  const { rows: jobs } = await client.pool.query(
    // a look that found nothing so far is no news
    `SELECT * FROM "PlanJob" WHERE "shop" = $1 AND ("kind" <> 'reprice' OR "total" > 0)
      ORDER BY "createdAt" DESC LIMIT 1`,
    [domain],
  );
  const { rows } = await client.pool.query(
    `SELECT * FROM "PlanJobProduct" WHERE "shop" = $1 AND "jobId" = $2 ORDER BY "position"`,
    [domain, jobs[0]?.id],
  );
  return { ...jobs[0], rows };
}
const done = () => eventually("the job is done", async () => (await lastJob()).state === "done");

const plansOf = (product: CatalogProduct): string[] =>
  JSON.parse(product.metafields.get("app.plans")?.value ?? "[]");
function plan(id: string) {
  const found = shop.catalog.variant(id);
  if (!found) throw new Error(`There is no plan ${id}.`);
  const { product, variant } = found;
  const metafield = (key: string) => variant.metafields.get(`app.${key}`)?.value;
  return { product, variant, metafield };
}

describe("offers from Hakuna", () => {
  it("become plans that are sold, linked, untaxed and neither shipped nor stocked", async () => {
    const bike = shop.catalog.add({
      title: "City bike Amsel",
      variants: [{ price: "899.00", sku: "RAD-AMS" }],
    });
    await asked({ intent: "offers", ...none, productIds: [bike.id] });
    await done();
    const [made] = world.hakuna.offers.made.filter((offer) =>
      bike.id.endsWith(offer.asked.product.id),
    );
    expect(made?.asked).toMatchObject({
      country: "de",
      product: {
        ...{ title: "City bike Amsel", brand: "Radwerk", sku: "RAD-AMS" },
        price: { amount: 89_900, currency: "eur" },
      },
    });
    const plans = plansOf(bike).map(plan);
    expect(plans.map(({ variant }) => [variant.title, variant.price])).toEqual([
      ["1 Jahr Garantieverlängerung", "35.96"],
      ["2 Jahre Garantieverlängerung", "71.92"],
      ["3 Jahre Garantieverlängerung", "107.88"],
    ]);
    for (const { product, variant, metafield } of plans) {
      expect(product).toMatchObject({ vendor: "hakuna", status: "UNLISTED" });
      expect([...product.publishedOn]).toEqual(["gid://shopify/Publication/1"]);
      expect(variant).toMatchObject({ taxable: false, tracked: false, requiresShipping: false });
      expect(metafield("offer_id")).toBe(made?.id);
      expect(metafield("plan_id")).toMatch(/^pl-/);
      expect(metafield("insurance_url")).toBe("https://hakuna.example/insurance/de");
    }
    expect(plans.map(({ metafield }) => metafield("term_months"))).toEqual(["12", "24", "36"]);
    expect(world.hakuna.violations).toEqual([]);
  });

  it("are one for each price, linked to the variants that differ", async () => {
    const boots = shop.catalog.add({
      title: "Hiking boots Firn",
      option: "Size",
      variants: [
        { title: "38", price: "100.00" },
        { title: "39", price: "100.00" },
        { title: "46", price: "150.00" },
        { title: "Sample", price: "0.00" },
      ],
    });
    await asked({ intent: "offers", ...none, productIds: [boots.id] });
    await done();
    const [small, , large, sample] = boots.variants;
    const own = large?.metafields.get("app.plans")?.value ?? "[]";
    const prices = (ids: string[]) => ids.map((id) => plan(id).variant.price);
    expect(prices(plansOf(boots))).toEqual(["4.00", "8.00"]);
    expect(prices(JSON.parse(own))).toEqual(["6.00", "12.00"]);
    expect(small?.metafields.has("app.plans")).toBe(false);
    expect(sample?.metafields.get("app.plans")?.value).toBe("[]");
    expect((await lastJob()).rows[0]?.result.notes).toEqual(["free_variants"]);
    expect(await readOffers(client.pool, domain, [boots.id], "de")).toEqual({
      [boots.id]: [{ country: "de", prices: 2, expiresAt: expect.any(Number), lack: null }],
    });
  });

  it("are told product by product, where there are none and where they are not to be used", async () => {
    const lamp = shop.catalog.add({ title: "Lamp" });
    const gift = shop.catalog.add({ title: "Gift", variants: [{ price: "0.00" }] });
    const own = shop.catalog.add({ title: "Plan", vendor: "Hakuna" });
    const gone = "gid://shopify/Product/1";
    world.hakuna.offers.behavior = { unknown: ["Lamp"] };
    const productIds = [lamp.id, gift.id, own.id, gone];
    await asked({ intent: "offers", ...none, productIds });
    await done();
    const { rows } = await lastJob();
    expect(rows.map(({ state, result }) => [state, result.code])).toEqual([
      ["failed", "no_offer"],
      ["failed", "free"],
      ["failed", "is_plan"],
      ["failed", "not_found"],
    ]);
    world.hakuna.offers.behavior = { currency: "usd" };
    const table = shop.catalog.add({ title: "Table" });
    await asked({ intent: "offers", ...none, productIds: [table.id] });
    await done();
    expect((await lastJob()).rows[0]?.result.code).toBe("other_currency");
    expect(plansOf(table)).toEqual([]);
  });

  it("are fetched for all of a collection, through faults and a restart, each once", async () => {
    const products = Array.from({ length: 12 }, (_, index) =>
      shop.catalog.add({ title: `Chair ${index}` }),
    );
    const collection = shop.catalog.addCollection(
      "Chairs",
      products.map(({ id }) => id),
    );
    shop.faults.plan({ kind: "status", status: 503 }, { of: "CollectionForPlans" });
    shop.faults.plan({ kind: "answer_lost" }, { of: "SetPlanProduct", times: 2 });
    shop.faults.plan({ kind: "throttled" }, { of: "LinkPlans" });
    world.hakuna.behave({ fault: { fault: { kind: "drop_after" }, requests: 2 } });
    await asked({ intent: "offers", ...none, collectionIds: [collection.id] });
    await eventually("it has begun", async () =>
      (await lastJob()).rows.some(({ state }) => state === "done"),
    );
    await world.restart("SIGKILL");
    await done();
    const { rows } = await lastJob();
    expect(rows.map(({ state }) => state)).toEqual(products.map(() => "done"));
    for (const product of products) expect(plansOf(product)).toHaveLength(2);
    const protections = [...shop.catalog.products.values()].filter(
      (one) => one.vendor === "hakuna",
    );
    expect(protections).toHaveLength(12);
    const asks = world.hakuna.offers.made.filter(({ asked: { product } }) =>
      product.title.startsWith("Chair"),
    );
    expect(asks).toHaveLength(12);
  });

  it("are none the less made when the database was in trouble again and again meanwhile", async () => {
    const tent = shop.catalog.add({ title: "Tent Biwak", variants: [{ price: "200.00" }] });
    await client.pool.query(
      `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$`,
    );
    await client.pool.query(
      `CREATE TRIGGER full_disk BEFORE INSERT ON "PlanOffer" FOR EACH ROW EXECUTE FUNCTION full_disk()`,
    );
    try {
      await asked({ intent: "offers", ...none, productIds: [tent.id] });
      await eventually("it was tried five times", async () => {
        const { rows } = await client.pool.query(
          `SELECT "attempts", "state" FROM "PlanJobProduct" WHERE "shop" = $1 AND "productId" = $2`,
          [domain, tent.id],
        );
        expect(rows[0]?.state ?? "waiting").toBe("waiting");
        return rows[0]?.attempts > 4 || (rows[0]?.attempts ?? 0);
      });
    } finally {
      await client.pool.query(`DROP TRIGGER full_disk ON "PlanOffer"`);
      await client.pool.query(`DROP FUNCTION full_disk`);
    }
    await done();
    expect((await lastJob()).rows).toMatchObject([{ state: "done", result: { kind: "offered" } }]);
  });

  it("wait with the reason while the key is refused, and go on when it works", async () => {
    const bike = shop.catalog.add({ title: "Bike" });
    await client.connect(domain, "sk_test_wrong");
    await asked({ intent: "offers", ...none, productIds: [bike.id] });
    await eventually("it says why", async () => (await lastJob()).reason === "key_refused");
    await client.connect(domain);
    await done();
    expect(plansOf(bike)).toHaveLength(2);
  });

  it("are renewed before they expire: same plans, new offer, prices compared", async () => {
    world.hakuna.offers.behavior = { lastsMs: 2 * 24 * 3_600_000 };
    const bike = shop.catalog.add({ title: "Bike" });
    const sofa = shop.catalog.add({ title: "Sofa" });
    await asked({ intent: "offers", ...none, productIds: [bike.id, sofa.id] });
    await done();
    const before = plansOf(bike);
    const offer = plan(before[0] ?? "").metafield("offer_id");

    world.hakuna.offers.behavior = { level: 150, unknown: ["Sofa"] };
    await opsHere(["renew-offers"], world.env);
    await eventually("renewed", async () => (await lastJob()).rows[0]?.state === "done");
    await done();
    expect(plansOf(bike)).toEqual(before);
    expect(plan(before[0] ?? "").metafield("offer_id")).not.toBe(offer);
    const { rows: kept } = await client.pool.query(
      `SELECT "offerId", "productPrice"::int, "price"::int, "currency", "country" FROM "PlanOffer"
        WHERE "shop" = $1 AND 'gid://shopify/ProductVariant/' || "planVariantId" = $2
        ORDER BY "currentFrom"`,
      [domain, before[0]],
    );
    const offered = { productPrice: 10_000, currency: "eur", country: "de" };
    expect(kept).toEqual([
      { ...offered, offerId: offer, price: 400 },
      { ...offered, offerId: plan(before[0] ?? "").metafield("offer_id"), price: 600 },
    ]);
    expect(plan(before[0] ?? "").variant.price).toBe("6.00");
    const { rows } = await lastJob();
    expect(rows[0]?.result).toMatchObject({ plans: [{ price: 600, before: 400 }, {}] });
    // the old offer is still good, so the plans stay
    expect(rows[1]?.result.code).toBe("no_offer");
    expect(plansOf(sofa)).toHaveLength(2);

    await client.pool.query(
      `UPDATE "CountryOffer" SET "expiresAt" = now() WHERE "shop" = $1 AND "productId" = $2`,
      [domain, sofa.id],
    );
    await opsHere(["renew-offers"], world.env);
    await done();
    expect((await lastJob()).rows.map(({ result }) => result.code)).toEqual(["offer_ended"]);
    expect(plansOf(sofa)).toEqual([]);
  });
});

describe("plans linked by hand", () => {
  const details = {
    ...{ insuranceUrl: "https://hakuna.example/insurance", termMonths: 24, country: null },
  };
  const ids = { offerId: "off-1", planId: "pl-1" };

  it("get their ids, become services, and replace an offer's", async () => {
    const bike = shop.catalog.add({ title: "Bike" });
    await asked({ intent: "offers", ...none, productIds: [bike.id] });
    await done();
    const own = shop.catalog.add({
      title: "Our plans",
      vendor: " Hakuna ",
      variants: [{ price: "9.00" }],
    });
    const id = own.variants[0]?.id ?? "";
    await asked({
      intent: "link",
      ...none,
      productIds: [bike.id],
      plans: [{ id, ...ids, ...details }],
    });
    await done();
    expect(plansOf(bike)).toEqual([id]);
    expect(plan(id).variant).toMatchObject({ taxable: false, requiresShipping: false });
    expect(plan(id).metafield("offer_id")).toBe("off-1");
    expect(plan(id).metafield("term_months")).toBe("24");
    const link = { intent: "link", ...none, productIds: [bike.id] };
    await asked({
      ...link,
      plans: [{ id, ...ids, insuranceUrl: null, termMonths: null, country: null }],
    });
    await done();
    expect(plan(id).metafield("offer_id")).toBe("off-1");
    expect(plan(id).metafield("insurance_url")).toBeUndefined();
    expect(plan(id).metafield("term_months")).toBeUndefined();
    const { rows } = await client.pool.query(`SELECT 1 FROM "CountryOffer" WHERE "shop" = $1`, [
      domain,
    ]);
    expect(rows).toEqual([]);

    await asked({ intent: "unlink", ...none, productIds: [bike.id] });
    await done();
    expect(plansOf(bike)).toEqual([]);
    expect(shop.catalog.variant(id)).toBeDefined();
  });

  it("must be protection, and have ids", async () => {
    const bike = shop.catalog.add({ title: "Bike" });
    const id = shop.catalog.add({ title: "Umbrella" }).variants[0]?.id ?? "";
    const link = (plan: object) =>
      asked({ intent: "link", ...none, productIds: [bike.id], plans: [plan] });
    expect(await link({ id, ...ids, ...details })).toContain("not_protection");
    expect(await link({ id, ...ids, ...details, offerId: " " })).toContain("invalid");
    expect(await link({ id, ...ids, ...details, insuranceUrl: "javascript:alert(1)" })).toContain(
      "invalid",
    );
    expect(plansOf(bike)).toEqual([]);
  });
});

it("waits for access to products, and says so", async () => {
  const bike = shop.catalog.add({ title: "Bike" });
  shop.scopes.delete("write_products");
  await asked({ intent: "offers", ...none, productIds: [bike.id] });
  await eventually("it says why", async () => (await lastJob()).reason === "no_access");
  shop.scopes.add("write_products");
  await asked({ intent: "resume" });
  await done();
  expect(plansOf(bike)).toHaveLength(2);
});

it("shows and changes nothing of another shop", async () => {
  const bike = shop.catalog.add({ title: "Bike" });
  shop.faults.plan({ kind: "slow", ms: 200 }, { times: 50 });
  await asked({ intent: "offers", ...none, productIds: [bike.id] });
  const { rows } = await client.pool.query(`SELECT "id" FROM "PlanJob" WHERE "shop" = $1`, [
    domain,
  ]);
  const other = domain;
  domain = "another.myshopify.com";
  await asked({ intent: "cancel", job: rows[0]?.id });
  domain = other;
  shop.faults.clear();
  await done();
  expect(plansOf(bike)).toHaveLength(2);
});
