import { afterAll, describe, expect, it } from "vitest";
import { nextMailAt, weekBefore } from "#app/shops/shop-mails.ts";
import { startMailServer } from "#test/simulator/mail-server.ts";
import { orderPayload } from "#test/simulator/shopify/order-payloads.ts";
import { payloadText } from "#test/simulator/shopify/payload.ts";
import { type Refundable, refundableOrder } from "#test/simulator/shopify/refundable-order.ts";
import { webhookOf } from "#test/simulator/shopify/webhook.ts";
import { ask, documentPath, sessionToken } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";

const post = await startMailServer();
afterAll(() => post.close());
const { world, client } = await openWorld({
  ...{ SMTP_URL: post.url, MAIL_FROM: "Hakuna <sync@hakuna.example>", OUTAGE_LOOK_MS: "50" },
});
const { pool } = client;
// two send mails: the server's worker and this one
const worker = world.startProcess("app/worker.ts");
const dayMs = 86_400_000;
let nextId = 5_700_000_000n;

const page = (shop: string, path: string, body?: object) =>
  ask(world, path, { token: sessionToken(world, shop), body });

type Wanted = { weekly: boolean; deadlines: boolean };

async function want(shop: string, mails: Wanted): Promise<void> {
  const settings = {
    ...{ environment: "sandbox", share: "protected", productIdentifier: "variant", country: "de" },
    ...{ sendTestOrders: false, sendOlderOrders: true, acceptSuggestions: false, mails },
  };
  const body = { intent: "save", settings, apiKey: null, sentOrders: null, untested: false };
  expect((await page(shop, "/app/settings.data", body)).text).toContain("saved");
}

/** A connected shop whose pages were opened in a language, and which wants mails. */
async function openShop(name: string, locale: string, timeZone: string, mails: Wanted) {
  const shop = `${name}.myshopify.com`;
  // a page does not wait for long for the address where mails go: on a slow machine the next one knows
  await eventually("Shopify has told the owner's address", async () => {
    const opened = `${documentPath("/app", shop, sessionToken(world, shop))}&locale=${locale}`;
    expect((await ask(world, opened)).status).toBe(200);
    const { rows } = await pool.query(
      `SELECT 1 FROM "Shop" WHERE "domain" = $1 AND "contactEmail" IS NOT NULL`,
      [shop],
    );
    return rows.length === 1;
  });
  await client.connect(shop);
  await pool.query(`UPDATE "Shop" SET "timeZone" = $2 WHERE "domain" = $1`, [shop, timeZone]);
  await want(shop, mails);
  return shop;
}

/** An order with a product (100.00) and its plan (12.00), as its webhook tells of it. */
async function order(shop: string, at: number, given: Refundable = {}, isRefunded = false) {
  nextId += 1n;
  const made = refundableOrder(nextId, { createdAt: at, updatedAt: Date.now(), ...given });
  const [product] = made.lines;
  if (product && isRefunded) {
    const units = [{ line: product, quantity: 1, restockType: "RETURN" as const }];
    made.refunds.push({ id: made.id + 900n, createdAt: made.updatedAt, units });
  }
  const text = payloadText(orderPayload(made));
  await client.send([webhookOf(shop, "orders/create", text, made.updatedAt)]);
  await client.quiet(shop);
  return { id: String(made.id), name: `#${made.number}` };
}

/** An order whose product came back: its plan can be refunded for so many days. */
async function returned(shop: string, daysLeft: number) {
  const id = nextId;
  const gone = await order(shop, Date.now() - 100 * dayMs, {}, true);
  expect(nextId).toBe(id + 1n);
  // as the look at the order's windows notes it
  await pool.query(`UPDATE "Order" SET "refundUntil" = $3 WHERE "shop" = $1 AND "id" = $2`, [
    ...[shop, gone.id],
    new Date(Date.now() + daysLeft * dayMs),
  ]);
  return gone;
}

type Row = { dueAt: Date; result: string | null; toldAt: Date | null; tries: number };
async function row(shop: string, kind: keyof Wanted): Promise<Row | undefined> {
  const { rows } = await pool.query<Row>(
    `SELECT * FROM "ShopMail" WHERE "shop" = $1 AND "kind" = $2`,
    [shop, kind],
  );
  return rows[0];
}

/** The time of a mail has come. */
async function due(shop: string, kind: keyof Wanted): Promise<void> {
  await pool.query(
    `UPDATE "ShopMail" SET "dueAt" = now() - interval '1 second', "result" = NULL
      WHERE "shop" = $1 AND "kind" = $2`,
    [shop, kind],
  );
}

const told = (shop: string, kind: keyof Wanted, result: string) =>
  eventually("it is dealt with", async () => (await row(shop, kind))?.result === result);
const mailsTo = (shop: string) => post.mails.filter(({ to }) => to.includes(`owner@${shop}`));

/** A mail with quoted-printable undone, its lines not broken by the encoding, its spaces plain. */
const readable = (raw = "") =>
  Buffer.from(
    raw
      .replace(/=\r?\n/g, "")
      .replaceAll("\r\n", "\n")
      .replace(/=([0-9A-F]{2})/g, (_all, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  )
    .toString("utf8")
    .replaceAll("\u00a0", " ");

describe("the weekly mail", () => {
  it("tells what there is to do, what was sold and of the block, in the shop's language, once", async () => {
    const both = { weekly: true, deadlines: false };
    const english = await openShop("weekly", "en", "America/New_York", both);
    const german = await openShop("woche", "de", "Europe/Berlin", both);
    for (const [shop, timeZone] of [
      [english, "America/New_York"],
      [german, "Europe/Berlin"],
    ] as const) {
      const next = await row(shop, "weekly");
      expect(next?.dueAt.getTime()).toBe(nextMailAt("weekly", Date.now(), timeZone));
      const noon = Date.parse(`${weekBefore(Date.now(), timeZone).to}T17:00:00Z`);
      await order(shop, noon);
      await order(shop, noon - dayMs);
      const francs = { currency: "CHF", product: { price: 5000 }, plan: { price: 500 } };
      await order(shop, noon, francs);
      // of another week
      await order(shop, noon - 8 * dayMs);
    }
    const near = await returned(english, 2);
    await page(english, "/app/theme", { live: ["protection", "cart-guard"] });
    await pool.query(
      `UPDATE "Shop" SET "blockSeenAt" = '2026-11-20T15:00:00Z' WHERE "domain" = $1`,
      [english],
    );
    for (const shop of [english, german]) await due(shop, "weekly");
    for (const shop of [english, german]) await told(shop, "weekly", "sent");
    const [text = "", deutsch = ""] = [english, german].map((shop) =>
      mailsTo(shop)
        .map(({ raw }) => readable(raw))
        .join("\n--\n"),
    );
    expect([english, german].map((shop) => mailsTo(shop).length)).toEqual([1, 1]);
    expect(text).toContain("Subject: Your protection plans last week: weekly.myshopify.com");
    expect(text).toContain("- 2 plans, net value €24.00\n- 1 plan, net value CHF 5.00\n");
    expect(text).toContain(`1 order needs attention:\n- ${near.name}`);
    expect(text).toMatch(/Refund possible until .*202\d/);
    expect(text).toContain(
      `See all: https://admin.shopify.com/store/weekly/apps/${world.apiKey}/app/orders?view=attention`,
    );
    expect(text).toContain("last seen in your theme on November 20, 2026 at 10:00 AM.");
    expect(text).toContain("untick “Weekly summary”. https://admin.shopify.com/store/weekly/");
    expect(deutsch).toContain("- 2 Schutzpläne, Nettowert 24,00 €\n");
    expect(deutsch).toContain("Keine Bestellung braucht Aufmerksamkeit.");
    expect(deutsch).toContain("noch nicht in deinem Theme gesehen");
    expect(deutsch).toContain("entferne das Häkchen bei „Wochenübersicht“");
    // no customer's name, address or mailbox
    expect(text + deutsch).not.toMatch(/@example|Straße/);

    expect((await row(english, "weekly"))?.dueAt.getTime()).toBe(
      nextMailAt("weekly", Date.now(), "America/New_York"),
    );
  });

  it("comes once although processes end and begin", async () => {
    const shop = await openShop("again", "en", "UTC", { weekly: true, deadlines: false });
    await due(shop, "weekly");
    await told(shop, "weekly", "sent");
    await worker.stop("SIGKILL");
    const next = world.startProcess("app/worker.ts");
    const marker = await openShop("marker", "en", "UTC", { weekly: true, deadlines: false });
    await due(marker, "weekly");
    await told(marker, "weekly", "sent");
    expect([shop, marker].map((one) => mailsTo(one).length)).toEqual([1, 1]);
    await next.stop();
  });

  it("is not sent any more once it is turned off, nor without being asked for", async () => {
    const shop = await openShop("quiet", "en", "UTC", { weekly: true, deadlines: true });
    await want(shop, { weekly: false, deadlines: true });
    expect(await row(shop, "weekly")).toBeUndefined();
    expect(await row(shop, "deadlines")).toBeDefined();
    const settings = (await page(shop, "/app/settings.data")).text;
    expect(settings).toContain(`owner@${shop}`);
  });

  it("is tried again when the mail server does not take it", async () => {
    post.behave(451);
    const shop = await openShop("later", "en", "UTC", { weekly: true, deadlines: false });
    await due(shop, "weekly");
    await eventually("it is tried", async () => (await row(shop, "weekly"))?.tries === 1);
    post.behave("takes");
    expect(mailsTo(shop)).toEqual([]);
    await eventually("it waits for its next try", async () => {
      const at = (await row(shop, "weekly"))?.dueAt.getTime() ?? 0;
      return at > Date.now() && at < Date.now() + 5 * 60_000;
    });
    await due(shop, "weekly");
    await told(shop, "weekly", "sent");
    expect(mailsTo(shop)).toHaveLength(1);
  });
});

describe("the mail about deadlines", () => {
  it("comes only on a day when one is near", async () => {
    const shop = await openShop("frist", "de", "Europe/Berlin", { weekly: false, deadlines: true });
    await order(shop, Date.now() - dayMs);
    const far = await returned(shop, 5);
    const late = await returned(shop, -1);
    await due(shop, "deadlines");
    await told(shop, "deadlines", "nothing");
    expect(mailsTo(shop)).toEqual([]);
    expect((await row(shop, "deadlines"))?.dueAt.getTime()).toBe(
      nextMailAt("deadlines", Date.now(), "Europe/Berlin"),
    );
    const near = await returned(shop, 2.9);
    await due(shop, "deadlines");
    await told(shop, "deadlines", "sent");
    const [mail, ...more] = mailsTo(shop).map(({ raw }) => readable(raw));
    expect(more).toEqual([]);
    expect(mail).toContain("Der Schutzplan von 1 Bestellung lässt sich nur noch kurze Zeit");
    expect(mail).toContain(`- ${near.name}: `);
    expect(mail).not.toContain(far.name);
    expect(mail).not.toContain(late.name);
    expect(mail).toContain("„Erinnerung, wenn eine Frist bald endet“");
  });

  it("says of an order whose buyer wants to give a plan back that it is that", async () => {
    const shop = await openShop("asked", "en", "UTC", { weekly: false, deadlines: true });
    const near = await returned(shop, 2);
    // what is noted where nothing is wrong with the order but what the buyer asked for
    await pool.query(`UPDATE "Order" SET "findings" = '[]' WHERE "shop" = $1`, [shop]);
    await due(shop, "deadlines");
    await told(shop, "deadlines", "sent");
    const [mail] = mailsTo(shop).map(({ raw }) => readable(raw));
    expect(mail).toContain(`- ${near.name}: The customer wants to give back a plan.`);
  });

  it("does not name what the app refunds by itself", async () => {
    const shop = await openShop("allein", "en", "UTC", { weekly: false, deadlines: true });
    const near = await returned(shop, 1);
    await pool.query(
      `INSERT INTO "PlanRefund" ("shop", "id", "orderId", "planLineId", "planTitle", "units", "reason",
              "state", "key", "notify", "createdAt", "dueAt")
       VALUES ($1, gen_random_uuid(), $2, '1', 'Plan', 1, 'product_gone', 'planned',
               gen_random_uuid(), false, now(), now() + interval '1 day')`,
      [shop, near.id],
    );
    await due(shop, "deadlines");
    await told(shop, "deadlines", "nothing");
    expect(mailsTo(shop)).toEqual([]);
  });

  it("tells of plans that end because their renewal waits for the merchant", async () => {
    const shop = await openShop("ende", "en", "UTC", { weekly: false, deadlines: true });
    await pool.query(
      `INSERT INTO "CountryOffer" ("shop", "productId", "country", "prices", "epoch", "expiresAt")
       SELECT $1, 'gid://shopify/Product/' || n, 'de', 1, 1, now() + interval '2 days'
         FROM generate_series(1, 2) n`,
      [shop],
    );
    await pool.query(
      `INSERT INTO "PlanJob" ("shop", "id", "kind", "reason", "dueAt")
       VALUES ($1, gen_random_uuid(), 'renew', 'key_refused', now() + interval '1 day')`,
      [shop],
    );
    await due(shop, "deadlines");
    await told(shop, "deadlines", "sent");
    const [mail] = mailsTo(shop).map(({ raw }) => readable(raw));
    expect(mail).toContain("The plans of 2 products end from");
    expect(mail).toContain("Hakuna does not accept the API key: check it in the settings.");
  });
});
