import type { Locator } from "@playwright/test";
import { plan } from "../simulator/storefront/catalog.ts";
import { expect, manners, type Shopper, test } from "./shopper.ts";

const bike = 4101;
const pair = { [bike]: 1, [plan.accident]: 1 };
const conflict = { status: 409, json: { status: 409, description: "Conflict" } };
const failed = "This could not be added to your cart. Please try again.";

const press = (buyer: Shopper) => buyer.page.getByRole("button", { name: "Add to cart" }).click();
const alertOf = (buyer: Shopper) => buyer.page.locator("hakuna-protection").getByRole("alert");
const checkOut = (buyer: Shopper) => buyer.page.getByRole("button", { name: "Check out" });

/** How much shorter the scripts' pauses are here, and how much slower the clock is that bounds them. */
const hurry = 5;

test.beforeEach(async ({ page }) => {
  await page.addInitScript((times) => {
    const { setTimeout: wait } = window;
    const now = Date.now.bind(Date);
    const start = now();
    Object.assign(window, {
      setTimeout: (done: () => void, ms = 0) => wait(done, ms / times),
    });
    Date.now = () => start + (now() - start) / times;
  }, hurry);
});

/** Both lines of a pair that is nested, and nothing else. */
async function expectPair(buyer: Shopper): Promise<void> {
  const lines = await buyer.lines();
  expect(lines).toHaveLength(2);
  const [product, protection] = lines;
  expect(product).toMatchObject({ variant_id: bike, quantity: 1 });
  expect(protection).toMatchObject({
    variant_id: plan.accident,
    quantity: 1,
    properties: { _hakuna_ref: product?.properties._hakuna_ref },
    parent_relationship: { parent_key: product?.key },
  });
}

for (const [manner, status, retryAfter, ms] of [
  ...manners.map((manner) => [manner, 409, null, 500] as const),
  ["drawer", 429, "1", 1000],
] as const) {
  test(`${manner}: a cart that has no time (${status}) is asked again, and takes the pair once`, async ({
    shopper,
  }) => {
    const buyer = shopper(manner);
    await buyer.open();
    await buyer.choose(/Accident/);
    const { turned } = await buyer.turnAway({
      ...{ path: /^\/cart\/add\.js$/, status, times: 2 },
      ...(retryAfter && { retryAfter }),
    });
    await buyer.add();
    await expectPair(buyer);
    const [first = 0, second = 0] = turned;
    expect(turned).toHaveLength(2);
    expect(second - first).toBeGreaterThanOrEqual(ms / hurry);
  });
}

test("what the cart did although it had no time is not bought twice", async ({ page, shopper }) => {
  const buyer = shopper("drawer");
  await buyer.open();
  await buyer.choose(/Accident/);
  await page.route("**/cart/add.js", async (route) => {
    await route.fetch();
    await route.fulfill(conflict);
  });
  await press(buyer);
  await page.waitForURL(/\/cart$/);
  await checkOut(buyer).waitFor();
  await expectPair(buyer);
});

test("where the cart never has time nothing is said in its name, nothing is bought, and the next try may", async ({
  shopper,
}) => {
  const buyer = shopper("drawer");
  await buyer.open();
  await buyer.choose(/Accident/);
  const busy = await buyer.turnAway({ path: /^\/cart\/add\.js$/, status: 409, times: 100 });
  await press(buyer);
  await expect(alertOf(buyer)).toHaveText(failed);
  expect(busy.turned).toHaveLength(4);
  expect(await buyer.lines()).toEqual([]);
  busy.times = 0;
  await buyer.add();
  await expectPair(buyer);
});

test("a cart that has no time to be read either is not taken for an empty one", async ({
  page,
  shopper,
}) => {
  const buyer = shopper("drawer");
  await buyer.open();
  await buyer.choose(/Accident/);
  await page.route("**/cart/add.js", async (route) => {
    await route.fetch();
    await route.abort();
  });
  const { turned } = await buyer.turnAway({ path: /^\/cart\.js$/, status: 429, times: 1 });
  await press(buyer);
  await page.waitForURL(/\/cart$/);
  await checkOut(buyer).waitFor();
  expect(turned).toHaveLength(1);
  await expectPair(buyer);
});

/** The offer of a plan for a bike in the cart, with the plan chosen. */
async function offered(buyer: Shopper): Promise<{ part: Locator; add: Locator }> {
  const { page, storefront, manner } = buyer;
  await page.goto(`${storefront.url}/?manner=${manner}`);
  await page.request.post(`${storefront.url}/cart/add.js`, { data: { id: bike, quantity: 1 } });
  await page.goto(`${storefront.url}/cart?cart_offer=on`);
  const part = page.locator("hakuna-cart[data-place=page]");
  await part.getByText("Protect City bike").click();
  await part.getByRole("radio", { name: /Accident/ }).check();
  return { part, add: part.getByRole("button", { name: "Add protection" }) };
}

for (const path of [/^\/cart\/add\.js$/, /^\/cart\/change\.js$/, /^\/cart\.js$/]) {
  for (const status of [409, 429] as const) {
    test(`the cart's offer waits for ${path.source} (${status}), and adds its plan under the line, once`, async ({
      shopper,
    }) => {
      const buyer = shopper("drawer");
      const { part, add } = await offered(buyer);
      const { turned } = await buyer.turnAway({ path, status, times: 1 });
      await add.click();
      await expect(part.getByRole("status")).toHaveText("The protection was added to your cart.");
      await expect(part.getByRole("alert")).toBeEmpty();
      expect(turned).toHaveLength(1);
      await expectPair(buyer);
    });
  }
}

test("the offer's plan that the cart took although it had no time is not added twice", async ({
  page,
  shopper,
}) => {
  const buyer = shopper("drawer");
  const { part, add } = await offered(buyer);
  await page.route("**/cart/{add,change}.js", async (route) => {
    await route.fetch();
    await route.fulfill(conflict);
  });
  await add.click();
  await expect(part.getByText("Protects: City bike Amsel, Blue")).toBeVisible();
  await page.waitForLoadState("networkidle");
  await expectPair(buyer);
});

test("an offer that is pressed again while the cart has no time adds one plan", async ({
  page,
  shopper,
}) => {
  const buyer = shopper("drawer");
  // no pause ends before it is let
  await page.clock.install();
  const { part, add } = await offered(buyer);
  const { turned } = await buyer.turnAway({
    ...{ path: /^\/cart\/add\.js$/, status: 429, times: 1, retryAfter: "8" },
  });
  await page.clock.pauseAt(await page.evaluate(() => new Date(Date.now() + 1_000)));
  await add.click();
  await expect.poll(() => turned.length).toBe(1);
  // The product's line got its key, and the offer is shown anew.
  const isShownAnew = async () => {
    await page.clock.runFor(50);
    return await add.isEnabled();
  };
  await expect.poll(isShownAnew).toBe(true);
  const letGo = await buyer.hold("**/cart/add.js");
  await add.click();
  await page.clock.runFor(9_000);
  letGo();
  await page.clock.resume();
  await expect(part.getByRole("status")).toHaveText("The protection was added to your cart.");
  await page.unrouteAll({ behavior: "wait" });
  await page.waitForLoadState("networkidle");
  await expectPair(buyer);
  // One that was added twice the guard would take out again.
  const { token } = await (await page.request.get(`${buyer.storefront.url}/cart.js`)).json();
  const adds = buyer.storefront.changes.filter(
    ({ cart, items }) => cart === token && items.some(({ id }) => id === plan.accident),
  );
  expect(adds).toHaveLength(1);
});

test("an offer for which the cart never has time says so in the shop's words", async ({
  shopper,
}) => {
  const buyer = shopper("drawer");
  const { part, add } = await offered(buyer);
  const busy = await buyer.turnAway({ path: /^\/cart\/add\.js$/, status: 429, times: 100 });
  await add.click();
  await expect(part.getByRole("alert")).toHaveText(failed);
  expect(busy.turned).toHaveLength(4);
  expect(await buyer.quantities()).toEqual({ [bike]: 1 });
  busy.times = 0;
  await add.click();
  await expect.poll(() => buyer.quantities()).toEqual(pair);
});

const told = (buyer: Shopper) => buyer.page.locator("hakuna-cart-guard");
const changes = /^\/(cart\/update\.js|api\/cart-lines-update)$/;

const keyOfBike = async (buyer: Shopper) =>
  (await buyer.lines()).find((line) => line.variant_id === bike)?.key ?? "";

/** A script raises the bike: no form is put right on its way, and no request of it follows. */
async function raise(buyer: Shopper, quantity: number, key?: string): Promise<void> {
  const id = key ?? (await keyOfBike(buyer));
  await buyer.page.evaluate(
    async (line) => {
      const headers = { "Content-Type": "application/json" };
      await fetch("/cart/change.js", { method: "POST", headers, body: JSON.stringify(line) });
    },
    { id, quantity },
  );
}

/** A bike with its plan in the cart, on a page with the guard. */
async function guardedPair(buyer: Shopper): Promise<void> {
  await buyer.open();
  await buyer.choose(/Accident/);
  await buyer.guarded(() => buyer.add());
  await buyer.open("espresso-machine");
  await buyer.page.waitForLoadState("networkidle");
}

for (const manner of manners) {
  test(`${manner}: the guard mends when the cart has time again, without another change`, async ({
    shopper,
  }) => {
    const buyer = shopper(manner);
    await guardedPair(buyer);
    const { turned } = await buyer.turnAway({ path: changes, status: 409, times: 2 });
    await raise(buyer, 3);
    await expect.poll(() => buyer.quantities()).toEqual({ [bike]: 3, [plan.accident]: 3 });
    await expect(told(buyer)).toHaveText(/the quantity is now 3/);
    expect(turned).toHaveLength(2);
  });
}

test("how often the guard had to try does not count against it", async ({ shopper }) => {
  const buyer = shopper("drawer");
  await guardedPair(buyer);
  await buyer.turnAway({ path: changes, status: 409, times: 3 });
  for (const units of [3, 4, 5]) {
    await raise(buyer, units);
    await expect.poll(() => buyer.quantities()).toEqual({ [bike]: units, [plan.accident]: units });
  }
});

test("the guard looks again at a cart that it could not read", async ({ shopper }) => {
  const buyer = shopper("drawer");
  await guardedPair(buyer);
  const key = await keyOfBike(buyer);
  const { turned } = await buyer.turnAway({ path: /^\/cart\.js$/, status: 429, times: 1 });
  await raise(buyer, 2, key);
  await expect.poll(() => turned.length).toBe(1);
  await expect.poll(() => buyer.quantities()).toEqual({ [bike]: 2, [plan.accident]: 2 });
});

test("what changes while the guard waits is what it mends by", async ({ shopper }) => {
  const buyer = shopper("drawer");
  await guardedPair(buyer);
  const { turned } = await buyer.turnAway({
    ...{ path: changes, status: 429, times: 1, retryAfter: "2" },
  });
  await raise(buyer, 3);
  await expect.poll(() => turned.length).toBe(1);
  await raise(buyer, 2);
  await expect.poll(() => buyer.quantities()).toEqual({ [bike]: 2, [plan.accident]: 2 });
});

for (const manner of ["plain", "standard"] as const) {
  test(`${manner}: the guard does not ask for ever, and mends with the next change`, async ({
    page,
    shopper,
  }) => {
    const buyer = shopper(manner);
    await guardedPair(buyer);
    const busy = await buyer.turnAway({ path: changes, status: 409, times: 100 });
    await raise(buyer, 3);
    await expect.poll(() => busy.turned.length).toBe(4);
    // as long as its longest pause
    await page.waitForTimeout(2_500 / hurry);
    expect(busy.turned).toHaveLength(4);
    await expect(told(buyer)).toBeEmpty();
    busy.times = 0;
    await raise(buyer, 4);
    await expect.poll(() => buyer.quantities()).toEqual({ [bike]: 4, [plan.accident]: 4 });
  });
}
