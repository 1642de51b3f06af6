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
const { pool } = client;
let domain: string;
let shop: SimulatedShop;
let shops = 0;

beforeEach(async () => {
  shops += 1;
  domain = `bundles-${shops}.myshopify.com`;
  shop = await openPlanShop(world, client, domain);
  await page();
});

const page = (body?: object) =>
  ask(world, "/app/plans.data", { token: sessionToken(world, domain), body });

async function rows<Row extends object>(text: string): Promise<Row[]> {
  return (await pool.query<Row>(text, [domain])).rows;
}
const quiet = () =>
  eventually("no job is left", async () => {
    const running = await rows(
      `SELECT 1 FROM "PlanJob" WHERE "shop" = $1 AND "state" = 'running' AND "reason" IS NULL`,
    );
    return running.length === 0 || running.length;
  });
async function start(body: object): Promise<void> {
  await page({ productIds: [], collectionIds: [], ...body });
  await quiet();
}
/** Links a plan of the merchant's own by hand. */
async function link(...products: CatalogProduct[]): Promise<void> {
  const variants = [{ price: "9.00" }];
  const own = shop.catalog.add({ title: "Our plans", vendor: "hakuna", variants });
  const plan = {
    ...{ id: own.variants[0]?.id, offerId: "off-1", planId: "pl-1" },
    ...{ insuranceUrl: null, termMonths: 12, country: null },
  };
  await start({ intent: "link", productIds: products.map(({ id }) => id), plans: [plan] });
}
const fetchOffers = (...products: CatalogProduct[]) =>
  start({ intent: "offers", productIds: products.map(({ id }) => id) });
/** What the worker does every day. */
async function aDay(): Promise<void> {
  await opsHere(["renew-offers"], world.env);
  await quiet();
}

/** The products without plans are counted, as an hour later. */
async function look(): Promise<void> {
  await quiet();
  await pool.query(
    `UPDATE "PlanCoverage" SET "finishedAt" = "finishedAt" - interval '61 minutes' WHERE "shop" = $1`,
    [domain],
  );
  await page();
  await quiet();
}

/** What the jobs of a kind did for each product, in the order in which they ended. */
const results = (kind: string) =>
  rows<{ title: string; result: object }>(
    `SELECT p."title", p."result" FROM "PlanJobProduct" p
       JOIN "PlanJob" j ON j."shop" = p."shop" AND j."id" = p."jobId"
      WHERE p."shop" = $1 AND j."kind" = '${kind}' AND p."state" <> 'waiting'
      ORDER BY p."endedAt"`,
  );
const made = () =>
  world.hakuna.offers.made.map(({ asked }) => [asked.product.title, asked.product.price.amount]);

/** The prices of the plans in a list of its own; undefined: it has none. */
function listOf({ metafields }: Pick<CatalogProduct, "metafields">): string[] | undefined {
  const list = metafields.get("app.plans")?.value;
  const ids: string[] | undefined = list && JSON.parse(list);
  return ids?.map((id) => shop.catalog.variant(id)?.variant.price ?? "gone");
}
/** The same with those of its variants. */
const listsOf = (product: CatalogProduct) => [product, ...product.variants].map(listOf);

const bundle = (title: string, price = "300.00") =>
  shop.catalog.add({ title, variants: [{ price, requiresComponents: true }] });
/** A tent that is sold alone, and as a set with its mats. */
const mixed = (title: string) =>
  shop.catalog.add({
    title,
    option: "Sold",
    variants: [
      { title: "As a set", price: "250.00", requiresComponents: true },
      { title: "Alone", price: "100.00" },
    ],
  });
function become(product: CatalogProduct, isBundle: boolean, index = 0): void {
  const variant = product.variants[index];
  if (!variant) throw new Error("There is no such variant.");
  variant.requiresComponents = isBundle;
}

describe("a bundle", () => {
  it("gets no plans, neither Hakuna's nor by hand, and the page says why", async () => {
    const set = bundle("Camping set");
    const count = made().length;
    await fetchOffers(set);
    await link(set);
    const refused = { title: "Camping set", result: { kind: "failed", code: "is_bundle" } };
    expect(await results("offers")).toMatchObject([refused]);
    expect(await results("link")).toMatchObject([refused]);
    expect(made()).toHaveLength(count);
    expect(listsOf(set)).toEqual([undefined, undefined]);
    expect((await page()).text).toContain("is_bundle");
    expect(await readOffers(pool, domain, [set.id], "de")).toMatchObject({
      [set.id]: [{ country: "de", prices: 0, expiresAt: null, lack: { code: "is_bundle" } }],
    });
    // nobody asks again
    await aDay();
    expect(await rows(`SELECT "kind" FROM "PlanJob" WHERE "shop" = $1`)).toHaveLength(2);
  });

  it("is not counted among products without plans", async () => {
    bundle("Camping set");
    shop.catalog.add({ title: "Bike" });
    mixed("Tent");
    const many = { price: "10.00", requiresComponents: true };
    shop.catalog.add({
      title: "Bundle of many variants",
      variants: Array.from({ length: 130 }, () => many),
    });
    shop.catalog.add({
      title: "Bundle of all variants but the last",
      variants: [...Array.from({ length: 130 }, () => many), { price: "10.00" }],
    });
    await look();
    const listed = await rows<{ title: string }>(
      `SELECT "title" FROM "UncoveredProduct" WHERE "shop" = $1 ORDER BY "title"`,
    );
    expect(listed.map(({ title }) => title)).toEqual([
      "Bike",
      "Bundle of all variants but the last",
      "Tent",
    ]);
    expect(await rows(`SELECT "products" FROM "PlanCoverage" WHERE "shop" = $1`)).toEqual([
      { products: 3 },
    ]);
  });

  it("is no product without plans any more once a job has seen what it is", async () => {
    const bike = shop.catalog.add({ title: "Bike" });
    await look();
    become(bike, true);
    await fetchOffers(bike);
    expect(listsOf(bike)).toEqual([undefined, undefined]);
    expect(await rows(`SELECT 1 FROM "UncoveredProduct" WHERE "shop" = $1`)).toEqual([]);
  });

  it("gets none by itself where its collection is followed", async () => {
    const collection = shop.catalog.addCollection("Camping", []);
    await page({ intent: "follow", collection: { id: collection.id, title: "Camping" } });
    await eventually("the first look is done", async () => {
      const ready = await rows(`SELECT 1 FROM "PlanFollow" WHERE "shop" = $1 AND "isReady"`);
      return ready.length === 1;
    });
    const [set, tent] = [bundle("Camping set"), mixed("Tent")];
    collection.productIds.push(set.id, tent.id);
    await page({ intent: "look" });
    await eventually("both were looked at", async () => (await results("follow")).length === 2);
    expect(await results("follow")).toMatchObject([
      { title: "Camping set", result: { code: "is_bundle" } },
      { title: "Tent", result: { kind: "offered" } },
    ]);
    expect(listsOf(set)).toEqual([undefined, undefined]);
  });
});

describe("a variant that is a bundle", () => {
  it("gets no plans beside others that do", async () => {
    const tent = mixed("Tent");
    const count = made().length;
    await fetchOffers(tent);
    expect(made().slice(count)).toEqual([["Tent", 10_000]]);
    expect(listsOf(tent)).toEqual([["4.00", "8.00"], [], undefined]);
    expect(await results("offers")).toMatchObject([{ result: { notes: ["bundle_variants"] } }]);
    // its price is nobody's news
    await aDay();
    expect(await results("reprice")).toEqual([]);
    const set = tent.variants[0];
    if (set) set.price = "260.00";
    await aDay();
    expect(await results("reprice")).toEqual([]);
    expect(await results("withdraw")).toEqual([]);
  });

  it("has none of those that are linked by hand", async () => {
    const tent = mixed("Tent");
    await link(tent);
    expect(listsOf(tent)).toEqual([["9.00"], [], undefined]);
    // also where it is done again
    await link(tent);
    expect(listsOf(tent)).toEqual([["9.00"], [], undefined]);
  });
});

describe("plans that were made for what is a bundle", () => {
  it("are taken off within a day, also while Hakuna refuses the key, and come back with its end", async () => {
    const [bike, set] = ["Bike", "Camping set"].map((title) => shop.catalog.add({ title }));
    if (!bike || !set) throw new Error("There are no products.");
    await fetchOffers(bike, set);
    become(set, true);
    const [variant] = bike.variants;
    if (variant) variant.price = "120.00";
    await client.connect(domain, "sk_test_wrong");
    await aDay();
    expect(await results("withdraw")).toMatchObject([
      { title: "Camping set", result: { kind: "withdrawn", countries: ["de"], bundles: "all" } },
    ]);
    expect(listsOf(set)).toEqual([undefined, undefined]);
    expect(listOf(bike)).toHaveLength(2);

    await client.connect(domain);
    await eventually("the bike has its new price", () => listOf(bike)?.[0] === "4.80");
    await quiet();
    const count = made().length;
    await aDay();
    await aDay();
    // it is done once, and asked for no more
    expect(await results("withdraw")).toHaveLength(1);
    expect(made()).toHaveLength(count);
    expect((await page()).text).toContain("is_bundle");

    become(set, false);
    await aDay();
    expect(listOf(set)).toHaveLength(2);
    expect(made().slice(count)).toEqual([["Camping set", 10_000]]);
  });

  it("are taken off its variant alone where others are none", async () => {
    const boots = shop.catalog.add({
      title: "Boots",
      option: "Size",
      variants: [
        { title: "38", price: "100.00" },
        { title: "46", price: "150.00" },
        { title: "39", price: "100.00" },
      ],
    });
    await fetchOffers(boots);
    expect(listsOf(boots)).toEqual([["4.00", "8.00"], undefined, ["6.00", "12.00"], undefined]);
    become(boots, true, 1);
    await client.connect(domain, "sk_test_wrong");
    await aDay();
    expect(await results("withdraw")).toMatchObject([
      { title: "Boots", result: { kind: "withdrawn", countries: [], bundles: "some" } },
    ]);
    expect(listsOf(boots)).toEqual([["4.00", "8.00"], undefined, [], undefined]);
    // what is left is offered for what is left
    await client.connect(domain);
    await eventually("it was", async () => (await results("reprice")).length === 1);
    await quiet();
    expect(await readOffers(pool, domain, [boots.id], "de")).toMatchObject({
      [boots.id]: [{ country: "de", prices: 1, lack: null }],
    });
    await aDay();
    expect(await results("withdraw")).toHaveLength(1);
    expect(await results("reprice")).toHaveLength(1);
  });

  it("are taken off where they were linked by hand, once products are counted", async () => {
    const [tent, set] = [mixed("Tent"), bundle("Camping set")];
    for (const { variants } of [tent, set]) {
      for (const variant of variants) variant.requiresComponents = false;
    }
    await link(tent, set);
    expect([listsOf(tent), listsOf(set)]).toEqual([
      [["9.00"], undefined, undefined],
      [["9.00"], undefined],
    ]);
    become(tent, true);
    become(set, true);
    await look();
    await look();
    expect(listsOf(tent)).toEqual([["9.00"], [], undefined]);
    expect(listsOf(set)).toEqual([undefined, undefined]);
    expect(await results("withdraw")).toMatchObject([
      { title: "Tent", result: { kind: "withdrawn", countries: [], bundles: "some" } },
      { title: "Camping set", result: { kind: "withdrawn", countries: [], bundles: "all" } },
    ]);
  });

  it("are taken off where a merchant asks for new ones, and where they are renewed", async () => {
    const [first, second] = ["First set", "Second set"].map((title) => shop.catalog.add({ title }));
    if (!first || !second) throw new Error("There are no products.");
    await fetchOffers(first, second);
    become(first, true);
    become(second, true);
    await fetchOffers(first);
    expect(await results("offers")).toMatchObject([
      { result: { kind: "offered" } },
      { result: { kind: "offered" } },
      { title: "First set", result: { kind: "failed", code: "is_bundle" } },
    ]);
    expect(listsOf(first)).toEqual([undefined, undefined]);
    await pool.query(
      `UPDATE "CountryOffer" SET "expiresAt" = now() + interval '1 day' WHERE "shop" = $1`,
      [domain],
    );
    await aDay();
    expect(listsOf(second)).toEqual([undefined, undefined]);
    const left = await rows<{ lacks: string; prices: number }>(
      `SELECT "lacks", "prices" FROM "CountryOffer" WHERE "shop" = $1`,
    );
    expect(left).toEqual([
      { lacks: "is_bundle", prices: 0 },
      { lacks: "is_bundle", prices: 0 },
    ]);
  });
});
