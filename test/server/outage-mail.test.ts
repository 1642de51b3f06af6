import { afterAll, describe, expect, it } from "vitest";
import { startMailServer } from "#test/simulator/mail-server.ts";
import { ask, documentPath, sessionToken } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { orderOf, vogelsang } from "./vogelsang.ts";

const post = await startMailServer();
afterAll(() => post.close());
const { world, client } = await openWorld({
  ...{ SMTP_URL: post.url, MAIL_FROM: "Hakuna <sync@hakuna.example>" },
  ...{ OUTAGE_MAIL_AFTER_MS: "3600000", OUTAGE_LOOK_MS: "50" },
  // however slow the machine, nobody loses the lock in the middle of a mail
  ...{ DATABASE_IDLE_MS: "250000", LEASE_MS: "300000" },
});
// two look for outages: the server's worker and this one
const worker = world.startProcess("app/worker.ts");
let nextId = 950_000;

/** A shop that was opened in a language and whose key is refused when its first order is sent. */
async function breakShop(shop: string, locale: string | null): Promise<void> {
  if (locale !== null) {
    const token = sessionToken(world, shop);
    const opened = await ask(world, `${documentPath("/app", shop, token)}&locale=${locale}`);
    expect(opened.status).toBe(200);
  }
  await client.connect(shop, "sk_test_revoked");
  nextId += 1;
  await client.send([orderOf(shop, nextId).webhook("orders/create")]);
  await eventually(
    "the key is refused",
    async () => (await column(shop, "connection")) === "key_refused",
  );
}

async function column(shop: string, name: string): Promise<unknown> {
  const { rows } = await client.pool.query(
    `SELECT "${name}" AS value FROM "Shop" WHERE "domain" = $1`,
    [shop],
  );
  return rows[0]?.value;
}

/** Time goes by for one shop: its connection broke so long ago. */
async function age(shop: string, minutes: number): Promise<void> {
  await client.pool.query(
    `UPDATE "Shop" SET "connectionSince" = now() - $2 * interval '1 minute' WHERE "domain" = $1`,
    [shop, minutes],
  );
}

const told = (shop: string) =>
  eventually("it is told", async () => (await column(shop, "outageToldAt")) !== null);
const mailsTo = (shop: string) => post.mails.filter(({ to }) => to.includes(`owner@${shop}`));
/** The body of a mail, quoted-printable undone. */
const readable = (raw: string) =>
  Buffer.from(
    raw
      .replace(/=\r?\n/g, "")
      .replace(/=([0-9A-F]{2})/g, (_all, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  ).toString("utf8");

describe("a connection that stays broken", () => {
  it("is told to the shop's owner after an hour, in their language, once", async () => {
    await breakShop("kaputt.myshopify.com", "de-AT");
    await breakShop("broken.myshopify.com", "fr");
    // a young one, and one that is due: between them the test has longer than it may take
    await age("kaputt.myshopify.com", 30);
    await age("broken.myshopify.com", 61);
    await told("broken.myshopify.com");
    expect(mailsTo("kaputt.myshopify.com")).toEqual([]);
    await age("kaputt.myshopify.com", 61);
    await told("kaputt.myshopify.com");
    const [english, german] = ["broken.myshopify.com", "kaputt.myshopify.com"].map((shop) =>
      mailsTo(shop).map(({ raw }) => readable(raw)),
    );
    expect(english).toHaveLength(1);
    expect(english?.[0]).toContain("Hakuna no longer accepts the API key.");
    expect(english?.[0]).toContain("1 order is waiting and will be sent");
    expect(english?.[0]).toContain(
      `https://admin.shopify.com/store/broken/apps/${world.apiKey}/app/settings`,
    );
    expect(german).toHaveLength(1);
    expect(german?.[0]).toContain("Hakuna nimmt den API-Schlüssel nicht mehr an.");
    expect(german?.[0]).toContain("1 Bestellung wartet");
    expect(`${english}${german}`).not.toMatch(vogelsang.trace);
    expect(`${english}${german}`).not.toContain("sk_test_revoked");
  });

  it("is told again when it was mended and breaks again", async () => {
    const shop = "broken.myshopify.com";
    await client.connect(shop);
    await eventually("it is sent", () => world.hakuna.last("950002") !== null);
    expect(await column(shop, "connection")).toBe("connected");
    await breakShop(shop, null);
    await age(shop, 61);
    await client.pool.query(
      `UPDATE "Shop" SET "outageToldAt" = now() - interval '1 day' WHERE "domain" = $1`,
      [shop],
    );
    await eventually("the second mail", () => mailsTo(shop).length === 2);
  });

  it("is told later when the mail server does not take it, and given up when it never will", async () => {
    post.behave(451);
    await breakShop("later.myshopify.com", "en");
    await age("later.myshopify.com", 61);
    await eventually("it is tried", () => failures("later.myshopify.com") > 0);
    expect(await column("later.myshopify.com", "outageToldAt")).toBeNull();
    post.behave("takes");
    await told("later.myshopify.com");
    expect(mailsTo("later.myshopify.com")).toHaveLength(1);
    post.behave(550);
    await breakShop("never.myshopify.com", "en");
    await age("never.myshopify.com", 61);
    await told("never.myshopify.com");
    post.behave("takes");
    expect(mailsTo("never.myshopify.com")).toEqual([]);
  });

  it("holds up no other when one mailbox does not take its mail", async () => {
    post.behave(451, "owner@full.myshopify.com");
    await breakShop("full.myshopify.com", "en");
    await breakShop("behind.myshopify.com", "en");
    await age("full.myshopify.com", 62);
    await eventually("it is tried", () => failures("full.myshopify.com") > 0);
    await age("behind.myshopify.com", 61);
    await told("behind.myshopify.com");
    expect(mailsTo("behind.myshopify.com")).toHaveLength(1);
    expect(await column("full.myshopify.com", "outageToldAt")).toBeNull();
    post.behave("takes");
    await told("full.myshopify.com");
  });

  it.each([
    ["login", 535],
    ["sender", 553],
  ] as const)("is told later when the mail server refuses the app's %s", async (what, answer) => {
    const [shop, next] = [`${what}.myshopify.com`, `${what}-next.myshopify.com`];
    post.behave(answer);
    for (const one of [shop, next]) await breakShop(one, "en");
    await age(shop, 62);
    await age(next, 61);
    await eventually("it is tried, more than once", () => failures(shop) > 2);
    expect(await column(shop, "outageToldAt")).toBeNull();
    post.behave("takes");
    for (const one of [shop, next]) await told(one);
    expect([shop, next].map((one) => mailsTo(one).length)).toEqual([1, 1]);
    // nothing was tried that had to fail
    expect(failures(next)).toBe(0);
  });

  it("is logged for the operator where nobody can be told", async () => {
    await breakShop("unopened.myshopify.com", null);
    await age("unopened.myshopify.com", 61);
    await told("unopened.myshopify.com");
    await eventually("it is logged", () =>
      output()
        .split("\n")
        .some(
          (line) => line.includes("unopened.myshopify.com") && line.includes(`"mail":"no_contact"`),
        ),
    );
    // what the log says of the others never names their addresses
    expect(output()).not.toContain("owner@");
  });
});

function output(): string {
  return world.app().output() + worker.output();
}

/** How often the mail server did not take the shop's mail. */
function failures(shop: string): number {
  const lines = output().split("\n");
  return lines.filter((line) => line.includes(`"${shop}"`) && line.includes("it is tried again"))
    .length;
}
