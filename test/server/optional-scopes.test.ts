import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startMailServer } from "#test/simulator/mail-server.ts";
import { ask, sessionToken } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openRefundShop } from "./refund-shop.ts";

// docs/scopes.md: what is optional is not needed for anything else
const toml = await readFile("shopify.app.toml", "utf8");
const [, listed = ""] = /^optional_scopes = \[([^\]]*)\]/m.exec(toml) ?? [];
const optional = [...listed.matchAll(/"(\w+)"/g)].map(([, scope]) => scope ?? "");

const post = await startMailServer();
afterAll(() => post.close());
const domain = "optional-scopes.myshopify.com";
const { world, client, pool, shop, allScopes, ...given } = await openRefundShop(
  domain,
  5_680_000_000n,
  { SMTP_URL: post.url, MAIL_FROM: "Hakuna <sync@hakuna.example>", OUTAGE_LOOK_MS: "50" },
);
const { productGone, refund, atHakuna } = given;
const worker = world.startProcess("app/worker.ts");
const page = (path: string, body?: object) =>
  ask(world, path, { token: sessionToken(world, domain), body });

/** Shopify has taken the scopes away, and the app knows it or does not yet. */
async function grant(scopes: readonly string[], isKnown: boolean): Promise<void> {
  shop.scopes = new Set(scopes);
  const known = isKnown ? scopes : [...allScopes, ...optional];
  await pool.query(`UPDATE "Shop" SET "scopes" = $2 WHERE "domain" = $1`, [
    domain,
    known.join(","),
  ]);
}

beforeAll(async () => {
  expect(optional).toContain("write_orders");
  await worker;
});

const sets: [string, string[]][] = [
  ["any optional scope", []],
  ...optional.map((scope): [string, string[]] => [scope, optional.filter((one) => one !== scope)]),
];

describe.each(sets)("without %s", (_, others) => {
  it.each([true, false])("pages and actions work (the app knows it: %s)", async (isKnown) => {
    await grant([...allScopes, ...others], isKnown);
    const gone = await productGone();
    const { id } = gone;
    // an order is told to Hakuna, and what is to be refunded is seen
    await eventually("Hakuna has it", () => atHakuna(gone) === 0);
    expect(await client.order(domain, id)).toMatchObject({ refundUnits: 1, needsAttention: true });
    const pages = [
      ...[
        "/app.data",
        "/app/orders.data",
        "/app/orders.data?view=refund",
        `/app/orders/${id}.data`,
      ],
      ...["/app/plans.data", "/app/analytics.data", "/app/settings.data", "/app/help.data"],
      `/app/orders.csv`,
    ];
    for (const path of pages) {
      const { status, text } = await page(path);
      expect([path, status]).toEqual([path, 200]);
      expect(text).not.toContain("ErrorResponse");
    }
    // what a person may do with an order, and with the settings
    const resent = await page(`/app/orders/${id}.data`, { action: "resend" });
    expect(resent.status).toBeLessThan(300);
    const keys = [`product_gone_plan_not:${gone.order.lines[0]?.id}:${gone.planLineId}`];
    expect((await page(`/app/orders/${id}.data`, { action: "put_away", keys })).text).toContain(
      "put_away",
    );
    const settings = {
      ...{ environment: "sandbox", share: "protected", productIdentifier: "variant" },
      ...{ sendTestOrders: false, sendOlderOrders: true, acceptSuggestions: false, country: "de" },
      mails: { weekly: true, deadlines: true },
    };
    const body = { intent: "save", settings, apiKey: null, sentOrders: null, untested: false };
    expect((await page("/app/settings.data", body)).text).toContain("saved");
    // a refund works with its own scope, and is refused in words without it
    const answer = await refund(gone);
    if (others.includes("write_orders")) expect(answer).toMatchObject({ state: "done" });
    else expect(answer.result).toMatch(/no_scope|staff_may_not/);
  });
});

it("mails go out without any of them", async () => {
  await grant(allScopes, true);
  await eventually("the address is known", async () => {
    await page("/app.data");
    const { rows } = await pool.query(`SELECT "contactEmail" FROM "Shop" WHERE "domain" = $1`, [
      domain,
    ]);
    return rows[0].contactEmail !== null;
  });
  const before = post.mails.length;
  await pool.query(
    `UPDATE "ShopMail" SET "dueAt" = now() - interval '1 second', "result" = NULL
      WHERE "shop" = $1 AND "kind" = 'weekly'`,
    [domain],
  );
  await eventually("it is sent", () => post.mails.length > before);
});
