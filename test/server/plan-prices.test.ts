import { beforeEach, describe, expect, it } from "vitest";
import type { SimulatedShop } from "#test/simulator/shopify/shop.ts";
import type { CatalogProduct } from "#test/simulator/shopify/shop-catalog.ts";
import { ask, sessionToken } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { opsHere } from "./ops.ts";
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
  domain = `prices-${shops}.myshopify.com`;
  shop = await openPlanShop(world, client, domain);
  await page("/app/plans.data");
});

const page = (path: string, body?: object) =>
  ask(world, path, { token: sessionToken(world, domain), body });

async function rows<Row extends object>(text: string): Promise<Row[]> {
  return (await pool.query<Row>(text, [domain])).rows;
}
const quiet = () =>
  eventually("no job is left", async () => {
    const running = await rows(`SELECT 1 FROM "PlanJob" WHERE "shop" = $1 AND "state" = 'running'`);
    return running.length === 0 || running.length;
  });
/** What the worker does every day. */
async function aDay(): Promise<void> {
  await opsHere(["renew-offers"], world.env);
  await quiet();
}
async function fetchOffers(...products: CatalogProduct[]): Promise<void> {
  const productIds = products.map(({ id }) => id);
  await page("/app/plans.data", { intent: "offers", productIds, collectionIds: [] });
  await quiet();
}
async function sellIn(...sellingCountries: string[]): Promise<void> {
  const settings = {
    ...{ environment: "sandbox", share: "protected", productIdentifier: "variant", country: "de" },
    ...{ sendTestOrders: false, sendOlderOrders: false, acceptSuggestions: false },
    sellingCountries,
  };
  const body = { intent: "save", settings, apiKey: null, sentOrders: null, untested: false };
  expect((await page("/app/settings.data", body)).text).toContain("saved");
  await quiet();
}
const repriceJobs = () =>
  rows<{ total: number; done: number; failed: number }>(
    `SELECT "total", "done", "failed" FROM "PlanJob"
      WHERE "shop" = $1 AND "kind" = 'reprice' ORDER BY "createdAt"`,
  );

/** The prices of the plans that are linked to a product or its variant, as buyers see them. */
function plansOf({ metafields }: Pick<CatalogProduct, "metafields">): string[] {
  const ids: string[] = JSON.parse(metafields.get("app.plans")?.value ?? "[]");
  return ids.map((id) => shop.catalog.variant(id)?.variant.price ?? "gone");
}
function setPrice(product: CatalogProduct, price: string, index = 0): void {
  const variant = product.variants[index];
  if (!variant) throw new Error("There is no such variant.");
  variant.price = price;
}
const askedSince = (count: number) =>
  world.hakuna.offers.made
    .slice(count)
    .map(({ asked }) => [asked.country, asked.product.title, asked.product.price.amount]);

describe("a product that costs something else than when its offer was made", () => {
  it("gets plans for its new price within a day, and the page tells", async () => {
    const bike = shop.catalog.add({ title: "City bike", variants: [{ price: "899.00" }] });
    const boots = shop.catalog.add({ title: "Boots", variants: [{ price: "100.00" }] });
    await fetchOffers(bike, boots);
    const count = world.hakuna.offers.made.length;
    await aDay();
    // a look that finds nothing leaves nothing
    expect(await repriceJobs()).toEqual([]);
    expect(askedSince(count)).toEqual([]);

    setPrice(bike, "950.00");
    await aDay();
    expect(plansOf(bike)).toEqual(["38.00", "76.00", "114.00"]);
    expect(askedSince(count)).toEqual([["de", "City bike", 95_000]]);
    expect(await repriceJobs()).toEqual([{ total: 1, done: 1, failed: 0 }]);
    const { text } = await page("/app/plans.data");
    const told = ['"reprice"', '"isRepriced"', "3596", "3800", "City bike"];
    expect(told.filter((part) => !text.includes(part))).toEqual([]);

    // and back again: what was offered first is not what it has now
    setPrice(bike, "899.00");
    await aDay();
    expect(plansOf(bike)).toEqual(["35.96", "71.92", "107.88"]);
    await aDay();
    expect(await repriceJobs()).toHaveLength(2);
  });

  it("is seen also where a price between others, or only another country's, changed", async () => {
    const market = shop.markets.add(["FR"], { currency: "EUR", percent: 0 });
    await sellIn("fr");
    const shirt = shop.catalog.add({
      title: "Shirt of three prices",
      variants: [{ price: "100.00" }, { price: "150.00" }, { price: "180.00" }],
    });
    const lamp = shop.catalog.add({ title: "Lamp" });
    await fetchOffers(shirt, lamp);
    setPrice(shirt, "160.00", 1);
    await aDay();
    const changes = await rows<{ plans: { country: string; before: number; price: number }[] }>(
      `SELECT p."result" -> 'plans' AS "plans" FROM "PlanJobProduct" p
         JOIN "PlanJob" j ON j."shop" = p."shop" AND j."id" = p."jobId"
        WHERE p."shop" = $1 AND j."kind" = 'reprice'`,
    );
    // its plan is called after its price, and has another name: the page tells what it cost before
    const [result] = changes;
    const changed = result?.plans.filter(({ before, price }) => before !== price);
    expect(changed).toMatchObject(
      ["de", "fr"].flatMap((country) => [
        { country, before: 600, price: 640 },
        { country, before: 1200, price: 1280 },
      ]),
    );
    const count = world.hakuna.offers.made.length;
    if (market.priceList) market.priceList.percent = 10;
    await aDay();
    const french = askedSince(count).filter(([country]) => country === "fr");
    expect(french.toSorted()).toEqual([
      ["fr", "Lamp", 11_000],
      ["fr", "Shirt of three prices", 11_000],
      ["fr", "Shirt of three prices", 17_600],
      ["fr", "Shirt of three prices", 19_800],
    ]);
  });

  it("loses its plans where Hakuna makes no offer for the new price", async () => {
    const bike = shop.catalog.add({ title: "Dear bike", variants: [{ price: "899.00" }] });
    const sticker = shop.catalog.add({ title: "Given away", variants: [{ price: "20.00" }] });
    await fetchOffers(bike, sticker);
    setPrice(bike, "99000.00");
    setPrice(sticker, "0.00");
    world.hakuna.offers.behavior = { unknown: ["Dear bike"] };
    await aDay();
    expect([plansOf(bike), plansOf(sticker)]).toEqual([[], []]);
    expect(await repriceJobs()).toEqual([{ total: 2, done: 2, failed: 2 }]);
    // nor is it asked for every day
    await aDay();
    expect(await repriceJobs()).toHaveLength(1);
  });

  it("is tried once where it gets no offer, told once, and again when something changed", async () => {
    const shirt = shop.catalog.add({
      title: "Shirt of many prices",
      variants: Array.from({ length: 21 }, () => ({ price: "100.00" })),
    });
    const lamp = shop.catalog.add({ title: "Lamp in dollars", variants: [{ price: "90.00" }] });
    const coat = shop.catalog.add({
      title: "Coat of two prices",
      variants: [{ price: "100.00" }, { price: "150.00" }],
    });
    await fetchOffers(shirt, lamp, coat);
    shirt.variants.forEach((_, index) => {
      setPrice(shirt, `${100 + index}.00`, index);
    });
    setPrice(lamp, "95.00");
    setPrice(coat, "160.00", 1);
    world.hakuna.offers.behavior = { currency: "usd" };
    shop.catalog.newVariantsLeft = 0;
    await aDay();
    expect(await repriceJobs()).toEqual([{ total: 3, done: 3, failed: 3 }]);
    // nobody else would see why
    const lacks = () =>
      rows<{ lacks: string | null }>(
        `SELECT "lacks" FROM "CountryOffer" WHERE "shop" = $1 ORDER BY "lacks"`,
      ).then((all) => all.map((one) => one.lacks));
    expect(await lacks()).toEqual(["other_currency", "other_currency", "too_many_prices"]);
    await aDay();
    await aDay();
    expect(await repriceJobs()).toHaveLength(1);

    // the lamp costs something else, the coat is called otherwise, the shirt has prices enough still
    world.hakuna.offers.behavior = {};
    setPrice(lamp, "96.00");
    coat.title = "Coat of two colors";
    setPrice(shirt, "130.00", 20);
    await aDay();
    const [, second] = await repriceJobs();
    expect(second).toEqual({ total: 3, done: 3, failed: 2 });
    expect(plansOf(lamp)).toEqual(["3.84", "7.68"]);
    expect(await lacks()).toEqual(["shopify_refused", "too_many_prices", null]);
    await aDay();
    expect(await repriceJobs()).toHaveLength(2);

    // what Shopify refused is tried again after a week: it has limits of a day
    shop.catalog.newVariantsLeft = Number.POSITIVE_INFINITY;
    await pool.query(
      `UPDATE "CountryOffer" SET "refusedAt" = "refusedAt" - interval '8 days' WHERE "shop" = $1`,
      [domain],
    );
    setPrice(shirt, "100.00", 20);
    await aDay();
    expect(await lacks()).toEqual([null, null, null]);
    expect(await repriceJobs()).toHaveLength(3);
  });

  it("has plans again when it costs again what Hakuna makes an offer for", async () => {
    const bike = shop.catalog.add({ title: "Mistyped bike", variants: [{ price: "899.00" }] });
    await fetchOffers(bike);
    setPrice(bike, "89900.00");
    world.hakuna.offers.behavior = { unknown: ["Mistyped bike"] };
    await aDay();
    expect(plansOf(bike)).toEqual([]);
    world.hakuna.offers.behavior = {};
    setPrice(bike, "899.00");
    await aDay();
    expect(plansOf(bike)).toEqual(["35.96", "71.92", "107.88"]);
    await aDay();
    expect(await repriceJobs()).toHaveLength(2);
  });

  it("whose offer ends is renewed once before and once behind the end, not every day", async () => {
    const shirt = shop.catalog.add({
      title: "Shirt that got many prices",
      variants: Array.from({ length: 21 }, () => ({ price: "100.00" })),
    });
    await fetchOffers(shirt);
    shirt.variants.forEach((_, index) => {
      setPrice(shirt, `${100 + index}.00`, index);
    });
    await aDay();
    const jobs = () =>
      rows<{ kind: string }>(
        `SELECT "kind" FROM "PlanJob" WHERE "shop" = $1 AND "kind" <> 'coverage'
          ORDER BY "createdAt"`,
      ).then((all) => all.map(({ kind }) => kind));
    const endsIn = (days: number) =>
      pool.query(
        `UPDATE "CountryOffer" SET "expiresAt" = now() + $2 * interval '1 day',
                "refusedAt" = CASE WHEN $2 < 0 THEN now() - interval '2 days'
                                   ELSE now() - interval '20 days' END WHERE "shop" = $1`,
        [domain, days],
      );
    const before = ["offers", "reprice"];
    expect(await jobs()).toEqual(before);
    await endsIn(2);
    for (const _ of [1, 2]) await aDay();
    expect(await jobs()).toEqual([...before, "renew"]);
    await endsIn(-1);
    for (const _ of [1, 2, 3]) await aDay();
    expect((await jobs()).toSorted()).toEqual([...before, "renew", "renew", "withdraw"].toSorted());
  });

  it("is left alone where the merchant took its plans off", async () => {
    const bike = shop.catalog.add({ title: "Plain bike", variants: [{ price: "899.00" }] });
    await fetchOffers(bike);
    await page("/app/plans.data", {
      ...{ intent: "unlink", productIds: [bike.id], collectionIds: [] },
    });
    await quiet();
    setPrice(bike, "950.00");
    await aDay();
    expect(plansOf(bike)).toEqual([]);
    expect(await repriceJobs()).toEqual([]);
  });

  it("is found among many, also when a process ends in the middle of the look", async () => {
    await sellIn("fr", "at");
    const bikes = Array.from({ length: 20 }, (_, index) =>
      shop.catalog.add({ title: `Bike ${String(index).padStart(2, "0")}` }),
    );
    await fetchOffers(...bikes);
    const last = bikes.toSorted((a, b) => (a.id < b.id ? -1 : 1)).at(-1);
    if (!last) throw new Error("There are no bikes.");
    setPrice(last, "120.00");
    const held = Promise.withResolvers<void>();
    shop.faults.plan({ kind: "held", until: held.promise }, { of: "CountryRanges", times: 1 });
    await opsHere(["renew-offers"], world.env);
    await worker.stop("SIGKILL");
    held.resolve();
    worker = world.startProcess("app/worker.ts");
    await quiet();
    const six = [1, 2].flatMap((years) => ["de", "fr", "at"].map(() => `${years * 4.8}0`));
    expect(plansOf(last).toSorted()).toEqual(six.toSorted());
    expect(await repriceJobs()).toEqual([{ total: 1, done: 1, failed: 0 }]);
  });
});
