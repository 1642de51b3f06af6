import { randomUUID } from "node:crypto";
import { boughtOrder, planIds } from "#test/simulator/shopify/bought-order.ts";
import { createClient } from "../server/client.ts";
import type { World } from "../world/world.ts";
import { violations } from "./accessibility.ts";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";

const ref = [{ name: "_hakuna_ref", value: "abc" }];
let orders = 820_982_911_946_300_000n;

/** An order with a product and its plan, as the protection block makes it. */
function insured(shop: string) {
  orders += 1n;
  const lines = [
    { id: 1n, title: "Frutta Banana", isPlan: false, properties: ref },
    { id: 2n, title: "Warranty", isPlan: true, properties: [...ref, ...planIds] },
  ];
  return { id: String(orders), webhook: boughtOrder(shop, orders, lines) };
}

function newKey(world: World, environment: "sandbox" | "production" = "sandbox"): string {
  const key = `sk_test_${randomUUID()}`;
  world.hakuna.apiKeys[environment].push(key);
  return key;
}

test("from an empty shop to the first synced order, by the pages alone", async ({
  page,
  world,
  shop,
}) => {
  const key = newKey(world);
  const app = await openApp(page, world, shop.domain);
  await app.getByRole("link", { name: "Enter the API key" }).click();
  await app.getByLabel("API key").fill(key);
  await app.getByRole("button", { name: "Test connection" }).click();
  await expect(app.getByText("Hakuna accepts this key.")).toBeVisible();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status")).toContainText("Settings saved");
  await expect(app.getByText(`A key ending in ${key.slice(-4)} is stored`)).toBeVisible();

  const client = createClient(world);
  const { id, webhook } = insured(shop.domain);
  await client.send([webhook]);
  await expect.poll(() => world.hakuna.states(id).length).toBe(1);
  await page.getByRole("link", { name: "Overview" }).click();
  await expect(app.getByText("4 of 5 steps done")).toBeVisible();
  await page.getByRole("link", { name: "Orders" }).click();
  await expect(app.getByRole("row", { name: /Mustermann/ })).toContainText("Synced");

  const { rows } = await client.pool.query(
    `SELECT "apiKeySealed" FROM "Shop" WHERE "domain" = $1`,
    [shop.domain],
  );
  expect(rows[0].apiKeySealed).not.toContain(key);
  await client.close();
});

test("a wrong key is refused in its field, and nothing changes", async ({ page, world, shop }) => {
  const app = await openApp(page, world, shop.domain, "/app/settings");
  await app.getByLabel("API key").fill("sk_test_wrong");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(app.getByText("Nothing was changed.")).toBeVisible();
  await page.reload();
  await expect(app.getByText("You find it in your Hakuna account.")).toBeVisible();
});

test("a refused key is told, replaced, and what was pending goes out", async ({
  page,
  world,
  shop,
}) => {
  const client = createClient(world);
  const old = newKey(world);
  await client.connect(shop.domain, old);
  const keys = world.hakuna.apiKeys.sandbox;
  keys.splice(keys.indexOf(old), 1);
  const { id, webhook } = insured(shop.domain);
  await client.send([webhook]);
  await client.quiet(shop.domain);

  const app = await openApp(page, world, shop.domain);
  await expect(app.getByText("Hakuna does not accept the API key")).toBeVisible();
  await app.getByRole("link", { name: "Enter a new key" }).click();
  await app.getByLabel("API key").fill(newKey(world));
  await page.getByRole("button", { name: "Save" }).click();
  await expect.poll(() => world.hakuna.states(id).length).toBe(1);
  await client.close();
});

test("when Hakuna is silent, a key is saved only if the merchant says so", async ({
  page,
  world,
  shop,
}) => {
  const key = newKey(world);
  world.hakuna.behave({ down: true });
  try {
    const app = await openApp(page, world, shop.domain, "/app/settings");
    await app.getByLabel("API key").fill(key);
    await app.getByRole("button", { name: "Test connection" }).click();
    await expect(app.getByText("Hakuna cannot be reached at the moment")).toBeVisible();
    await page.getByRole("button", { name: "Save" }).click();
    await app.getByRole("button", { name: "Save anyway" }).click();
    await expect(app.getByText(`A key ending in ${key.slice(-4)} is stored`)).toBeVisible();
  } finally {
    world.hakuna.behave({});
  }
});

test("when something else answers in Hakuna's place, no key works there", async ({
  page,
  world,
  shop,
}) => {
  world.hakuna.behave({ between: { status: 200, body: "<html>Sign in</html>" } });
  try {
    const app = await openApp(page, world, shop.domain, "/app/settings");
    await app.getByLabel("API key").fill(newKey(world));
    await app.getByRole("button", { name: "Test connection" }).click();
    await expect(app.getByText("What answers at Hakuna's address is not")).toBeVisible();
    await page.getByRole("button", { name: "Save" }).click();
    await expect(app.getByText("There is no order feed at Hakuna's address")).toBeVisible();
    await app.getByRole("button", { name: "Cancel" }).click();
    await page.reload();
    await expect(app.getByText("You find it in your Hakuna account.")).toBeVisible();
  } finally {
    world.hakuna.behave({});
  }
});

test("another environment asks what becomes of the orders that Hakuna has", async ({
  page,
  world,
  shop,
}) => {
  const client = createClient(world);
  await client.connect(shop.domain, newKey(world));
  const { id, webhook } = insured(shop.domain);
  await client.send([webhook]);
  await client.quiet(shop.domain);
  const app = await openApp(page, world, shop.domain, "/app/settings");
  await app.getByRole("radio", { name: "Production" }).check({ force: true });
  await app.getByLabel("API key").fill(newKey(world, "production"));
  await page.getByRole("button", { name: "Save" }).click();
  await expect(app.getByText("Hakuna already has 1 order of this shop.")).toBeVisible();
  await app.getByLabel("Send them to the new environment too").check({ force: true });
  await app.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect
    .poll(() => world.hakuna.states(id).map(({ environment }) => environment))
    .toEqual(["sandbox", "production"]);
  await client.close();
});

test("settings are saved and discarded, and leaving asks", async ({ page, world, shop }) => {
  const app = await openApp(page, world, shop.domain, "/app/settings");
  await app.getByLabel("All orders").check({ force: true });
  await app.getByLabel("Product identifier").selectOption("sku");
  await page.getByRole("button", { name: "Discard" }).click();
  await expect(app.getByLabel("Only orders with protection plans")).toBeChecked();

  await app.getByLabel("All orders").check({ force: true });
  await app.getByLabel("Country of the shop").selectOption("at");
  let asked = "";
  page.once("dialog", async (dialog) => {
    asked = dialog.message();
    await dialog.dismiss();
  });
  await page.getByRole("link", { name: "Help" }).click();
  await expect.poll(() => asked).toContain("Leave without saving?");
  await expect(app.getByRole("heading", { name: "Settings" })).toBeVisible();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status")).toContainText("Settings saved");
  await page.reload();
  await expect(app.getByLabel("All orders")).toBeChecked();
  await expect(app.getByLabel("Country of the shop")).toHaveValue("at");
});

test("syncing is paused, orders are kept, and resuming sends them", async ({
  page,
  world,
  shop,
}) => {
  const client = createClient(world);
  await client.connect(shop.domain, newKey(world));
  const app = await openApp(page, world, shop.domain, "/app/settings");
  await app.getByRole("button", { name: "Pause syncing" }).click();
  await expect(app.getByText("Hakuna receives no changes until you resume.")).toBeVisible();
  const { id, webhook } = insured(shop.domain);
  await client.send([webhook]);
  await expect.poll(async () => (await client.order(shop.domain, id)).status).toBe("pending");
  expect(world.hakuna.states(id)).toEqual([]);
  await app.getByRole("button", { name: "Resume syncing" }).click();
  await expect.poll(() => world.hakuna.states(id).length).toBe(1);
  await client.close();
});

test("disconnecting asks, then forgets the key", async ({ page, world, shop }) => {
  const client = createClient(world);
  await client.connect(shop.domain, newKey(world));
  const app = await openApp(page, world, shop.domain, "/app/settings");
  await app.getByRole("button", { name: "Disconnect from Hakuna" }).click();
  await app.getByRole("dialog").getByRole("button", { name: "Disconnect from Hakuna" }).click();
  await expect(page.getByRole("status")).toContainText("Disconnected");
  await expect(app.getByText("You find it in your Hakuna account.")).toBeVisible();
  const { rows } = await client.pool.query(
    `SELECT "apiKeySealed", "connection" FROM "Shop" WHERE "domain" = $1`,
    [shop.domain],
  );
  expect(rows[0]).toEqual({ apiKeySealed: null, connection: "none" });
  await client.close();
});

test("mails are chosen with when they come and where they go; where none are sent, that is said", async ({
  page,
  world,
  shop,
}) => {
  const client = createClient(world);
  await client.connect(shop.domain);
  const app = await openApp(page, world, shop.domain, "/app/settings");
  // this deployment has no mail server
  await expect(app.getByText("has not set up a mail server")).toBeVisible();
  const weekly = app.getByLabel("Weekly summary");
  await expect(weekly).not.toBeChecked();
  await expect(app.getByText(/^Every Monday at 8 in the morning/)).toBeVisible();
  await expect(app.getByText(/On other days nothing is sent\.$/)).toBeVisible();
  expect(await violations(page)).toEqual([]);

  const wanted = async () => {
    const { rows } = await client.pool.query(`SELECT "kind" FROM "ShopMail" WHERE "shop" = $1`, [
      shop.domain,
    ]);
    return rows;
  };
  await weekly.check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect.poll(wanted).toEqual([{ kind: "weekly" }]);
  await page.reload();
  await expect(weekly).toBeChecked();
  await weekly.uncheck();
  await page.getByRole("button", { name: "Save" }).click();
  await expect.poll(wanted).toEqual([]);
  await client.close();
});
