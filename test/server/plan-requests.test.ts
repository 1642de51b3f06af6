import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { customerData } from "#app/privacy/data-request.ts";
import { startMailServer } from "#test/simulator/mail-server.ts";
import type { Refundable } from "#test/simulator/shopify/refundable-order.ts";
import { ask, type Claims, sessionToken } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { buyRefundable } from "./refund-shop.ts";

const domain = "requests.myshopify.com";
const post = await startMailServer();
const { world, client } = await openWorld({
  SMTP_URL: post.url,
  MAIL_FROM: "Hakuna <sync@hakuna.example>",
});
const { pool } = client;
const shop = world.shopify.shop(domain);
/** where Shopify runs what buyers see */
const origin = "https://extensions.shopifycdn.com";
let nextId = 5_700_000_000n;

afterAll(() => post.close());

beforeAll(async () => {
  shop.scopes = new Set([
    ...["read_orders", "read_fulfillments", "read_customers", "read_products", "write_orders"],
  ]);
  await ask(world, "/app.data", { token: sessionToken(world, domain) });
  await client.connect(domain);
});

async function bought(given: Refundable = {}) {
  nextId += 1n;
  const all = await buyRefundable(client, shop, domain, [nextId, given]);
  return { ...all, gid: `gid://shopify/Customer/${all.order.customer?.id}` };
}

type Bought = Awaited<ReturnType<typeof bought>>;

/** The session token of a customer account extension: its `dest` is the bare domain. `sub` may be absent. */
function buyerToken(sub: string | undefined, claims: Claims = {}): string {
  return sessionToken(world, domain, { claims: { dest: domain, sub, ...claims } });
}

async function plansOf({ id, gid }: { id: string; gid: string }, token = buyerToken(gid)) {
  const { status, text, headers } = await ask(world, `/api/buyer/orders/${id}`, {
    ...{ token, headers: { origin } },
  });
  expect({ status, text, origin: headers["access-control-allow-origin"] }).toMatchObject({
    origin: "*",
  });
  return { status, body: text === "" ? {} : JSON.parse(text) };
}

async function askBack(of: Bought, more: object = {}, token = buyerToken(of.gid)) {
  const { status, text } = await ask(world, `/api/buyer/orders/${of.id}`, {
    ...{ token, headers: { origin } },
    body: { planLineId: of.planLineId, units: 1, left: 1, locale: "de-AT", ...more },
  });
  return { status, ...(text === "" ? {} : JSON.parse(text)) };
}

async function rowsOf({ id }: { id: string }) {
  const { rows } = await pool.query(
    `SELECT * FROM "PlanRequest" WHERE "shop" = $1 AND "orderId" = $2 ORDER BY "createdAt"`,
    [domain, id],
  );
  return rows;
}

const refundsOf = async ({ id }: { id: string }) =>
  (
    await pool.query(
      `SELECT "state", "reason", "staffId" FROM "PlanRefund" WHERE "shop" = $1 AND "orderId" = $2`,
      [domain, id],
    )
  ).rows;

async function asStaff(id: string, body: object) {
  const token = sessionToken(world, domain);
  const { text } = await ask(world, `/app/refunds/${id}`, { token, body });
  return JSON.parse(text);
}

/** The text of a mail, base64 or quoted-printable undone. */
function readable(raw: string): string {
  const [head = "", ...body] = raw.split("\r\n\r\n");
  const text = body.join("\r\n\r\n");
  if (/encoding: base64/i.test(head)) return Buffer.from(text, "base64").toString("utf8");
  const bytes = text
    .replaceAll("=\r\n", "")
    .replaceAll(/=([0-9A-F]{2})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

async function pageOf(id: string): Promise<string> {
  return (await ask(world, `/app/orders/${id}.data`, { token: sessionToken(world, domain) })).text;
}

const steps = async ({ id }: { id: string }) => {
  const { rows } = await pool.query(
    `SELECT "detail" FROM "TimelineEvent" WHERE "shop" = $1 AND "orderId" = $2 AND "kind" = 'refund'
      ORDER BY "at", "source"`,
    [domain, id],
  );
  return rows.map(({ detail }) => `${detail.step} ${detail.by}`);
};

describe("a buyer", () => {
  it("sees the plans of their order, with the time that is left", async () => {
    const shippedAt = Date.now() - 3_600_000;
    const of = await bought();
    expect((await plansOf(of)).body.plans).toEqual([
      {
        ...{ id: of.planLineId, title: of.plan.title, left: 1 },
        state: "open",
        until: null,
        request: null,
      },
    ]);
    of.order.updatedAt += 60_000;
    of.order.fulfillments.push({
      ...{ id: of.order.id + 800n, status: "success", createdAt: shippedAt, updatedAt: shippedAt },
      units: [{ line: of.product, quantity: 1 }],
    });
    await of.tell("orders/updated");
    const [plan] = (await plansOf(of)).body.plans;
    expect(plan.state).toBe("open");
    expect(Math.round((plan.until - shippedAt) / 86_400_000)).toBe(14);
  });

  it("asks for it once, has it in writing, and the merchant sees it", async () => {
    const of = await bought();
    const began = Date.now();
    const answers = await Promise.all([askBack(of), askBack(of), askBack(of)]);
    expect(answers.map(({ result }) => result).sort()).toEqual(["asked", "open", "open"]);
    const [row] = await rowsOf(of);
    expect(row).toMatchObject({ units: 1, answer: null, language: "de" });
    expect(row.createdAt.getTime()).toBeGreaterThan(began - 60_000);
    await client.quiet(domain);
    expect(await client.order(domain, of.id)).toMatchObject({
      refundUnits: 1,
      needsAttention: true,
    });
    const receipts = () => post.mails.map(({ raw }) => readable(raw));
    await eventually("the receipt", () => receipts().some((text) => text.includes(row.id)));
    const words = receipts().find((text) => text.includes(row.id));
    expect(words).toContain(`1 Einheit von „${of.plan.title}“ zurückgeben`);
    expect(words).toContain(`#${of.order.number}`);
    await eventually("it is noted", async () => (await rowsOf(of))[0].receipt === "sent");
    expect(await pageOf(of.id)).toContain("plan_requested");
    expect(await steps(of)).toEqual(["requested buyer"]);
    expect(await refundsOf(of)).toEqual([]);
    expect((await plansOf(of)).body.plans[0].request).toMatchObject({ id: row.id, answer: null });
    // nothing is told to Hakuna before the money went back
    expect(JSON.stringify(world.hakuna.last(of.id))).not.toContain("refunded_at");
  });

  it.each([
    ["fr-BE", "fr", "Renoncer à 1 unité de"],
    ["nl-NL", "nl", "1 stuk van"],
    ["it-IT", "en", "Give back 1 unit of"],
  ])("has it in writing in their language: %s", async (locale, language, words) => {
    const of = await bought();
    await askBack(of, { locale });
    const [row] = await rowsOf(of);
    expect(row).toMatchObject({ language });
    const receipts = () => post.mails.map(({ raw }) => readable(raw));
    await eventually("the receipt", () => receipts().some((text) => text.includes(row.id)));
    expect(receipts().find((text) => text.includes(row.id))).toContain(words);
  });

  it("is answered by the merchant's refund, or by their no", async () => {
    const [yes, no] = [await bought(), await bought()];
    await askBack(yes);
    await askBack(no);
    const refund = { planLineId: yes.planLineId, units: 1, left: 1, notify: true };
    expect(
      await asStaff(yes.id, { action: "refund", ...refund, amount: 1200, currency: "EUR" }),
    ).toMatchObject({ result: "asked", state: "done" });
    expect(await refundsOf(yes)).toEqual([
      { state: "done", reason: "plan_requested", staffId: "42" },
    ]);
    expect(await rowsOf(yes)).toMatchObject([{ answer: "refunded", answeredBy: "user:42" }]);
    const declined = { action: "decline_request", planLineId: no.planLineId };
    expect(await asStaff(no.id, declined)).toEqual({ result: "decided" });
    expect(await asStaff(no.id, declined)).toEqual({ result: "changed" });
    expect(await rowsOf(no)).toMatchObject([{ answer: "declined", answeredBy: "user:42" }]);
    await client.send(shop.takeWebhooks());
    await client.quiet(domain);
    for (const { id } of [yes, no]) {
      expect(await client.order(domain, id)).toMatchObject({
        refundUnits: 0,
        needsAttention: false,
      });
    }
    expect((await plansOf(yes)).body.plans[0]).toMatchObject({
      ...{ left: 0, request: { answer: "refunded" } },
    });
    expect((await plansOf(no)).body.plans[0]).toMatchObject({
      ...{ left: 1, request: { answer: "declined" } },
    });
    expect(await steps(no)).toEqual(["requested buyer", "request_declined user:42"]);
  });

  it("is told all of it where their data is asked for, and nothing of the shop's staff", async () => {
    const of = await bought();
    await askBack(of);
    const refund = { planLineId: of.planLineId, units: 1, left: 1, notify: true };
    await asStaff(of.id, { action: "refund", ...refund, amount: 1200, currency: "EUR" });
    const customer = of.gid.replace(/.*\//, "");
    const { orders } = await customerData(pool, domain, { customer });
    const told = orders.find(({ id }) => id === of.id);
    expect(told).toMatchObject({
      planRequests: [{ planTitle: of.plan.title, units: 1, language: "de", answer: "refunded" }],
      planRefunds: [{ planTitle: of.plan.title, state: "done", amount: 1200, currency: "EUR" }],
    });
    const [requests, refunds] = [told?.planRequests, told?.planRefunds];
    expect(JSON.stringify([requests, refunds])).not.toMatch(/42"|staffId|"key"|leaseToken/);
  });

  it("is answered too where the plan is refunded in Shopify", async () => {
    const of = await bought();
    await askBack(of);
    of.order.updatedAt = Date.now() + 60_000;
    of.order.refunds.push({
      ...{ id: of.order.id + 900n, createdAt: Date.now() },
      units: [{ line: of.plan, quantity: 1 }],
    });
    await of.tell("orders/updated");
    expect(await client.order(domain, of.id)).toMatchObject({
      refundUnits: 0,
      needsAttention: false,
    });
    expect((await plansOf(of)).body.plans[0].request.answer).toBe("refunded");
    expect(await pageOf(of.id)).toContain("elsewhere");
  });

  it("is to be answered although it was put away before that the product is gone", async () => {
    const of = await bought();
    of.order.updatedAt += 60_000;
    of.order.refunds.push({
      ...{ id: of.order.id + 900n, createdAt: of.order.updatedAt },
      units: [{ line: of.product, quantity: 1, restockType: "RETURN" }],
    });
    await of.tell("orders/updated");
    const token = sessionToken(world, domain);
    const keys = [`product_gone_plan_not:${of.product.id}:${of.planLineId}`];
    await ask(world, `/app/orders/${of.id}.data`, { token, body: { action: "put_away", keys } });
    expect(await client.order(domain, of.id)).toMatchObject({ refundUnits: 0 });
    expect(await askBack(of)).toMatchObject({ result: "asked" });
    expect(await client.order(domain, of.id)).toMatchObject({
      ...{ refundUnits: 1, needsAttention: true },
    });
  });

  it("is too late after the fourteen days, and was in time before", async () => {
    const shippedAt = Date.now() - 15 * 24 * 3_600_000;
    const of = await bought();
    of.order.updatedAt += 60_000;
    of.order.fulfillments.push({
      ...{ id: of.order.id + 800n, status: "success", createdAt: shippedAt, updatedAt: shippedAt },
      units: [{ line: of.product, quantity: 1 }],
    });
    await of.tell("orders/updated");
    expect((await plansOf(of)).body.plans[0].state).toBe("past");
    expect(await askBack(of)).toMatchObject({ result: "late" });
    expect(await rowsOf(of)).toEqual([]);
  });

  it("does not get what is not there", async () => {
    const of = await bought();
    expect(await askBack(of, { units: 2, left: 2 })).toMatchObject({ result: "changed" });
    expect(await askBack(of, { units: 2 })).toMatchObject({ result: "changed" });
    expect(await askBack(of, { planLineId: "77" })).toMatchObject({ result: "changed" });
    for (const bad of [{ units: 0 }, { units: "1" }, { planLineId: "1'--" }, { locale: 7 }]) {
      expect((await askBack(of, bad)).status).toBe(400);
    }
    expect(await rowsOf(of)).toEqual([]);
  });
});

describe("who may", () => {
  it("is the order's customer alone", async () => {
    const of = await bought();
    const other = { ...of, gid: "gid://shopify/Customer/999" };
    expect(await plansOf(other)).toEqual({ status: 404, body: { error: "unknown order" } });
    expect(await askBack(other)).toMatchObject({ status: 404 });
    expect(await plansOf({ ...of, id: "1" })).toMatchObject({ status: 404 });
    const elsewhere = buyerToken(of.gid, { dest: "other-requests.myshopify.com" });
    expect((await plansOf(of, elsewhere)).status).toBe(404);
    expect(await askBack(of, {}, elsewhere)).toMatchObject({ status: 404 });
    expect(await rowsOf(of)).toEqual([]);
  });

  it.each([
    ["nobody is logged in", () => buyerToken(undefined), 403],
    ["the token is of staff", () => sessionToken(world, domain), 403],
    ["it was made for another app", (gid: string) => buyerToken(gid, { aud: "other" }), 403],
    ["its shop is none", (gid: string) => buyerToken(gid, { dest: "evil.example" }), 403],
    ["it has expired", (gid: string) => buyerToken(gid, { exp: 1, iat: 1, nbf: 1 }), 401],
    [
      "it is not signed",
      (gid: string) =>
        sessionToken(world, domain, { claims: { dest: domain, sub: gid }, secret: null }),
      401,
    ],
  ])("is nobody where %s", async (_, token, status) => {
    const of = await bought();
    expect((await plansOf(of, token(of.gid))).status).toBe(status);
    expect((await askBack(of, {}, token(of.gid))).status).toBe(status);
    expect(await rowsOf(of)).toEqual([]);
  });

  it("is never a buyer on the pages of the shop's staff", async () => {
    const of = await bought();
    const tokens = [of.gid, "", undefined].flatMap((sub) =>
      [domain, `https://${domain}`].map((dest) => buyerToken(sub, { dest })),
    );
    for (const token of tokens) {
      for (const path of [`/app/orders/${of.id}.data`, `/api/orders/${of.id}`, "/app.data"]) {
        const { status, text } = await ask(world, path, { token });
        expect([path, status]).toEqual([path, 401]);
        expect(text).not.toContain(of.plan.title);
      }
      const body = { action: "decline_request", planLineId: of.planLineId };
      expect((await ask(world, `/app/refunds/${of.id}`, { token, body })).status).toBe(401);
    }
  });

  it("asks from Shopify's origin: the preflight is answered", async () => {
    const { status, headers } = await ask(world, "/api/buyer/orders/1", {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      },
    });
    expect(status).toBe(204);
    expect(headers["access-control-allow-headers"]).toMatch(/Authorization.*Content-Type/);
  });
});

it("is refunded without a person where the shop wants that and nothing is unclear", async () => {
  await pool.query(
    `UPDATE "Shop" SET "refundsAlone" = true, "refundsAloneSince" = now() - interval '1 second'
      WHERE "domain" = $1`,
    [domain],
  );
  const of = await bought();
  await askBack(of);
  await eventually("it is planned", async () => (await refundsOf(of))[0]?.state === "planned");
  await pool.query(`UPDATE "PlanRefund" SET "dueAt" = now() WHERE "shop" = $1 AND "orderId" = $2`, [
    domain,
    of.id,
  ]);
  await eventually("it is refunded", async () => (await refundsOf(of))[0]?.state === "done");
  expect(await rowsOf(of)).toMatchObject([{ answer: "refunded", answeredBy: null }]);
  const declined = await bought();
  await askBack(declined);
  await eventually(
    "it is planned",
    async () => (await refundsOf(declined))[0]?.state === "planned",
  );
  expect(
    await asStaff(declined.id, { action: "decline_request", planLineId: declined.planLineId }),
  ).toEqual({ result: "decided" });
  expect(await refundsOf(declined)).toMatchObject([{ state: "dropped" }]);
});
