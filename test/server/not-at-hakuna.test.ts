import { afterEach, describe, expect, it } from "vitest";
import { putFindingAway, skipByHand } from "#app/actions/order-actions.ts";
import type { Finding } from "#app/order/findings.ts";
import { purgeOrders } from "#app/privacy/purge.ts";
import { redactCustomer } from "#app/privacy/redact-customer.ts";
import { redactShop } from "#app/privacy/redact-shop.ts";
import { type ScanContext, scanShop } from "#app/scan/scan.ts";
import { beginImport, beginReconciliation } from "#app/scan/scan-runs.ts";
import type { PagedOrder } from "#app/shopify/orders/order-pages.ts";
import { noteInstalled } from "#app/shops/install.ts";
import { uninstall } from "#app/shops/uninstall.ts";
import { findingKey } from "#app/store/attention.ts";
import { answers, insured, type Payload, syncByHand } from "./sync-by-hand.ts";

const sync = await syncByHand();
const { current, pool, config, context, hakuna } = sync;
const { run, take, stored, setShop, letReadsBeDue, connect } = sync;

const dayMs = 86_400_000;
const later = "2030-01-01T00:00:00Z";

const needsAttention = (code: string) => ({ needsAttention: true, findings: [{ code }] });

/** The order is fulfilled at a time (ISO 8601). */
const fulfilledAt = (time: string) => ({
  updated_at: time,
  fulfillments: [
    {
      ...{ id: 9, status: "success", created_at: time },
      line_items: [{ id: 1, quantity: 1 }],
    },
  ],
});

/** Shopify has the data of the order's customer erased. */
async function erase(id: number): Promise<void> {
  const redaction = { customerId: null, orders: [String(id)] };
  await redactCustomer(context, current.shop, `redaction-${id}`, redaction as never);
}

/** Shopify lists one page. */
function listing(orders: PagedOrder[]): ScanContext {
  return {
    ...context,
    wake: async () => undefined,
    orderPages: {
      count: async () => ({ kind: "count", total: null, oldest: null }),
      page: async () => ({ kind: "page", orders, next: null, missingAccess: [] }),
    },
  };
}

const stateOf = (payload: Payload) => {
  const answer = answers(payload, later);
  if (answer.kind !== "order") throw new Error("not read");
  return answer.state;
};

/** Reconciliation reads the order, as it is in Shopify. */
async function reconcileWith(id: number, more: Payload = {}): Promise<void> {
  await beginReconciliation(pool, current.shop, { now: Date.now(), overlapMs: 600_000 });
  const at = Date.parse("2026-11-24T10:00:00Z");
  const page = [{ id: String(id), at, state: stateOf(insured(id, more)) }];
  await scanShop(listing(page), current.shop);
  await run();
}

afterEach(async () => {
  await setShop("installedAt", null);
});

describe("an order with plans that Hakuna lacks, or knows an older state of, is sent or told:", () => {
  it("one of an import that is read by itself, when Shopify shows it again", async () => {
    await setShop("installedAt", new Date("2026-11-25T00:00:00Z"));
    // 7 lines, 3 fulfillments or 2 refunds are more than a page holds
    current.inShopify = () => ({ kind: "unavailable", reason: "HTTP 503", retryAfterMs: null });
    await beginImport(pool, current.shop, { now: Date.now() });
    await scanShop(
      listing([{ id: "902", at: Date.parse("2026-11-24T10:00:00Z"), state: null }]),
      current.shop,
    );
    expect(await stored(902)).toMatchObject({ status: "waiting" });
    current.inShopify = () => answers(insured(902), later);
    await letReadsBeDue();
    await run();
    expect(await stored(902)).toMatchObject({ status: "sent", imported: true });
  });

  it("each change after its customer's data was erased, also when one before was put away", async () => {
    await take("orders/create", insured(903));
    await erase(903);
    const fulfilled = fulfilledAt("2026-11-24T11:00:00Z");
    await take("orders/updated", insured(903, fulfilled));
    expect(await stored(903)).toMatchObject({ needsAttention: true });
    // the merchant tells Hakuna, and puts the finding away
    const { findings } = await stored(903);
    const away = { keys: (findings as Finding[]).map(findingKey), away: true };
    await putFindingAway(context, current.shop, "903", away, "somebody");
    expect(await stored(903)).toMatchObject({ needsAttention: false });
    const cancelled = {
      ...fulfilled,
      ...{ updated_at: "2026-11-26T11:00:00Z", cancelled_at: "2026-11-26T11:00:00Z" },
    };
    await take("orders/cancelled", insured(903, cancelled));
    expect(hakuna.states("903").map(({ order }) => order.status)).toEqual(["placed"]);
    expect(await stored(903)).toMatchObject({ needsAttention: true });
  });

  it("each change that cannot be read, the same", async () => {
    await take("orders/create", insured(904));
    current.inShopify = () => ({ kind: "not_found" });
    const trimmed = (hour: number) => {
      const { line_items: _, ...rest } = insured(904, { updated_at: `2026-11-24T${hour}:00:00Z` });
      return rest;
    };
    await take("orders/updated", trimmed(11));
    await putFindingAway(
      context,
      current.shop,
      "904",
      { keys: ["change_unread"], away: true },
      "somebody",
    );
    await take("orders/updated", insured(904, { updated_at: "2026-11-24T12:00:00Z" }));
    expect(await stored(904)).toMatchObject({ findings: [] });
    await take("orders/updated", trimmed(13));
    expect(await stored(904)).toMatchObject({ findings: [{ code: "change_unread" }] });
    expect(await stored(904)).toMatchObject({ needsAttention: true });
  });

  it("a change that could not be read, until reconciliation has read it", async () => {
    await take("orders/create", insured(910));
    current.inShopify = () => ({ kind: "not_found" });
    const changed = { updated_at: "2026-11-24T11:00:00Z", email: "new@example.com" };
    const { line_items: _, ...trimmed } = insured(910, changed);
    await take("orders/updated", trimmed);
    expect(await stored(910)).toMatchObject({ findings: [{ code: "change_unread" }] });
    await reconcileWith(910, changed);
    expect(hakuna.last("910")).toMatchObject({ customer: { email: "new@example.com" } });
    expect(await stored(910)).toMatchObject({ findings: [], needsAttention: false });
    // the same where it turns out that nothing had changed
    await take("orders/updated", { ...trimmed, updated_at: "2026-11-24T12:00:00Z" });
    expect(await stored(910)).toMatchObject({ findings: [{ code: "change_unread" }] });
    await reconcileWith(910, changed);
    expect(await stored(910)).toMatchObject({ findings: [], needsAttention: false });
  });

  it("a plan that an edit adds to an order of before the install", async () => {
    await setShop("installedAt", new Date("2026-11-25T00:00:00Z"));
    const whole = insured(905, { updated_at: "2026-11-26T10:00:00Z" });
    const before = { ...whole, line_items: (whole.line_items as unknown[]).slice(0, 1) };
    await take("orders/updated", before);
    expect(await stored(905)).toMatchObject({ status: "skipped" });
    await take("orders/updated", { ...whole, updated_at: "2026-11-27T10:00:00Z" });
    expect(await stored(905)).toMatchObject({ status: "sent", planUnits: 1 });
  });

  it("one of which only a part came, and that could not be read for a month", async () => {
    context.config = { ...config, worker: { ...config.worker, waitForOrderMs: 0 } };
    await take("fulfillments/create", {
      ...{ id: 9, order_id: 906, status: "success", created_at: "2026-11-24T12:00:00Z" },
      line_items: [{ id: 1, quantity: 1 }],
    });
    for (let read = 2; read <= 30; read += 1) {
      await letReadsBeDue();
      await run();
    }
    expect(await stored(906)).toMatchObject({ status: "skipped", reasonCode: "no_session" });
    await purgeOrders(context, current.shop, Date.now() + 31 * dayMs);
    await reconcileWith(906);
    expect(await stored(906)).toMatchObject({ status: "sent" });
  });

  it("one that was given up unread, when reconciliation has read it", async () => {
    await setShop("paused", true);
    await take("orders/create", insured(909));
    await skipByHand(context, current.shop, "909", true, "somebody");
    await skipByHand(context, current.shop, "909", false, "somebody");
    await setShop("paused", false);
    for (let read = 1; read <= 30; read += 1) {
      await letReadsBeDue();
      await run();
    }
    expect(await stored(909)).toMatchObject({
      ...{ status: "skipped", reasonCode: "no_session", needsAttention: true },
    });
    await reconcileWith(909);
    expect(await stored(909)).toMatchObject({ status: "sent", needsAttention: false });
  });

  it("one that a person kept back until its time was over, and then wants sent after all", async () => {
    await setShop("paused", true);
    await take("orders/create", insured(910));
    await skipByHand(context, current.shop, "910", true, "somebody");
    await setShop("paused", false);
    await purgeOrders(context, current.shop, Date.now() + 3 * 365 * dayMs);
    expect(await stored(910)).toMatchObject({ status: "skipped", purgedAt: expect.any(Date) });
    current.inShopify = () => answers(insured(910), later);
    await skipByHand(context, current.shop, "910", false, "somebody");
    await run();
    expect(await stored(910)).toMatchObject({ status: "sent", purgedAt: null, readAt: null });
    expect(hakuna.last("910")).toMatchObject({ customer: { email: expect.stringMatching(/@/) } });
  });

  it("not one that Hakuna has, whose time was over, and that Shopify does not show any more", async () => {
    await take("orders/create", insured(911));
    await skipByHand(context, current.shop, "911", true, "somebody");
    await purgeOrders(context, current.shop, Date.now() + 3 * 365 * dayMs);
    current.inShopify = () => ({ kind: "not_found" });
    await skipByHand(context, current.shop, "911", false, "somebody");
    await run();
    expect(await stored(911)).toMatchObject({ status: "sent", needsAttention: false });
  });

  it("one of which the plan was linked only after it was sold, when reconciliation reads it", async () => {
    const [product, plan] = insured(912).line_items as Payload[];
    const own = { ...plan, vendor: "Vogelsang", properties: [], variant_id: 70, product_id: 71 };
    await take(
      "orders/create",
      insured(912, { line_items: [{ ...product, properties: [] }, own] }),
    );
    expect(await stored(912)).toMatchObject({ status: "skipped", reasonCode: "no_plan" });
    await pool.query(
      `INSERT INTO "PlanOffer" ("shop", "planVariantId", "offerId", "planId", "knownFrom", "currentFrom")
       VALUES ($1, '70', 'off-1', 'pl-1', now(), now())`,
      [current.shop],
    );
    await reconcileWith(912, { line_items: [{ ...product, properties: [] }, own] });
    expect(await stored(912)).toMatchObject({ status: "sent" });
  });

  it("a change that is blocked, when its customer's data is erased", async () => {
    await take("orders/create", insured(907));
    const [product, plan] = insured(907).line_items as Payload[];
    const other = { shop_money: { amount: "1.00", currency_code: "USD" } };
    await take(
      "orders/updated",
      insured(907, {
        updated_at: "2026-11-24T11:00:00Z",
        line_items: [product, { ...plan, price_set: other }],
      }),
    );
    expect(await stored(907)).toMatchObject({ status: "blocked", needsAttention: true });
    await erase(907);
    await run();
    expect(await stored(907)).toMatchObject(needsAttention("redacted_changed"));
  });

  it("one that Hakuna has, changed after the app was removed and installed again", async () => {
    await take("orders/create", insured(908));
    expect(hakuna.states("908")).toHaveLength(1);
    const now = Date.now();
    await uninstall(context, current.shop, now);
    await redactShop(context, current.shop, now);
    await run();
    await noteInstalled(pool, current.shop, now + 1_000, "read_orders");
    await connect();
    expect(await stored(908)).toEqual({});
    await take("orders/updated", insured(908, fulfilledAt("2030-01-01T11:00:00Z")));
    expect(await stored(908)).toMatchObject({
      ...{ status: "skipped", ...needsAttention("plans_before_install") },
    });
  });
});
