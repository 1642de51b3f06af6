import { plan } from "../simulator/storefront/catalog.ts";
import { expect, manners, test } from "./shopper.ts";

const bike = 4101;
const bikeTitle = "City bike Amsel - Blue";
const planTitle = "Hakuna protection - Accident protection";

for (const manner of manners) {
  test(`${manner}: the plan goes where its product goes`, async ({ page, shopper }) => {
    const buyer = shopper(manner);
    await buyer.open();
    await buyer.choose(/Accident/);
    await buyer.guarded(() => buyer.add());

    await buyer.setQuantity(bikeTitle, 3);
    await expect(buyer.quantityField(planTitle)).toHaveValue("3");
    await buyer.setQuantity(bikeTitle, 2);
    await expect(buyer.quantityField(planTitle)).toHaveValue("2");
    await buyer.setQuantity(planTitle, 5);
    await expect(buyer.quantityField(planTitle)).toHaveValue("2");
    expect(await buyer.quantities()).toEqual({ [bike]: 2, [plan.accident]: 2 });

    // Two units with one plan: the buyer's wish, and nobody's business.
    await buyer.setQuantity(planTitle, 1);
    await buyer.setQuantity(bikeTitle, 4);
    expect(await buyer.quantities()).toEqual({ [bike]: 4, [plan.accident]: 1 });
    await expect(page.locator("#cart-icon-bubble")).toHaveText("5");

    await buyer.remove(bikeTitle);
    await expect(page.getByText("Your cart is empty.")).toBeVisible();
    expect(await buyer.lines()).toEqual([]);
  });

  test(`${manner}: a plan alone is taken out, a product alone is left in peace`, async ({
    page,
    shopper,
  }) => {
    const buyer = shopper(manner);
    await buyer.open("protection", "&variant=9001");
    const added = page.waitForResponse((response) => {
      return response.url().includes("/cart/add") && response.status() < 400;
    });
    await buyer.page.getByRole("button", { name: "Add to cart" }).click();
    await added;
    await expect.poll(() => buyer.lines()).toEqual([]);
    await expect(page.getByText("Your cart is empty.")).toBeVisible();

    await buyer.open();
    await buyer.choose(/Accident/);
    await buyer.guarded(() => buyer.add());
    await buyer.remove(planTitle);
    await expect(buyer.quantityField(planTitle)).toHaveCount(0);
    expect(await buyer.quantities()).toEqual({ [bike]: 1 });

    const home = `${buyer.storefront.url}/`;
    const looks: string[] = [];
    page.on("request", (request) => {
      // The page before may still be looking.
      const isOfHome = request.headers().referer === home;
      if (isOfHome && request.url().endsWith("/cart.js")) looks.push(request.url());
    });
    await page.goto(home, { waitUntil: "networkidle" });
    expect(looks).toEqual([]);
  });
}

// A theme with events of its own reads the same cart before it shows anything.
for (const manner of manners.filter((each) => each !== "events")) {
  test(`${manner}: a product raised before the guard has looked carries its plan along`, async ({
    shopper,
  }) => {
    const buyer = shopper(manner);
    const answer = await buyer.hold("**/cart.js");
    await buyer.open();
    await buyer.choose(/Accident/);
    await buyer.add();
    await buyer.enterQuantity(bikeTitle, 3);
    await expect.poll(() => buyer.quantities()).toEqual({ [bike]: 3, [plan.accident]: 1 });
    answer();
    await expect(buyer.quantityField(planTitle)).toHaveValue("3");
  });
}

test("a product raised again while the guard mends, and after it could not, carries its plan along", async ({
  page,
  shopper,
}) => {
  const buyer = shopper("drawer");
  await page.clock.install();
  await buyer.open();
  await buyer.choose(/Accident/);
  await buyer.guarded(() => buyer.add());

  const mending = page.waitForRequest("**/cart/update.js");
  const answer = await buyer.hold("**/cart/update.js");
  await buyer.enterQuantity(bikeTitle, 2);
  await mending;
  await buyer.enterQuantity(bikeTitle, 4);
  await expect(page.locator("#cart-icon-bubble")).toHaveText("5");
  await page.clock.runFor(1_000);
  await page.evaluate(() => fetch("/cart.js").then((cart) => cart.text()));
  answer();
  await expect(buyer.quantityField(planTitle)).toHaveValue("4");

  await page.route("**/cart/update.js", (route) => route.fulfill({ status: 422, json: {} }), {
    times: 1,
  });
  const refused = page.waitForResponse("**/cart/update.js");
  await buyer.enterQuantity(bikeTitle, 5);
  await refused;
  await buyer.enterQuantity(bikeTitle, 6);
  await expect(buyer.quantityField(planTitle)).toHaveValue("6");
});

test("a cart page without a script goes to the checkout with what is right", async ({
  page,
  shopper,
}) => {
  const buyer = shopper("plain");
  await buyer.open();
  await buyer.choose(/Accident/);
  await page.getByRole("spinbutton", { name: "Quantity" }).fill("3");
  await buyer.guarded(() => buyer.add());
  await buyer.quantityField(bikeTitle).fill("1");
  await page.getByRole("button", { name: "Check out" }).click();
  await expect(page.getByText("1 × Hakuna protection - Accident protection")).toBeVisible();
});

test("a shop that undoes what was mended is not fought for long", async ({ page, shopper }) => {
  const buyer = shopper("plain");
  let updates = 0;
  let shown = { looked: false, mended: false };
  page.on("framenavigated", () => {
    shown = { looked: false, mended: false };
  });
  page.on("response", (response) => {
    if (response.url().endsWith("/cart.js")) shown.looked = true;
  });
  await page.route("**/cart/update.js", (route) => {
    updates += 1;
    shown.mended = true;
    return route.fulfill({ json: { items: [] } });
  });
  const leavesInPeace = () => updates === 5 && shown.looked && !shown.mended;
  const now = Date.now();
  await page.clock.setFixedTime(now);
  await buyer.open("protection", "&variant=9001");
  await buyer.add();
  await expect.poll(leavesInPeace).toBe(true);
  await page.reload();
  await expect.poll(leavesInPeace).toBe(true);

  await page.clock.setFixedTime(now + 60_000);
  await page.reload();
  await expect.poll(() => updates).toBeGreaterThan(5);
});
