import { beforeEach, describe, expect, it } from "vitest";
import type { SimulatedShop } from "#test/simulator/shopify/shop.ts";
import type { CatalogProduct } from "#test/simulator/shopify/shop-catalog.ts";
import { metafieldId, optionValueId } from "#test/simulator/shopify/shop-translations.ts";
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
  domain = `countries-${shops}.myshopify.com`;
  world.hakuna.behave({});
  shop = await openPlanShop(world, client, domain);
  // the app learns of its scopes as it does from the page
  expect((await page("/app/plans.data")).status).toBe(200);
});

const page = (path: string, body?: object) =>
  ask(world, path, { token: sessionToken(world, domain), body });

/** The merchant saves where plans are sold beside the shop's own country. */
const sellIn = (...sellingCountries: string[]) => sellFrom("de", ...sellingCountries);

async function sellFrom(country: string, ...sellingCountries: string[]) {
  const settings = {
    ...{ environment: "sandbox", share: "protected", productIdentifier: "variant", country },
    ...{ sendTestOrders: false, sendOlderOrders: false, acceptSuggestions: false },
    sellingCountries,
  };
  const body = { intent: "save", settings, apiKey: null, sentOrders: null, untested: false };
  const answer = await page("/app/settings.data", body);
  expect(answer.text).toContain("saved");
}

async function fetchOffers(...products: CatalogProduct[]) {
  const productIds = products.map(({ id }) => id);
  await page("/app/plans.data", { intent: "offers", productIds, collectionIds: [] });
  await done();
}

async function connect(environment: "sandbox" | "production", ...more: string[]) {
  const key = environment === "sandbox" ? "sk_test_demo" : "sk_live_demo";
  const args = ["connect", domain, "--environment", environment, "--api-key", key, ...more];
  expect(await opsHere(args, world.env)).toMatchObject({ code: 0 });
}

async function jobKinds(): Promise<string[]> {
  const { rows } = await client.pool.query<{ kind: string }>(
    `SELECT "kind" FROM "PlanJob" WHERE "shop" = $1 AND ("kind" <> 'reprice' OR "total" > 0) ORDER BY "createdAt"`,
    [domain],
  );
  return rows.map(({ kind }) => kind);
}

type Row = { productId: string; state: string; result: Record<string, unknown> };
async function lastJob(): Promise<{ kind: string; state: string; rows: Row[] }> {
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
const lastResult = async () => (await lastJob()).rows[0]?.result;

const plansOf = ({ metafields }: Pick<CatalogProduct, "metafields">): string[] =>
  JSON.parse(metafields.get("app.plans")?.value ?? "[]");
function plan(id: string) {
  const found = shop.catalog.variant(id);
  if (!found) throw new Error(`There is no plan ${id}.`);
  const { product, variant } = found;
  const metafield = (key: string) => variant.metafields.get(`app.${key}`)?.value;
  return { product, variant, metafield };
}
/** What a product's plans say: country, handle of their product without ids, and offered price. */
const said = (ids: string[]) =>
  ids
    .map(plan)
    .map(({ product, metafield }) => [
      metafield("country"),
      product.handle.replace(/\d+/, "ID"),
      metafield("offer_price"),
    ]);
const asked = (title: string) =>
  world.hakuna.offers.made
    .filter((made) => made.asked.product.title === title)
    .map((made) => [made.asked.country, made.asked.product.price]);

const german = ["de", "hakuna-protection-ID"];
const french = ["fr", "hakuna-protection-ID-fr"];

describe("plans of several countries", () => {
  it("are fetched for each, told apart by country and handle, and all linked", async () => {
    await sellIn("fr");
    const bike = shop.catalog.add({ title: "Bike of two countries" });
    await fetchOffers(bike);
    expect(asked("Bike of two countries")).toEqual([
      ["de", { amount: 10_000, currency: "eur" }],
      ["fr", { amount: 10_000, currency: "eur" }],
    ]);
    const ids = plansOf(bike);
    expect(said(ids)).toEqual([
      [...german, "400 EUR"],
      [...german, "800 EUR"],
      [...french, "400 EUR"],
      [...french, "800 EUR"],
    ]);
    const { rows } = await client.pool.query(
      `SELECT DISTINCT "country" FROM "PlanOffer" WHERE "shop" = $1 ORDER BY 1`,
      [domain],
    );
    expect(rows).toEqual([{ country: "de" }, { country: "fr" }]);
    // done twice it gives the same
    await fetchOffers(bike);
    expect(plansOf(bike)).toEqual(ids);
  });

  it("are asked for at what the country's buyers pay, in their currency", async () => {
    shop.markets.add(["CH"], { currency: "CHF", rate: 0.9 });
    shop.markets.add(["FR"], { percent: 10 });
    await sellIn("ch", "fr");
    world.hakuna.offers.behavior = { countries: ["de", "ch", "fr"] };
    const boots = shop.catalog.add({
      title: "Boots of three countries",
      option: "Size",
      variants: [
        { title: "38", price: "100.00" },
        { title: "46", price: "150.00" },
      ],
    });
    await fetchOffers(boots);
    expect(asked("Boots of three countries")).toEqual([
      ["de", { amount: 10_000, currency: "eur" }],
      ["de", { amount: 15_000, currency: "eur" }],
      ["ch", { amount: 9_000, currency: "chf" }],
      ["ch", { amount: 13_500, currency: "chf" }],
      ["fr", { amount: 11_000, currency: "eur" }],
      ["fr", { amount: 16_500, currency: "eur" }],
    ]);
    const swiss = ["ch", "hakuna-protection-ID-ch"];
    const large = boots.variants[1];
    if (!large) throw new Error("There is no such size.");
    expect(said(plansOf(large))).toEqual([
      [...german, "600 EUR"],
      [...german, "1200 EUR"],
      [...swiss, "540 CHF"],
      [...swiss, "1080 CHF"],
      [...french, "660 EUR"],
      [...french, "1320 EUR"],
    ]);
    expect(plan(plansOf(large)[2] ?? "").variant.price).toBe("6.00");
  });

  it("follow the settings: further ones are fetched, those of others taken off", async () => {
    const bike = shop.catalog.add({ title: "Bike" });
    await fetchOffers(bike);
    expect(said(plansOf(bike)).map(([country]) => country)).toEqual(["de", "de"]);
    const own = plansOf(bike);
    await sellIn("fr", "nl");
    await eventually("it is fetched", async () => plansOf(bike).length === 6);
    await done();
    expect(plansOf(bike).slice(0, 2)).toEqual(own);
    await sellIn("nl");
    await eventually("it is taken off", async () => plansOf(bike).length === 4);
    await done();
    const countries = said(plansOf(bike)).map(([country]) => country);
    expect(countries).toEqual(["de", "de", "nl", "nl"]);
    await sellIn("nl");
    expect(await jobKinds()).toEqual(["offers", "renew", "withdraw", "renew"]);
  });

  it("are changed while products are done: those that are done by then are done again", async () => {
    const bikes = ["Bike 1", "Bike 2", "Bike 3"].map((title) => shop.catalog.add({ title }));
    await fetchOffers(...bikes);
    shop.faults.plan({ kind: "slow", ms: 1_500 }, { of: "SetPlanProduct", times: 12 });
    await sellIn("fr");
    await eventually("the first is done", async () =>
      bikes.some((bike) => plansOf(bike).length === 4),
    );
    await sellIn("nl");
    await eventually("all jobs are done", async () => {
      const { rows } = await client.pool.query(
        `SELECT "productId" FROM "PlanJobProduct" WHERE "shop" = $1 AND "state" = 'waiting'`,
        [domain],
      );
      return rows.length === 0 || `${rows.length} are waiting`;
    });
    const countries = bikes.map((bike) => said(plansOf(bike)).map(([country]) => country));
    expect(countries).toEqual(bikes.map(() => ["de", "de", "nl", "nl"]));
    const { rows } = await client.pool.query(
      `SELECT "total" FROM "PlanJob" WHERE "shop" = $1 AND "kind" = 'renew' ORDER BY "createdAt"`,
      [domain],
    );
    // what had not begun is not queued twice
    expect(rows.map(({ total }) => total)[0]).toBe(3);
    expect(rows.map(({ total }) => total)[1]).toBeLessThan(3);
  });

  it("are made however long all countries take together, each once, through a restart", async () => {
    await sellIn("fr", "nl", "at");
    // longer than a run goes on for
    shop.faults.plan({ kind: "slow", ms: 6_000 }, { of: "SetPlanProduct", times: 4 });
    const bike = shop.catalog.add({ title: "Bike" });
    await page("/app/plans.data", { intent: "offers", productIds: [bike.id], collectionIds: [] });
    const made = () => shop.asked.filter(({ query }) => query.includes("SetPlanProduct")).length;
    const kept = async () => {
      const { rows } = await client.pool.query<{ countries: string[] }>(
        `SELECT jsonb_path_query_array(coalesce("progress", '{}'), '$.steps[*].country') AS "countries"
           FROM "PlanJobProduct" WHERE "shop" = $1 AND "state" = 'waiting'`,
        [domain],
      );
      return rows[0];
    };
    await eventually("two are done", async () => (await kept())?.countries.length === 2);
    expect((await kept())?.countries).toEqual(["de", "fr"]);
    await world.restart("SIGKILL");
    await eventually("it is done", async () => {
      const { state } = await lastJob();
      return state === "done" || `${state}, ${made()} made`;
    });
    expect(said(plansOf(bike)).map(([country]) => country)).toEqual(
      ["de", "fr", "nl", "at"].flatMap((country) => [country, country]),
    );
    // what was under way at the restart may have been asked twice
    expect(made()).toBeLessThanOrEqual(5);
    expect((await lastJob()).rows.map(({ state }) => state)).toEqual(["done"]);
  });

  it("of a renewal give way to what the merchant asks for, and stay off where that took them", async () => {
    const bikes = ["Bike 1", "Bike 2", "Bike 3", "Bike 4"].map((title) =>
      shop.catalog.add({ title }),
    );
    await fetchOffers(...bikes);
    shop.faults.plan({ kind: "slow", ms: 3_000 }, { of: "SetPlanProduct", times: 8 });
    await sellIn("fr");
    await eventually("the renewal is at work", async () =>
      bikes.some((bike) => plansOf(bike).length === 4),
    );
    const last = bikes.at(-1);
    if (!last) throw new Error("There is no bike.");
    const productIds = [last.id];
    await page("/app/plans.data", { intent: "unlink", productIds, collectionIds: [] });
    await eventually("it is taken off", async () => {
      const { rows } = await client.pool.query<{ state: string }>(
        `SELECT "state" FROM "PlanJob" WHERE "shop" = $1 AND "kind" = 'unlink'`,
        [domain],
      );
      return rows[0]?.state === "done";
    });
    const renewal = async () => {
      const { rows } = await client.pool.query<{ state: string; left: boolean }>(
        `SELECT j."state", (SELECT p."result" ->> 'kind' = 'left' FROM "PlanJobProduct" p
            WHERE p."shop" = $1 AND p."jobId" = j."id" AND p."productId" = $2) AS "left"
           FROM "PlanJob" j WHERE j."shop" = $1 AND j."kind" = 'renew'`,
        [domain, last.id],
      );
      return rows[0];
    };
    shop.faults.clear();
    await eventually("the renewal is done", async () => (await renewal())?.state === "done");
    expect(await renewal()).toEqual({ state: "done", left: true });
    expect(bikes.map((bike) => plansOf(bike).length)).toEqual([4, 4, 4, 0]);
  });

  it("lack where Hakuna sells none: it says so, and is asked again no sooner than a day later", async () => {
    world.hakuna.offers.behavior = { countries: ["de"] };
    await sellIn("us");
    const bike = shop.catalog.add({ title: "Bike" });
    const sofa = shop.catalog.add({ title: "Sofa" });
    await fetchOffers(bike, sofa);
    expect(said(plansOf(bike)).map(([country]) => country)).toEqual(["de", "de"]);
    const { rows } = await lastJob();
    expect(rows.map(({ state }) => state)).toEqual(["done", "done"]);
    const lack = { country: "us", code: "country_unsupported" };
    expect(rows.map(({ result }) => result.lacking)).toEqual([
      [{ ...lack, words: expect.stringContaining("country_unsupported") }],
      // not asked for each product anew
      [{ ...lack, words: null }],
    ]);
    const { rows: answers } = await client.pool.query(
      `SELECT "countryAnswers" #> '{us,sells}' AS "us", "countryAnswers" #> '{de,sells}' AS "de"
         FROM "Shop" WHERE "domain" = $1`,
      [domain],
    );
    expect(answers).toEqual([{ us: false, de: true }]);

    world.hakuna.offers.behavior = { countries: ["de", "us"] };
    await client.pool.query(
      `UPDATE "Shop" SET "countryAnswers" = jsonb_set("countryAnswers", '{us,at}', '0') WHERE "domain" = $1`,
      [domain],
    );
    await fetchOffers(bike);
    expect(said(plansOf(bike)).map(([country]) => country)).toEqual(["de", "de", "us", "us"]);
  });

  it("stand until they are over where one is not renewed, and go alone then", async () => {
    await sellIn("fr");
    const bike = shop.catalog.add({ title: "Bike" });
    world.hakuna.offers.behavior = { lastsMs: 2 * 24 * 3_600_000 };
    await fetchOffers(bike);
    const ids = plansOf(bike);
    const offers = ids.map((id) => plan(id).metafield("offer_id"));
    const renew = async () => {
      await opsHere(["renew-offers"], world.env);
      await eventually("renewed", async () => (await lastJob()).kind === "renew");
      await done();
    };
    world.hakuna.offers.behavior = { countries: ["de"], lastsMs: 2 * 24 * 3_600_000 };
    await renew();
    expect(plansOf(bike)).toEqual(ids);
    const now = ids.map((id) => plan(id).metafield("offer_id"));
    expect(now.map((id, index) => id === offers[index])).toEqual([false, false, true, true]);

    await client.pool.query(
      `UPDATE "CountryOffer" SET "expiresAt" = now() WHERE "shop" = $1 AND "country" = 'fr'`,
      [domain],
    );
    await renew();
    expect(plansOf(bike)).toEqual(ids.slice(0, 2));
    expect(await lastResult()).toMatchObject({ lacking: [{ country: "fr", code: "offer_ended" }] });
  });
});

it("whose links were written while variants' lists could be wrong are renewed once", async () => {
  const boots = shop.catalog.add({
    title: "Boots",
    option: "Size",
    variants: [
      { title: "38", price: "100.00" },
      { title: "46", price: "150.00" },
    ],
  });
  const bike = shop.catalog.add({ title: "Bike" });
  await fetchOffers(boots, bike);
  const large = boots.variants[1];
  if (!large) throw new Error("There is no such size.");
  const own = plansOf(large);
  expect(own).toHaveLength(2);
  large.metafields.delete("app.plans");
  await client.pool.query(`UPDATE "CountryOffer" SET "ownLists" = false WHERE "shop" = $1`, [
    domain,
  ]);
  await opsHere(["renew-offers"], world.env);
  await done();
  expect(plansOf(large)).toEqual(own);
  const jobs = async () => {
    const { rows } = await client.pool.query(
      `SELECT "kind", "total" FROM "PlanJob" WHERE "shop" = $1 AND ("kind" <> 'reprice' OR "total" > 0)
        ORDER BY "createdAt"`,
      [domain],
    );
    return rows;
  };
  // a product of one price has no lists of variants
  const once = [
    { kind: "offers", total: 2 },
    { kind: "renew", total: 1 },
  ];
  expect(await jobs()).toEqual(once);
  await opsHere(["renew-offers"], world.env);
  expect(await jobs()).toEqual(once);
});

it("are all shown on *Plans*, with sixteen countries, and read several at a time", async () => {
  const countries = "de fr nl at be it es pl se dk fi ie pt cz lu gr".split(" ");
  const products = Array.from({ length: 20 }, (_, number) => {
    const product = shop.catalog.add({ title: `Thing ${number}` });
    const plans = shop.catalog.add({
      ...{ title: `Plans ${number}`, vendor: "hakuna", option: "Plan" },
      variants: countries.flatMap((country) =>
        [1, 2].map((years) => ({ title: `Cover-${number}-${country}-${years}`, price: "4.00" })),
      ),
    });
    const ids = plans.variants.map(({ id }) => id);
    const own = { namespace: "app", type: "single_line_text_field" };
    const list = { ...own, key: "plans", type: "list.variant_reference" };
    product.metafields.set("app.plans", { ...list, value: JSON.stringify(ids) });
    plans.variants.forEach((variant, index) => {
      const country = countries[Math.floor(index / 2)] ?? "";
      const facts = { country, offer_price: "400 EUR", offer_id: "off-1", plan_id: "pl-1" };
      for (const [key, value] of Object.entries(facts)) {
        variant.metafields.set(`app.${key}`, { ...own, key, value });
      }
    });
    return plans;
  });
  // one after the other it would take twice as long as the page waits
  shop.faults.plan({ kind: "slow", ms: 1_000 }, { of: "ShownPrices", times: 100 });
  const text = (await page("/app/plans.data")).text;
  const titles = products.flatMap(({ variants }) => variants.map(({ title }) => title));
  expect(titles).toHaveLength(640);
  expect(titles.filter((title) => !text.includes(`"${title}"`))).toEqual([]);
  shop.faults.clear();
});

describe("plans of a country where the shop sells no more", () => {
  const countriesOf = (product: CatalogProduct) =>
    said(plansOf(product)).map(([country]) => country);
  const unlinked = (product: CatalogProduct, ...left: string[]) =>
    eventually("they are taken off", async () => countriesOf(product).join() === left.join());

  it("go where Hakuna never sold in the shop's own", async () => {
    world.hakuna.offers.behavior = { countries: ["fr"] };
    await sellIn("fr");
    const bike = shop.catalog.add({ title: "Bike" });
    await fetchOffers(bike);
    expect(countriesOf(bike)).toEqual(["fr", "fr"]);
    await sellIn();
    await unlinked(bike);
    await done();
    // and come back with it
    await sellIn("fr");
    await unlinked(bike, "fr", "fr");
  });

  it("go where the shop's own becomes one in which Hakuna does not sell", async () => {
    const bike = shop.catalog.add({ title: "Bike" });
    await fetchOffers(bike);
    await sellFrom("no");
    await unlinked(bike);
  });

  it("go while those of another, which is not renewed, are good", async () => {
    await sellIn("fr");
    const boots = shop.catalog.add({
      ...{ title: "Boots", option: "Size" },
      variants: [
        { title: "38", price: "100.00" },
        { title: "46", price: "150.00" },
      ],
    });
    await fetchOffers(boots);
    world.hakuna.offers.behavior = { countries: ["fr"] };
    await client.pool.query(`UPDATE "Shop" SET "countryAnswers" = '{}' WHERE "domain" = $1`, [
      domain,
    ]);
    await sellIn();
    await unlinked(boots, "de", "de");
    await done();
    const large = boots.variants[1];
    const own = large && plansOf(large);
    expect(own?.map((id) => plan(id).metafield("country"))).toEqual(["de", "de"]);
    expect(own).not.toEqual(plansOf(boots));
  });

  it("go though Hakuna cannot be reached, from every product", async () => {
    await sellIn("fr");
    const bikes = ["Bike 1", "Bike 2", "Bike 3"].map((title) => shop.catalog.add({ title }));
    await fetchOffers(...bikes);
    world.hakuna.behave({ down: true });
    await sellIn();
    for (const bike of bikes) await unlinked(bike, "de", "de");
    world.hakuna.behave({});
  });

  it("go though there is no API key, and come back once there is one", async () => {
    await sellIn("fr");
    const bike = shop.catalog.add({ title: "Bike" });
    await fetchOffers(bike);
    await page("/app/settings.data", { intent: "disconnect" });
    await sellIn();
    await unlinked(bike, "de", "de");
    await done();
    expect(await lastJob()).toMatchObject({
      kind: "withdraw",
      rows: [{ state: "done", result: { kind: "withdrawn", countries: ["fr"] } }],
    });
    // it is not done again
    await opsHere(["renew-offers"], world.env);
    await sellIn();
    await sellIn("fr");
    expect((await jobKinds()).filter((kind) => kind === "withdraw")).toHaveLength(1);
    expect(countriesOf(bike)).toEqual(["de", "de"]);
    await connect("sandbox");
    await unlinked(bike, "de", "de", "fr", "fr");
  });

  it("stand once where the former own country is sold in further, and its offer is still good", async () => {
    world.hakuna.offers.behavior = { countries: ["de"] };
    const bike = shop.catalog.add({ title: "Bike" });
    await fetchOffers(bike);
    world.hakuna.offers.behavior = { countries: ["at"] };
    await client.pool.query(`UPDATE "Shop" SET "countryAnswers" = '{}' WHERE "domain" = $1`, [
      domain,
    ]);
    await sellFrom("at", "de");
    await unlinked(bike, "at", "at");
    await done();
    expect(plansOf(bike)).toHaveLength(2);
    expect(await lastResult()).toMatchObject({ lacking: [{ country: "de", code: "offer_ended" }] });
  });
});

describe("plans whose offer has expired", () => {
  const expire = () =>
    client.pool.query(`UPDATE "CountryOffer" SET "expiresAt" = now() WHERE "shop" = $1`, [domain]);

  it("go though Hakuna cannot be reached, and come back once it can", async () => {
    const bikes = ["Bike 1", "Bike 2"].map((title) => shop.catalog.add({ title }));
    await fetchOffers(...bikes);
    const before = bikes.map(plansOf);
    world.hakuna.behave({ down: true });
    await expire();
    await opsHere(["renew-offers"], world.env);
    await eventually("they are taken off", () => bikes.every((bike) => plansOf(bike).length === 0));
    expect((await page("/app/plans.data")).text).toContain("expired");
    world.hakuna.behave({});
    await eventually("they are back", () => bikes.every((bike) => plansOf(bike).length === 2));
    expect(bikes.map(plansOf)).toEqual(before);
  });

  it("go though the answer is none that can be used", async () => {
    const bike = shop.catalog.add({ title: "Bike" });
    await fetchOffers(bike);
    world.hakuna.offers.behavior = { currency: "usd" };
    await expire();
    await opsHere(["renew-offers"], world.env);
    await eventually("they are taken off", () => plansOf(bike).length === 0);
    await eventually("tried", async () => (await lastJob()).kind === "renew");
    await done();
    expect(await lastResult()).toMatchObject({ code: "other_currency" });
    // and it is tried again
    world.hakuna.offers.behavior = {};
    await opsHere(["renew-offers"], world.env);
    await eventually("they are back", () => plansOf(bike).length === 2);
  });
});

describe("an operator's command that connects a shop", () => {
  it("has offers of another environment made anew at once", async () => {
    const bike = shop.catalog.add({ title: "Bike" });
    await fetchOffers(bike);
    const [first = ""] = plansOf(bike);
    const offer = plan(first).metafield("offer_id");
    await connect("production");
    await eventually("it is another offer", () => plan(first).metafield("offer_id") !== offer);
  });

  it("has plans follow the country that it sets", async () => {
    const bike = shop.catalog.add({ title: "Bike" });
    await fetchOffers(bike);
    await connect("sandbox", "--country", "fr");
    await eventually(
      "they are France's",
      () =>
        said(plansOf(bike))
          .map(([country]) => country)
          .join() === "fr,fr",
    );
  });
});

describe("plans from before there were countries", () => {
  it("are noted as the shop's own by a job that asks Hakuna nothing", async () => {
    const bike = shop.catalog.add({ title: "Old bike" });
    await fetchOffers(bike);
    const ids = plansOf(bike);
    // as the version before left it
    for (const id of ids) {
      const { variant } = plan(id);
      for (const key of ["country", "offer_price"]) variant.metafields.delete(`app.${key}`);
    }
    await client.pool.query(
      `INSERT INTO "ProductOffer" ("shop", "productId", "price", "offerId", "epoch", "expiresAt")
       SELECT "shop", "productId", 10000, 'off-1', "epoch", "expiresAt" FROM "CountryOffer"
        WHERE "shop" = $1`,
      [domain],
    );
    await client.pool.query(`DELETE FROM "CountryOffer" WHERE "shop" = $1`, [domain]);
    await client.pool.query(`UPDATE "PlanOffer" SET "country" = NULL WHERE "shop" = $1`, [domain]);
    expect((await page("/app/plans.data")).text).toContain("expiresAt");

    await opsHere(["renew-offers"], world.env);
    await eventually("it is noted", async () => (await lastJob()).kind === "countries");
    await done();
    expect(await lastResult()).toEqual({ kind: "noted" });
    expect(plansOf(bike)).toEqual(ids);
    expect(said(ids)).toEqual([
      [...german, "400 EUR"],
      [...german, "800 EUR"],
    ]);
    expect(asked("Old bike")).toHaveLength(1);
    const tables = await client.pool.query(
      `SELECT (SELECT count(*)::int FROM "ProductOffer" WHERE "shop" = $1) AS "former",
              (SELECT array_agg(DISTINCT "country") FROM "PlanOffer" WHERE "shop" = $1) AS "offers",
              (SELECT array_agg("country") FROM "CountryOffer" WHERE "shop" = $1) AS "countries"`,
      [domain],
    );
    expect(tables.rows).toEqual([{ former: 0, offers: ["de"], countries: ["de"] }]);
    await opsHere(["renew-offers"], world.env);
    expect((await lastJob()).kind).toBe("countries");
  });
});

/** The merchant grants what a button of the page asks for. */
async function grant(...scopes: string[]) {
  for (const scope of scopes) shop.scopes.add(scope);
  await page("/app/plans.data");
}

describe("prices of a market", () => {
  /** What France's buyers are shown for the product's plans there. */
  const shownIn = (country: string, { id }: CatalogProduct) =>
    [...shop.catalog.products.values()]
      .filter(({ handle }) => handle === `hakuna-protection-${id.split("/").at(-1)}-${country}`)
      .flatMap(({ variants }) => variants)
      .map((one) => shop.markets.price(one.id, one.price, "EUR", country.toUpperCase()));
  const euros = (...amounts: string[]) =>
    amounts.map((amount) => ({ amount, currencyCode: "EUR" }));

  it("are fixed to the offers' in its price list, once the app may read markets", async () => {
    const market = shop.markets.add(["FR"], { percent: 10 });
    shop.markets.add(["NL"], { percent: 10 });
    await sellIn("fr");
    const bike = shop.catalog.add({ title: "Bike" });
    await fetchOffers(bike);
    // the offers are for a bike of 110.00: 4.40 and 8.80; the market adds 10 % to that
    expect(shownIn("fr", bike)).toEqual(euros("4.84", "9.68"));
    expect((await lastResult())?.notes).toContain("price_differs");

    await grant("read_markets");
    await fetchOffers(bike);
    expect(shownIn("fr", bike)).toEqual(euros("4.40", "8.80"));
    expect((await lastResult())?.notes).toEqual([]);
    // of the market of another country nothing was changed, and no market was made
    expect(shop.markets.all).toHaveLength(2);
    expect(shop.markets.all.map(({ priceList }) => priceList?.fixed.size)).toEqual([2, 0]);
    // whatever the merchant changes about the list then
    if (market.priceList) market.priceList.percent = 25;
    expect(shownIn("fr", bike)).toEqual(euros("4.40", "8.80"));
  });

  it("in another currency are the offers' too, and not fixed where there is no list of it", async () => {
    await grant("read_markets");
    world.hakuna.offers.behavior = { countries: ["de", "ch", "gb"] };
    shop.markets.add(["CH"], { currency: "CHF", rate: 0.93, percent: 0 });
    shop.markets.add(["GB"], { currency: "GBP", rate: 0.87 });
    await sellIn("ch", "gb");
    const bike = shop.catalog.add({ title: "Bike", variants: [{ price: "99.90" }] });
    await fetchOffers(bike);
    expect(shownIn("ch", bike)).toEqual([
      { amount: "3.72", currencyCode: "CHF" },
      { amount: "7.43", currencyCode: "CHF" },
    ]);
    const result = await lastResult();
    expect(result?.lacking).toBeUndefined();
    // in Britain the shop's price is converted, as near as it can be
    for (const { currencyCode, amount } of shownIn("gb", bike)) {
      expect(currencyCode).toBe("GBP");
      expect(Number(amount)).toBeGreaterThan(3);
    }
  });

  it("that its list does not take leave the plans unshown there, and *Plans* says why", async () => {
    await grant("read_markets");
    const market = shop.markets.add(["FR"], { percent: 10 });
    const message = "The input value is blank.";
    if (market.priceList) market.priceList.refusal = { code: "BLANK", message };
    shop.markets.add(["NL"], { percent: 10 });
    await sellIn("fr", "nl");
    const bike = shop.catalog.add({ title: "Bike" });
    await fetchOffers(bike);
    const result = await lastResult();
    expect(result).toMatchObject({ kind: "offered", notes: ["price_differs"] });
    expect(result?.unpriced).toEqual([{ country: "fr", words: `prices.0.price: ${message}` }]);
    // what other lists take is fixed all the same, and all are linked
    expect(plansOf(bike)).toHaveLength(6);
    expect(shownIn("nl", bike)).toEqual(euros("4.40", "8.80"));
    expect(shownIn("fr", bike)).toEqual(euros("4.84", "9.68"));

    // a list that shows the right price anyway needs no word
    if (market.priceList) market.priceList.percent = 0;
    await fetchOffers(bike);
    expect((await lastResult())?.unpriced).toBeUndefined();
  });

  it("survive a lost answer", async () => {
    await grant("read_markets");
    const market = shop.markets.add(["FR"], { percent: 10 });
    await sellIn("fr");
    shop.faults.plan({ kind: "answer_lost" }, { of: "FixPrices" });
    const bike = shop.catalog.add({ title: "Bike" });
    await fetchOffers(bike);
    expect(plansOf(bike)).toHaveLength(4);
    expect(market.priceList?.fixed.size).toBe(2);
  });
});

describe("languages", () => {
  const translated = (id: string, locale: string) =>
    (shop.translations.contentOf(id) ?? []).map(
      (content) => shop.translations.translation(content, locale)?.value,
    );
  /** What a buyer reads of the product's plans: product, then title and link of each. */
  function readIn(locale: string, { metafields }: CatalogProduct) {
    const plans = plansOf({ metafields }).map(plan);
    const [first] = plans;
    return {
      product: first && translated(first.product.id, locale)[0],
      plans: plans.map(({ product, variant }) => [
        translated(optionValueId(product, variant.title), locale)[0],
        translated(metafieldId(variant.id, "app.insurance_url"), locale)[0],
      ]),
    };
  }
  const link = (language: string) => `https://hakuna.example/insurance/${language}`;

  it("of the shop that Hakuna writes are registered as translations", async () => {
    shop.translations.locales = [
      { locale: "en", primary: true, published: true },
      { locale: "de", primary: false, published: true },
      { locale: "fr", primary: false, published: false },
      { locale: "pt-BR", primary: false, published: true },
    ];
    await grant("read_locales", "write_translations");
    const bike = shop.catalog.add({ title: "Bike" });
    await fetchOffers(bike);
    const [own] = plansOf(bike).map(plan);
    expect(own?.variant.title).toBe("1 year of warranty extension");
    expect(own?.product.title).toBe("Protection for Bike");
    expect(readIn("de", bike)).toEqual({
      product: "Schutz für Bike",
      plans: [
        ["1 Jahr Garantieverlängerung", link("de")],
        ["2 Jahre Garantieverlängerung", link("de")],
      ],
    });
    expect(readIn("fr", bike).plans[1]).toEqual(["2 ans d’extension de garantie", link("fr")]);
    expect(readIn("pt-BR", bike).product).toBeUndefined();
    const registrations = () =>
      shop.asked.filter(({ query }) => query.includes("RegisterTranslations")).length;
    expect(registrations()).toBe(5);
    // what is there already is not registered again
    await fetchOffers(bike);
    expect(registrations()).toBe(5);
  });

  it("of the shop do not make other plans of those that there are, when access is given", async () => {
    shop.translations.locales = [
      { locale: "fr", primary: true, published: true },
      { locale: "de", primary: false, published: true },
    ];
    const bike = shop.catalog.add({ title: "Bike" });
    await fetchOffers(bike);
    const ids = plansOf(bike);
    expect(ids.map((id) => plan(id).variant.title)[0]).toBe("1 Jahr Garantieverlängerung");
    await grant("read_locales", "write_translations");
    await fetchOffers(bike);
    expect(plansOf(bike)).toEqual(ids);
    expect(ids.map((id) => plan(id).variant.title)[0]).toBe("1 an d’extension de garantie");
    expect(readIn("de", bike).plans[0]?.[0]).toBe("1 Jahr Garantieverlängerung");
  });

  it("are not asked for without access: plans are written in the country's", async () => {
    await sellIn("fr");
    const bike = shop.catalog.add({ title: "Bike" });
    await fetchOffers(bike);
    expect(plansOf(bike).map((id) => plan(id).variant.title)).toEqual([
      "1 Jahr Garantieverlängerung",
      "2 Jahre Garantieverlängerung",
      "1 an d’extension de garantie",
      "2 ans d’extension de garantie",
    ]);
    const links = plansOf(bike).map((id) => plan(id).metafield("insurance_url"));
    expect(links).toEqual([link("de"), link("de"), link("fr"), link("fr")]);
    expect(shop.asked.some(({ query }) => query.includes("shopLocales"))).toBe(false);
  });
});
