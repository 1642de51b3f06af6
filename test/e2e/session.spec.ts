import { readdir, readFile } from "node:fs/promises";
import { Pool } from "pg";
import { mintSessionToken } from "../simulator/admin/session-token.ts";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";

const host = Buffer.from("admin.shopify.com/store/x").toString("base64url");

test("opening the app exchanges one token and keeps the session", async ({ page, world, shop }) => {
  const errors: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));

  await openApp(page, world, shop.domain);

  expect(world.admin.given.filter((token) => token.shop === shop.domain)).toHaveLength(1);
  const pool = new Pool({ connectionString: world.databaseUrl });
  const { rows } = await pool.query(`SELECT * FROM "Session" WHERE shop = $1`, [shop.domain]);
  await pool.end();
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ id: `offline_${shop.domain}`, isOnline: false });
  expect(rows[0].expires).not.toBeNull();
  expect(rows[0].refreshToken).toMatch(/^shprt_/);
  expect(errors).toEqual([]);
});

test("a session token that has expired is renewed without the merchant noticing", async ({
  page,
  world,
  shop,
}) => {
  await shop.set({ connection: "connected" });
  await shop.addOrder({ id: "1", name: "#1001", status: "pending" });
  const app = await openApp(page, world, shop.domain);
  const expired = mintSessionToken({ ...world, shop: shop.domain }, Date.now() - 600_000);
  let handedOut = 0;
  await page.route(/\/session-token\?/, async (route) => {
    if (handedOut++ === 0) await route.fulfill({ body: expired });
    else await route.fallback();
  });

  // the page follows along while the order is pending
  await expect.poll(() => handedOut).toBeGreaterThan(1);
  await shop.setOrder("1", { status: "confirmed" });
  await expect(app.getByText("Confirmed")).toBeVisible();
});

test("a page opened with an expired token gets a fresh one through the bounce page", async ({
  page,
  world,
  shop,
}) => {
  const expired = mintSessionToken({ ...world, shop: shop.domain }, Date.now() - 600_000);
  let bounced = false;
  page.on("request", (request) => {
    if (request.url().includes("/auth/session-token")) bounced = true;
  });
  await page.route("https://admin.shopify.com/store/**", async (route) => {
    const { pathname } = new URL(route.request().url());
    const answer = await route.fetch({ url: world.admin.url + pathname });
    const html = (await answer.text()).replace(/id_token=[^&"]+/, `id_token=${expired}`);
    await route.fulfill({ contentType: "text/html", body: html });
  });

  const app = await openApp(page, world, shop.domain);

  await expect(app.getByRole("heading", { name: "Overview" })).toBeVisible();
  expect(bounced).toBe(true);
});

test("a document without a token is sent to the bounce page, which only Shopify may frame", async ({
  request,
  world,
  shop,
}) => {
  const answer = await request.get(`${world.appUrl}/app`, {
    params: { embedded: "1", shop: shop.domain, host },
    maxRedirects: 0,
  });
  expect(answer.status()).toBe(302);
  expect(answer.headers().location).toMatch(/^\/auth\/session-token\?/);

  const bounce = await request.get(world.appUrl + answer.headers().location);
  expect(bounce.headers()["content-security-policy"]).toContain(
    `frame-ancestors https://${shop.domain} https://admin.shopify.com`,
  );
  expect(await bounce.text()).toContain("https://cdn.shopify.com/shopifycloud/app-bridge.js");
});

test("a forged token opens nothing", async ({ request, world, shop }) => {
  const forged = mintSessionToken(
    { apiKey: world.apiKey, apiSecret: "somebody else's", shop: shop.domain },
    Date.now(),
  );
  const answer = await request.get(`${world.appUrl}/app.data`, {
    headers: { Authorization: `Bearer ${forged}` },
  });
  expect(answer.status()).toBe(401);
  expect(world.admin.given.filter((token) => token.shop === shop.domain)).toHaveLength(0);
});

test("the shop is that of the token, whatever the address says", async ({
  request,
  world,
  shop,
}) => {
  await shop.addOrder({ id: "77", name: "#SECRET77", status: "sent" });
  const token = mintSessionToken({ ...world, shop: "nosy.myshopify.com" }, Date.now());
  const answer = await request.get(`${world.appUrl}/app.data`, {
    params: { shop: shop.domain, host, embedded: "1" },
    headers: { Authorization: `Bearer ${token}` },
  });
  expect(answer.status()).toBe(200);
  const text = await answer.text();
  expect(text).not.toContain("SECRET77");
});

test("every route that authenticates passes the library's headers on", async () => {
  const folder = new URL("../../app/routes/", import.meta.url);
  const files = (await readdir(folder)).filter((file) => file.endsWith(".tsx"));
  const sources = await Promise.all(
    files.map(async (file) => ({ file, source: await readFile(new URL(file, folder), "utf8") })),
  );
  const authenticating = sources.filter(({ source }) => source.includes("authenticateAdmin"));
  expect(authenticating.length).toBeGreaterThan(2);
  for (const { file, source } of authenticating) {
    expect(source, file).toContain("export const headers = boundary.headers;");
  }
});

test("an expired token is answered with the header that makes App Bridge try again", async ({
  request,
  world,
  shop,
}) => {
  const expired = mintSessionToken({ ...world, shop: shop.domain }, Date.now() - 600_000);
  for (const path of ["/app.data", "/app.data?_routes=routes%2Fapp._index"]) {
    const answer = await request.get(world.appUrl + path, {
      headers: { Authorization: `Bearer ${expired}` },
    });
    expect(answer.status(), path).toBe(401);
    expect(answer.headers()["x-shopify-retry-invalid-session-request"], path).toBe("1");
  }
});
