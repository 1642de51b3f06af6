import { beforeEach, describe, expect, it } from "vitest";
import { readPriceChanges } from "#app/plans/coverage/coverage-page.ts";
import type { SimulatedShop } from "#test/simulator/shopify/shop.ts";
import type { CatalogCollection, CatalogProduct } from "#test/simulator/shopify/shop-catalog.ts";
import { ask, sessionToken } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { openPlanShop } from "./plan-shop.ts";

const { world, client } = await openWorld();
// two work on plan jobs: the server and this one
let worker = world.startProcess("app/worker.ts");
const { pool } = client;
let domain: string;
let shop: SimulatedShop;
let shops = 0;

beforeEach(async () => {
  shops += 1;
  domain = `coverage-${shops}.myshopify.com`;
  shop = await openPlanShop(world, client, domain);
});

const page = (body?: object, query = "") =>
  ask(world, `/app/plans.data${query}`, { token: sessionToken(world, domain), body });
const none = { productIds: [], collectionIds: [] };

async function rows<Row extends object>(text: string): Promise<Row[]> {
  return (await pool.query<Row>(text, [domain])).rows;
}
const quiet = () =>
  eventually("no job is left", async () => {
    const [left] = await rows<{ count: number }>(
      `SELECT count(*)::int AS "count" FROM "PlanJob" WHERE "shop" = $1 AND "state" = 'running'`,
    );
    return left?.count === 0 || (left?.count ?? -1);
  });
const plansOf = (product: CatalogProduct): string[] =>
  JSON.parse(product.metafields.get("app.plans")?.value ?? "[]");

/** What the page says of coverage, once a look has come to its end. */
async function uncovered(): Promise<{ products: number; titles: string[] }> {
  await page();
  await quiet();
  const listed = await rows<{ title: string }>(
    `SELECT "title" FROM "UncoveredProduct" WHERE "shop" = $1 ORDER BY "title"`,
  );
  const [looked] = await rows<{ products: number }>(
    `SELECT "products" FROM "PlanCoverage" WHERE "shop" = $1`,
  );
  return { products: looked?.products ?? -1, titles: listed.map(({ title }) => title) };
}

/** As an hour goes by. */
const anHourLater = () =>
  pool.query(
    `UPDATE "PlanCoverage" SET "finishedAt" = "finishedAt" - interval '61 minutes' WHERE "shop" = $1`,
    [domain],
  );

describe("products without plans", () => {
  it("are counted and listed: what is on sale and can have plans", async () => {
    const [red] = ["Red bike", "Blue bike"].map((title) => shop.catalog.add({ title }));
    shop.catalog.add({ title: "Sticker", variants: [{ price: "0.00" }] });
    shop.catalog.add({ title: "Gift card" }).isGiftCard = true;
    shop.catalog.add({ title: "Draft" }).status = "DRAFT";
    shop.catalog.add({ title: "Our plans", vendor: "Hakuna" });
    expect(await uncovered()).toEqual({ products: 2, titles: ["Blue bike", "Red bike"] });
    const { text } = await page();
    expect(text).toContain("Blue bike");
    // looks leave nothing that is told as a job
    expect(await rows(`SELECT 1 FROM "PlanJob" WHERE "shop" = $1`)).toEqual([]);

    // what the app does is known without another look
    await page({ intent: "offers", ...none, productIds: [red?.id] });
    await quiet();
    expect(await uncovered()).toEqual({ products: 2, titles: ["Blue bike"] });
    await page({ intent: "unlink", ...none, productIds: [red?.id] });
    await quiet();
    expect((await uncovered()).titles).toEqual(["Blue bike", "Red bike"]);

    // what others do is known after one
    shop.catalog.products.delete(red?.id ?? "");
    shop.catalog.add({ title: "Green bike" });
    expect((await uncovered()).titles).toEqual(["Blue bike", "Red bike"]);
    await anHourLater();
    expect(await uncovered()).toEqual({ products: 2, titles: ["Blue bike", "Green bike"] });
  });

  it("are counted again a minute after there were none: the shop is being set up", async () => {
    expect(await uncovered()).toEqual({ products: 0, titles: [] });
    shop.catalog.add({ title: "Red bike" });
    await pool.query(
      `UPDATE "PlanCoverage" SET "finishedAt" = "finishedAt" - interval '2 minutes' WHERE "shop" = $1`,
      [domain],
    );
    expect(await uncovered()).toEqual({ products: 1, titles: ["Red bike"] });
  });

  it("all get plans at once, page by page, also when a process ends in the middle", async () => {
    const bikes = Array.from({ length: 450 }, (_, index) =>
      shop.catalog.add({ title: `Bike ${String(index).padStart(3, "0")}` }),
    );
    const held = Promise.withResolvers<void>();
    shop.faults.plan({ kind: "held", until: held.promise }, { of: "PlanCoverage", times: 1 });
    await page();
    await worker.stop("SIGKILL");
    held.resolve();
    worker = world.startProcess("app/worker.ts");
    expect(await uncovered()).toMatchObject({ products: 450, titles: { length: 450 } });
    // few of them, so that the test takes no minutes
    for (const { id } of bikes.slice(3)) shop.catalog.products.delete(id);
    await anHourLater();
    expect(await uncovered()).toMatchObject({ products: 3 });
    expect((await page({ intent: "cover" })).text).toContain("started");
    await quiet();
    for (const bike of bikes.slice(0, 3)) expect(plansOf(bike)).toHaveLength(2);
    expect((await uncovered()).titles).toEqual([]);
    expect((await page({ intent: "cover" })).text).toContain("nothing");
  });
});

describe("new products of a collection", () => {
  let collection: CatalogCollection;
  let old: CatalogProduct;

  beforeEach(() => {
    old = shop.catalog.add({ title: "Old bike" });
    collection = shop.catalog.addCollection("Bikes", [old.id]);
  });

  const put = (title: string, price = "100.00") => {
    const product = shop.catalog.add({ title, variants: [{ price }] });
    collection.productIds.push(product.id);
    return product;
  };
  const chosen = (id = collection.id) => ({ intent: "follow", collection: { id, title: "Bikes" } });
  const ready = () =>
    eventually("the first look is done", async () => {
      const [row] = await rows<{ isReady: boolean }>(
        `SELECT "isReady" FROM "PlanFollow" WHERE "shop" = $1`,
      );
      return row?.isReady === true;
    });
  /** A day goes by, or somebody asks. */
  async function look(): Promise<void> {
    await page({ intent: "look" });
    await eventually("it was looked", async () => {
      const due = await rows(
        `SELECT 1 FROM "PlanFollow" WHERE "shop" = $1 AND "dueAt" > now() + interval '1 hour'`,
      );
      return due.length === 1;
    });
    await quiet();
  }
  const followJobs = () =>
    rows<{ total: number; done: number }>(
      `SELECT "total", "done" FROM "PlanJob" WHERE "shop" = $1 AND "kind" = 'follow'
        ORDER BY "createdAt"`,
    );

  it("get plans by themselves, once; those that were in it do not", async () => {
    await page(chosen());
    await ready();
    const bike = put("New bike");
    await look();
    expect(plansOf(bike)).toHaveLength(2);
    expect(plansOf(old)).toEqual([]);
    expect(await followJobs()).toEqual([{ total: 1, done: 1 }]);
    const { text } = await page();
    expect(text).toContain("New bike");
    // looks that find nothing leave no job
    await look();
    expect(await followJobs()).toHaveLength(1);
  });

  it("are noticed once a day without a word", async () => {
    await page(chosen());
    await ready();
    const bike = put("New bike");
    await pool.query(`UPDATE "PlanFollow" SET "dueAt" = now() WHERE "shop" = $1`, [domain]);
    await eventually("it has plans", () => plansOf(bike).length === 2);
    expect(await followJobs()).toHaveLength(1);
  });

  it("do not get plans again that a merchant took off, whichever collection is chosen", async () => {
    await page(chosen());
    await ready();
    const bike = put("New bike");
    await look();
    await page({ intent: "unlink", ...none, productIds: [bike.id] });
    await quiet();
    await look();
    expect(plansOf(bike)).toEqual([]);
    const others = shop.catalog.addCollection("Others", []);
    await page(chosen(others.id));
    await ready();
    others.productIds.push(bike.id);
    await look();
    expect(plansOf(bike)).toEqual([]);
  });

  it("are left alone where somebody else gave them plans first", async () => {
    await page(chosen());
    await ready();
    const bike = put("New bike");
    await page({ intent: "offers", ...none, productIds: [bike.id] });
    await quiet();
    const made = world.hakuna.offers.made.length;
    await look();
    expect(world.hakuna.offers.made).toHaveLength(made);
    expect(await followJobs()).toEqual([]);
  });

  it("are tried again while they are not finished, and then no more", async () => {
    await page(chosen());
    await ready();
    const bike = put("Unfinished bike", "0.00");
    await look();
    expect(plansOf(bike)).toEqual([]);
    const [variant] = bike.variants;
    if (variant) variant.price = "120.00";
    await look();
    expect(plansOf(bike)).toHaveLength(2);
    const never = put("Free bike", "0.00");
    for (let day = 0; day < 9; day += 1) await look();
    const [row] = await rows<{ tries: number; state: string }>(
      `SELECT "tries", "state" FROM "FollowedProduct"
        WHERE "shop" = $1 AND "productId" = '${never.id}'`,
    );
    expect(row).toEqual({ tries: 7, state: "failed" });
  });

  it("get none once it is turned off, and a collection that is gone is said", async () => {
    await page(chosen());
    await ready();
    shop.catalog.collections.delete(collection.id);
    await look();
    expect(await rows(`SELECT "isGone" FROM "PlanFollow" WHERE "shop" = $1`)).toEqual([
      { isGone: true },
    ]);
    shop.catalog.collections.set(collection.id, collection);
    await page({ intent: "unfollow" });
    const bike = put("Late bike");
    expect(await rows(`SELECT 1 FROM "PlanFollow" WHERE "shop" = $1`)).toEqual([]);
    await page({ intent: "look" });
    await quiet();
    expect(plansOf(bike)).toEqual([]);
  });

  it("is a look for one of two processes, also when one ends in the middle", async () => {
    await page(chosen());
    await ready();
    const bikes = [put("First"), put("Second")];
    const held = Promise.withResolvers<void>();
    shop.faults.plan({ kind: "held", until: held.promise }, { of: "CollectionForPlans", times: 1 });
    await page({ intent: "look" });
    await worker.stop("SIGKILL");
    held.resolve();
    worker = world.startProcess("app/worker.ts");
    await eventually("both have plans", () => bikes.every((bike) => plansOf(bike).length === 2));
    await quiet();
    expect(await followJobs()).toEqual([{ total: 2, done: 2 }]);
  });
});

it("tells what a renewal made dearer, and of nothing that stayed as it was", async () => {
  const bike = shop.catalog.add({ title: "City bike", variants: [{ price: "899.00" }] });
  const boots = shop.catalog.add({ title: "Boots", variants: [{ price: "100.00" }] });
  await page({ intent: "offers", ...none, productIds: [bike.id, boots.id] });
  await quiet();
  expect(await readPriceChanges(pool, domain)).toEqual([]);
  const [variant] = bike.variants;
  if (variant) variant.price = "950.00";
  await page({ intent: "offers", ...none, productIds: [bike.id, boots.id] });
  await quiet();
  expect(await readPriceChanges(pool, domain)).toEqual(
    [
      [3596, 3800],
      [7192, 7600],
      [10_788, 11_400],
    ].map(([before, price]) => ({
      ...{ productId: bike.id, product: "City bike", plan: expect.any(String), country: "de" },
      ...{ before, price, currency: "EUR", at: expect.any(Number) },
      isRepriced: false,
    })),
  );
});
