import type { FrameLocator, Page } from "@playwright/test";
import { boughtOrder, planIds } from "#test/simulator/shopify/bought-order.ts";
import { webhookOf } from "#test/simulator/shopify/webhook.ts";
import { type Client, createClient } from "../server/client.ts";
import type { World } from "../world/world.ts";
import { overflow, violations } from "./accessibility.ts";
import { openApp } from "./admin-browser.ts";
import { test as base, expect } from "./fixtures.ts";

const test = base.extend<{ client: Client }>({
  client: async ({ world, shop }, use) => {
    const client = createClient(world);
    await client.connect(shop.domain);
    await use(client);
    await client.close();
  },
});

let orders = 820_982_911_946_200_000n;

/** An order with one product and one plan that nothing links. */
async function unlinked(client: Client, shop: string, title = "Frutta Banana"): Promise<string> {
  orders += 1n;
  await client.send([
    boughtOrder(shop, orders, [
      { id: 11n, title, isPlan: false },
      { id: 12n, title: "Warranty", isPlan: true, properties: planIds },
    ]),
  ]);
  await client.quiet(shop);
  return String(orders);
}

type Sent = { line_items: { custom_properties: Record<string, string> }[] };
const pairOf = (world: World, id: string) =>
  (world.hakuna.last(id) as Sent | undefined)?.line_items.map((line) => line.custom_properties);

const app = (page: Page) => page.frameLocator("iframe[name=app-iframe]");

async function open(page: Page, world: World, shop: string, id: string): Promise<FrameLocator> {
  return await openApp(page, world, shop, `/app/orders/${id}`);
}

test("an order that needs attention is understood, its suggestion accepted, and Hakuna holds the pair", async ({
  page,
  world,
  shop,
  client,
}) => {
  const id = await unlinked(client, shop.domain);
  expect(pairOf(world, id)).toEqual([{}, { offer_id: "off-1", plan_id: "pl-1" }]);
  const app = await open(page, world, shop.domain, id);
  await expect(app.getByText("probably belong together")).toBeVisible();
  // the same thing, told once
  await expect(app.getByText("protects no product of this order")).toHaveCount(0);
  await expect(app.getByText("1 × €100.00")).toBeVisible();
  await expect(app.getByRole("link", { name: "Open in Shopify" })).toHaveAttribute(
    "href",
    `shopify:admin/orders/${id}`,
  );
  expect(await violations(page)).toEqual([]);

  await app.getByRole("button", { name: "Accept suggestion" }).click();

  await expect(page.getByRole("status")).toContainText("The pair is saved");
  await expect(app.getByText("Paired by hand").first()).toBeVisible();
  await expect(app.getByText("protects no product")).toHaveCount(0);
  await expect
    .poll(() => pairOf(world, id))
    .toEqual([{ protection_line_item_id: "12" }, { offer_id: "off-1", plan_id: "pl-1" }]);
  await expect(app.getByText("by you")).toBeVisible();
});

test("a pair that the shop's setting took is taken back for good", async ({
  page,
  world,
  shop,
  client,
}) => {
  await shop.set({ acceptSuggestions: true });
  const id = await unlinked(client, shop.domain);
  await expect.poll(() => pairOf(world, id)?.[0]).toEqual({ protection_line_item_id: "12" });
  const app = await open(page, world, shop.domain, id);
  await expect(app.getByText("Stays paired")).toBeVisible();
  await app.getByRole("button", { name: "Remove pair" }).click();
  await expect(app.getByText("No plan")).toBeVisible();
  await client.quiet(shop.domain);
  await expect.poll(() => pairOf(world, id)?.[0]).toEqual({});
});

test("what Hakuna refused is told in the merchant's words, in Hakuna's own on demand, and once", async ({
  page,
  world,
  shop,
  client,
}) => {
  orders += 4n;
  const [known, unknown] = [String(orders), String(orders + 1n)];
  const refused = [
    [known, "product_unsupported", "because of its category or its price"],
    [unknown, "line_items.0.title: too funny", "Its answer says why"],
  ] as const;
  for (const [id, code, sentence] of refused) {
    world.hakuna.behave({ refusal: { orders: [id], code } });
    // with others, so that it is refused twice: among them and alone
    const all = [BigInt(id), BigInt(id) + 100n, BigInt(id) + 200n].map((one) =>
      boughtOrder(shop.domain, one, [
        { id: 11n, title: "Frutta Banana", isPlan: false },
        { id: 12n, title: "Warranty", isPlan: true, properties: planIds },
      ]),
    );
    await client.send(all);
    await client.quiet(shop.domain);
    const app = await open(page, world, shop.domain, id);
    await expect(app.getByText(sentence)).toBeVisible();
    await expect(app.getByText("Hakuna refused it", { exact: true })).toHaveCount(1);
    const words = app.getByText(`Hakuna answered 400: ${code}`).filter({ visible: true });
    await expect(words).toHaveCount(0);
    expect(await violations(page)).toEqual([]);
    await app.getByRole("button", { name: "Hakuna's answer" }).click();
    await expect(words).toHaveCount(1);
    expect(await violations(page)).toEqual([]);
    await app.getByRole("button", { name: "Show technical details" }).click();
    await expect(words).not.toHaveCount(1);
  }
  await expect(app(page).getByRole("link", { name: "Contact support" })).toHaveAttribute(
    "href",
    "/app/help#support",
  );
  world.hakuna.behave({});
});

test("what Hakuna said to changes that followed each other is told once", async ({
  page,
  world,
  shop,
  client,
}) => {
  world.hakuna.behave({ requestIds: true, pollsUntilDone: 1 });
  try {
    orders += 2000n;
    const id = String(orders);
    // of a shop whose past is told late
    const before = Date.now() - 60_000;
    const lines = [{ id: 31n, title: "Boots", isPlan: false }];
    const bought = (title: string, at: number) =>
      boughtOrder(
        shop.domain,
        orders,
        [...lines, { id: 32n, title, isPlan: true, properties: planIds }],
        at,
      );
    for (const [index, title] of ["One", "Two", "Three"].entries()) {
      await client.send([bought(title, before + index * 1000)]);
      await client.quiet(shop.domain);
      await expect.poll(async () => (await client.order(shop.domain, id)).status).toBe("confirmed");
    }
    expect(world.hakuna.states(id)).toHaveLength(3);
    const app = await open(page, world, shop.domain, id);
    await expect(app.getByText("Hakuna processed it", { exact: true })).toHaveCount(1);
    await expect(app.getByText("Hakuna accepted it", { exact: true })).toHaveCount(1);
    await app.getByRole("button", { name: "Show technical details" }).click();
    await expect(app.getByText("Hakuna accepted it", { exact: true })).not.toHaveCount(1);
  } finally {
    world.hakuna.behave({});
  }
});

test("a dialog to pair by hand begins with what is alone", async ({
  page,
  world,
  shop,
  client,
}) => {
  orders += 1000n;
  const id = String(orders);
  const linked = [{ name: "_hakuna_ref", value: "k" }];
  await client.send([
    boughtOrder(shop.domain, orders, [
      { id: 21n, title: "City bike", isPlan: false, properties: linked },
      { id: 22n, title: "Warranty", isPlan: true, properties: [...linked, ...planIds] },
      { id: 23n, title: "Boots", isPlan: false },
      { id: 24n, title: "Lamp", isPlan: false },
      { id: 25n, title: "Second warranty", isPlan: true, properties: planIds },
    ]),
  ]);
  await client.quiet(shop.domain);
  const app = await open(page, world, shop.domain, id);
  await app.getByRole("button", { name: "Pair by hand" }).first().click();
  await expect(app.getByLabel("Product", { exact: true })).toHaveValue("23");
  await expect(app.getByLabel("Plan", { exact: true })).toHaveValue("25");
});

test("a pair is set by hand with its ids, and taken back", async ({
  page,
  world,
  shop,
  client,
}) => {
  orders += 1n;
  const id = String(orders);
  await client.send([
    boughtOrder(shop.domain, orders, [
      { id: 21n, title: "Frutta Banana", isPlan: false },
      { id: 22n, title: "City bike", isPlan: false },
      { id: 23n, title: "Warranty", isPlan: true },
    ]),
  ]);
  await client.quiet(shop.domain);
  const app = await open(page, world, shop.domain, id);
  await expect(app.getByText("has no offer ID or no plan ID")).toBeVisible();
  await app.getByRole("button", { name: "Pair by hand" }).first().click();
  await app.getByLabel("Product", { exact: true }).selectOption({ label: "1 × City bike" });
  await app.getByLabel("Offer ID").fill("off-9");
  await app.getByLabel("Plan ID").fill("pl-9");
  await app.getByRole("button", { name: "Save pair" }).click();
  await expect
    .poll(() => pairOf(world, id))
    .toEqual([{}, { protection_line_item_id: "23" }, { offer_id: "off-9", plan_id: "pl-9" }]);
  await expect(page.getByRole("status")).toContainText("Pairs: City bike – Warranty");

  // the plan has one unit: the pair that is set last wins, and the answer says so
  await app.getByRole("button", { name: "Pair by hand" }).first().click();
  await app.getByLabel("Product", { exact: true }).selectOption({ label: "1 × Frutta Banana" });
  await app.getByRole("button", { name: "Save pair" }).click();
  await expect(page.getByRole("status")).toContainText("Pairs: Frutta Banana – Warranty");
  await expect
    .poll(() => pairOf(world, id)?.slice(0, 2))
    .toEqual([{ protection_line_item_id: "23" }, {}]);

  await app.getByRole("button", { name: "Remove pair" }).click();
  // the pair that had to give way stands again
  await expect(page.getByRole("status")).toContainText("The pair is removed");
  await expect(page.getByRole("status")).toContainText("Pairs: City bike – Warranty");
  await app.getByRole("button", { name: "Remove pair" }).click();
  await expect(page.getByRole("status")).toContainText("Pairs: none");
  await expect.poll(() => pairOf(world, id)?.slice(0, 2)).toEqual([{}, {}]);
});

test("a warning is dismissed and restored, and counts accordingly", async ({
  page,
  world,
  shop,
  client,
}) => {
  const id = await unlinked(client, shop.domain);
  const app = await open(page, world, shop.domain, id);
  await app.getByRole("button", { name: "Dismiss" }).click();
  await expect(app.getByRole("heading", { name: "Dismissed" })).toBeVisible();
  expect(await client.order(shop.domain, id)).toMatchObject({ needsAttention: false });
  await app.getByRole("button", { name: "Restore" }).click();
  await expect(app.getByRole("heading", { name: "Dismissed" })).toHaveCount(0);
  expect(await client.order(shop.domain, id)).toMatchObject({ needsAttention: true });
});

test("an order is skipped after a question, and its customer leaves the app", async ({
  page,
  world,
  shop,
  client,
}) => {
  const id = await unlinked(client, shop.domain);
  const app = await open(page, world, shop.domain, id);
  await app.getByRole("button", { name: "Skip this order" }).click();
  await app.getByRole("button", { name: "Skip order" }).click();
  await expect(app.getByText("You chose not to send this order.")).toBeVisible();
  const { rows } = await client.pool.query(
    `SELECT "state"::text AS state FROM "OrderDocument" WHERE "shop" = $1 AND "orderId" = $2`,
    [shop.domain, id],
  );
  expect(rows[0].state).not.toContain("Mustermann");
  await app.getByRole("button", { name: "Send after all" }).click();
  await expect(page.getByRole("status")).toContainText("sent after all");
  // its customer's data must come from Shopify again, which does not have it
  await expect(app.getByText("According to Shopify, this order does not exist")).toBeVisible();
  expect(await client.order(shop.domain, id)).toMatchObject({ skippedByHand: false });
  expect(world.hakuna.states(id)).toHaveLength(1);
});

test("words of a newer version that runs beside this one break no page", async ({
  page,
  world,
  shop,
  client,
}) => {
  const id = await unlinked(client, shop.domain);
  await client.pool.query(
    `WITH told AS (UPDATE "Order" SET "needsAttention" = true, "findings" = $2::jsonb WHERE "shop" = $1)
     UPDATE "TimelineEvent" SET "kind" = 'of_tomorrow' WHERE "shop" = $1`,
    [
      shop.domain,
      JSON.stringify([
        {
          code: "of_tomorrow",
          severity: "warning",
          lineItemIds: [],
          titles: [],
          message: "Found.",
        },
      ]),
    ],
  );
  const app = await open(page, world, shop.domain, id);
  await expect(app.getByText("Found.")).toBeVisible();
  await app.getByRole("button", { name: "Show technical details" }).click();
  const instead = app.getByText("Reload this page to see what this is about.");
  await expect(instead).toBeVisible();
  const list = await openApp(page, world, shop.domain, "/app/orders?view=attention");
  await expect(list.getByText("Found.")).toBeVisible();
  await client.pool.query(
    `UPDATE "Order" SET "status" = 'skipped', "reasonCode" = 'of_tomorrow' WHERE "shop" = $1`,
    [shop.domain],
  );
  await open(page, world, shop.domain, id);
  await expect(instead.first()).toBeVisible();
});

test("the exact JSON is shown with what would change, and the timeline tells the deliveries", async ({
  page,
  world,
  shop,
  client,
}) => {
  const id = await unlinked(client, shop.domain);
  await shop.set({ paused: "true" });
  const app = await open(page, world, shop.domain, id);
  await expect(app.getByText("Order placed")).toBeVisible();
  await expect(app.getByText(/HTTP 20\d|orders\/create/)).toHaveCount(0);
  await app.getByRole("button", { name: "Show technical details" }).click();
  await expect(app.getByText(/HTTP 20\d, \d+ ms, change 1/)).toBeVisible();
  await expect(app.getByText("Shopify sent orders/create")).toBeVisible();
  await expect(app.getByText("This is the latest state.")).toBeVisible();
  await app.getByRole("button", { name: "Accept suggestion" }).click();
  await expect(app.getByText("Marked lines would change")).toBeVisible();
  await app.getByRole("button", { name: "Show JSON" }).click();
  await expect(app.getByText(/would be added:.*"protection_line_item_id": "12"/)).toBeVisible();
  await expect(app.getByText('"last_name": "Mustermann"')).toBeVisible();
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await violations(page)).toEqual([]);
  expect(await overflow(page)).toEqual([]);
});

test("Hakuna's processing status is asked for", async ({ page, world, shop, client }) => {
  const without = await unlinked(client, shop.domain);
  const app = await open(page, world, shop.domain, without);
  await expect(app.getByRole("button", { name: /^Check processing status/ })).toBeDisabled();

  // not processed at the first look: the page must follow along by itself
  world.hakuna.behave({ requestIds: true, pollsUntilDone: 1 });
  try {
    const id = await unlinked(client, shop.domain);
    await open(page, world, shop.domain, id);
    await app.getByRole("button", { name: /^Check processing status/ }).click();
    await expect(page.getByRole("status")).toContainText("Asking Hakuna for the processing status");
    await expect(app.getByText("Hakuna processed it")).toBeVisible();
  } finally {
    world.hakuna.behave({});
  }
});

test("titles from outside are text, in German too, and no other shop sees the order", async ({
  page,
  world,
  shop,
  client,
}) => {
  const evil = "<img src=x onerror=alert(1)>";
  const id = await unlinked(client, shop.domain, evil);
  const app = await open(page, world, shop.domain, `${id}?locale=de`);
  await expect(app.getByText(evil, { exact: true })).toBeVisible();
  await expect(app.getByText("gehören wahrscheinlich zusammen")).toBeVisible();
  await expect(app.locator("img[src=x]")).toHaveCount(0);

  await open(page, world, `other-of-${shop.domain}`, id);
  await expect(app.getByRole("heading", { name: "Page not found" })).toBeVisible();
});

test("an order that was deleted in Shopify is cancelled at Hakuna by a person, after a question", async ({
  page,
  world,
  shop,
  client,
}) => {
  const id = await unlinked(client, shop.domain);
  await client.send([webhookOf(shop.domain, "orders/delete", `{"id":${id}}`, Date.now())]);
  await client.quiet(shop.domain);
  expect(world.hakuna.last(id)?.status).toBe("placed");
  const app = await open(page, world, shop.domain, id);
  await expect(app.getByText("was deleted in Shopify without being canceled")).toBeVisible();
  await app.getByRole("button", { name: "Cancel at Hakuna" }).click();
  const dialog = app.getByRole("dialog");
  await expect(dialog.getByText("This cannot be undone")).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Cancel at Hakuna" }).click();
  await expect(dialog).toBeHidden();
  await expect(app.getByText("was deleted in Shopify without being canceled")).toBeHidden();
  await client.quiet(shop.domain);
  expect(world.hakuna.last(id)?.status).toBe("cancelled");
  await expect(app.getByText("Canceled at Hakuna")).toBeVisible();
});
