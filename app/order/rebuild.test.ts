import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sameContent } from "./content.ts";
import { emptyState, join, purge, redact, strip } from "./fold.ts";
import { agrees, rebuild, type WholeRead } from "./rebuild.ts";
import type { Head, LineItem, OrderState } from "./state.ts";

const day = 86_400_000;
const placedAt = 1_790_000_000_000;
const address = {
  ...{ firstName: "Max", lastName: "Muster", phone: null, address1: "Weg 1", address2: null },
  ...{ city: "Bern", zip: "3000", countryCode: "CH" },
};
const line = (id: string): LineItem => ({
  ...{ id, quantity: 2, currentQuantity: 2, title: id, presentmentPrice: null },
  shopPrice: { amount: "10", currency: "EUR" },
  ...{ discounted: false, giftCard: false, requiresShipping: true, properties: [] },
});

/** A read of an order of two lines, changed a day after it was placed. */
function read(head: Partial<Head> = {}, more: Partial<OrderState> = {}): WholeRead {
  const rank = { updatedAt: placedAt + day, observedAt: placedAt + 3 * day };
  const facts = (id: string) => ({
    variantId: { value: `v${id}`, rank },
    productId: { value: `p${id}`, rank },
    ...{ sku: null, vendor: { value: "Rad", rank } },
  });
  const lineItems = head.lineItems ?? [line("1"), line("2")];
  return {
    ...emptyState("1"),
    firstSeenAt: Object.fromEntries(lineItems.map(({ id }) => [id, rank.updatedAt])),
    productFacts: Object.fromEntries(lineItems.map(({ id }) => [id, facts(id)])),
    ...more,
    head: {
      ...{ rank, name: "#1", placedAt, isTest: false, voided: false, fullyRefunded: false },
      ...{ email: "max@example.com", phone: null, billingAddress: address },
      customer: {
        id: "7",
        firstName: "Max",
        lastName: "Muster",
        email: "max@example.com",
      } as never,
      ...{ shippingAddress: null, lineItems, refundIds: [] },
      ...head,
    },
  };
}

/** The same order as webhooks told of it: its lines were seen when it was placed. */
function stored(more: Partial<OrderState> = {}, head: Partial<Head> = {}): OrderState {
  const told = read();
  return {
    ...told,
    firstSeenAt: { 1: placedAt, 2: placedAt + 60_000 },
    ...more,
    head: { ...told.head, rank: { ...told.head.rank, observedAt: placedAt + day }, ...head },
  };
}

const mended = (damaged: OrderState, fresh: WholeRead) => {
  const rebuilt = rebuild(damaged, fresh);
  expect(agrees(damaged, rebuilt)).toBe(false);
  expect(agrees(rebuilt, rebuild(rebuilt, fresh))).toBe(true);
  return rebuilt;
};

describe("a state that agrees with its read", () => {
  it("keeps ages of lines, dates of removals and ids of deleted products", () => {
    const fresh = read(
      { lineItems: [line("1"), { ...line("2"), currentQuantity: 1 }] },
      { removedUnits: { 2: { 1: placedAt + day } } },
    );
    fresh.productFacts["1"] = { variantId: null, productId: null, sku: null, vendor: null };
    const known = stored(
      { removedUnits: { 2: { 1: placedAt + 5_000 } } },
      { lineItems: fresh.head.lineItems },
    );
    const rebuilt = rebuild(known, fresh);
    expect(agrees(known, rebuilt)).toBe(true);
    expect(rebuilt.firstSeenAt).toEqual(known.firstSeenAt);
    expect(rebuilt.removedUnits).toEqual(known.removedUnits);
    expect(rebuilt.productFacts["1"]?.variantId?.value).toBe("v1");
  });

  it("does so although the customer's own record changed, or a field is denied", () => {
    const fresh = read({ customer: { id: "7", firstName: "Moritz" } as never });
    expect(agrees(stored(), rebuild(stored(), fresh))).toBe(true);
    const denied = read({ email: null, denied: { email: null } });
    expect(agrees(stored(), rebuild(stored(), denied))).toBe(true);
    expect(rebuild(stored(), denied).head?.email).toBe("max@example.com");
  });

  it("is any state that the fold makes of reads of the same content", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 4 }), (waits) => {
        const fresh = read();
        const told = waits.map((wait) => {
          const at = placedAt + wait;
          return stored(
            { firstSeenAt: { 1: at, 2: at } },
            { rank: { updatedAt: at, observedAt: at } },
          );
        });
        const folded = told.reduce(join);
        expect(agrees(folded, rebuild(folded, fresh))).toBe(true);
      }),
    );
  });
});

const fulfillment = (updatedAt: number) => ({
  ...{ updatedAt, createdAt: placedAt + 1000, status: "success" as const },
  units: [{ lineItemId: "1", quantity: 1 }],
});

const refund = (observedAt: number) => ({
  ...{ observedAt, refundedAt: placedAt + 1, units: [{ lineItemId: "1", quantity: 1 }] },
});

describe("what differs", () => {
  it.each<[string, OrderState, WholeRead]>([
    [
      "a lost fulfillment",
      stored(),
      read({}, { fulfillments: { 5: fulfillment(placedAt + day) } }),
    ],
    ["a foreign fulfillment", stored({ fulfillments: { 5: fulfillment(placedAt) } }), read()],
    [
      "a fulfillment that claims to be of later than Shopify's",
      stored({ fulfillments: { 5: { ...fulfillment(placedAt + 9 * day), status: "cancelled" } } }),
      read({}, { fulfillments: { 5: fulfillment(placedAt + day) } }),
    ],
    ["what is known of the products", stored({ productFacts: {} }), read()],
    ["a foreign refund", stored({ refunds: { 9: refund(placedAt) } }), read()],
    [
      "another customer",
      stored({}, { customer: { id: "8" } as never }),
      read({ customer: { id: "7" } as never }),
    ],
    ["a cancellation that never was", stored({ cancelledAt: placedAt + 1 }), read()],
    [
      "a cancellation of too early",
      stored({ cancelledAt: placedAt - 30 * day }),
      read({}, { cancelledAt: placedAt + day }),
    ],
    ["a lost cancellation", stored(), read({}, { cancelledAt: placedAt + day })],
    ["a foreign line", stored({}, { lineItems: [line("1"), line("2"), line("3")] }), read()],
    [
      "what is known of a foreign line",
      join(stored(), read({ lineItems: [line("9")], rank: { updatedAt: 1, observedAt: 1 } })),
      read(),
    ],
    [
      "a head that claims to be of later than Shopify's",
      stored({}, { rank: { updatedAt: placedAt + 90 * day, observedAt: placedAt + 90 * day } }),
      read(),
    ],
    ["an age that cannot be", stored({ firstSeenAt: { 1: 0, 2: placedAt } }), read()],
    ["a lost head", { ...stored(), head: null }, read()],
    [
      "another price",
      stored(
        {},
        { lineItems: [line("1"), { ...line("2"), shopPrice: { amount: "1", currency: "EUR" } }] },
      ),
      read(),
    ],
  ])("%s is mended, and agrees afterwards", (_what, damaged, fresh) => {
    const rebuilt = mended(damaged, fresh);
    const whole = rebuild(stored({ firstSeenAt: { 1: placedAt, 2: placedAt } }), fresh);
    if (damaged.head !== null)
      expect(sameContent({ ...rebuilt, firstSeenAt: {} }, { ...whole, firstSeenAt: {} })).toBe(
        true,
      );
  });

  it("an age that cannot be becomes that of the other lines", () => {
    const rebuilt = mended(stored({ firstSeenAt: { 1: 0, 2: placedAt + 5 } }), read());
    expect(rebuilt.firstSeenAt).toEqual({ 1: placedAt + 5, 2: placedAt + 5 });
    const three = { 1: 0, 2: placedAt + 9, 3: placedAt + 5 };
    const lineItems = [line("1"), line("2"), line("3")];
    const oldest = rebuild(stored({ firstSeenAt: three }, { lineItems }), read({ lineItems }));
    expect(oldest.firstSeenAt).toEqual({ ...three, 1: placedAt + 5 });
  });

  it("flags stay: redacted, deleted, purged", () => {
    const damaged = { cancelledAt: placedAt };
    expect(rebuild(redact(stored(damaged)), read()).head?.email).toBeNull();
    expect(rebuild(stored({ ...damaged, deletedAt: placedAt }), read()).deletedAt).toBe(placedAt);
    const purged = purge(stored(damaged), placedAt + day);
    expect(rebuild(purged, read()).head?.email).toBeNull();
    expect(rebuild(purged, read()).purgedThrough).toBe(placedAt + day);
  });

  it("a line that is known to be a plan stays one, and one that the order does not have is none", () => {
    const damaged = stored({ cancelledAt: placedAt, knownPlans: ["2", "99"] });
    expect(rebuild(damaged, read()).knownPlans).toEqual(["2"]);
  });

  it("since when a payment is void stays, where that can be true", () => {
    const fresh = read({ voided: true }, { voidedAt: placedAt + day });
    const voidedSince = (voidedAt: number) => rebuild(stored({ voidedAt }), fresh).voidedAt;
    expect(voidedSince(placedAt + 5)).toBe(placedAt + 5);
    expect(voidedSince(placedAt - 2 * day)).toBe(placedAt + day);
    expect(rebuild(stored(), fresh).voidedAt).toBe(placedAt + day);
  });

  it("a cancellation stays at the moment that was told first within its second", () => {
    const fresh = read({}, { cancelledAt: placedAt + 1_300 });
    const known = stored({ cancelledAt: placedAt + 1_000 });
    const rebuilt = rebuild(known, fresh);
    expect(rebuilt.cancelledAt).toBe(placedAt + 1_000);
    expect(agrees(known, rebuilt)).toBe(true);
  });

  it("ages may be of a day before the order, and of the second of its last change", () => {
    const agesOf = (first: number) =>
      rebuild(stored({ firstSeenAt: { 1: first, 2: placedAt + 5, 9: placedAt } }), read())
        .firstSeenAt;
    const age = (first: number) => agesOf(first)["1"];
    expect(age(placedAt - day)).toBe(placedAt - day);
    expect(age(placedAt - day - 1)).toBe(placedAt + 5);
    expect(age(placedAt + day)).toBe(placedAt + day);
    expect(age(placedAt + day + 1_000)).toBe(placedAt + 5);
    expect(agesOf(placedAt)).toEqual({ 1: placedAt, 2: placedAt + 5 });
    const none = rebuild(stored({ firstSeenAt: { 1: 0, 2: 0 } }), read());
    expect(none.firstSeenAt).toEqual({ 1: placedAt + day, 2: placedAt + day });
  });

  it("dates of removals go that cannot be, and those of units that the line never had", () => {
    const removedUnits = { 1: { 1: placedAt - 9 * day, 2: placedAt + 7, 3: placedAt + 8 } };
    expect(rebuild(stored({ removedUnits }), read()).removedUnits).toEqual({
      1: { 2: placedAt + 7 },
    });
    const impossible = stored({ removedUnits: { 1: { 1: 0 }, 9: { 1: placedAt } } });
    expect(rebuild(impossible, read()).removedUnits).toEqual({});
  });

  it("a refund or fulfillment that claims to be of later than Shopify's is mended", () => {
    const refunds = { 9: refund(placedAt + day) };
    const ahead = stored({ refunds: { 9: refund(placedAt + 9 * day) } });
    expect(mended(ahead, read({}, { refunds })).refunds).toEqual(refunds);
    const fulfillments = { 5: fulfillment(placedAt + day) };
    const late = stored({ fulfillments: { 5: fulfillment(placedAt + 9 * day) } });
    expect(mended(late, read({}, { fulfillments })).fulfillments).toEqual(fulfillments);
  });

  it("a stripped state agrees with its read, until something but the customer differs", () => {
    const stripped = strip(stored());
    expect(agrees(stripped, rebuild(stripped, read()))).toBe(true);
    const renamed = read({ name: "#2" });
    expect(agrees(stripped, rebuild(stripped, renamed))).toBe(false);
  });

  it("a product's ids that claim to be of later than the read give way to none, but to newer", () => {
    const far = { updatedAt: placedAt + 90 * day, observedAt: placedAt + 90 * day };
    const deleted = read();
    deleted.productFacts["1"] = { variantId: null, productId: null, sku: null, vendor: null };
    const known = stored();
    const vendor = { value: "Rad", rank: far };
    known.productFacts["1"] = { variantId: null, productId: null, sku: null, vendor };
    const rebuilt = rebuild(known, deleted);
    expect(rebuilt.productFacts["1"]?.vendor?.value).toBe("Rad");
    const next = read({ rank: { updatedAt: placedAt + 2 * day, observedAt: placedAt + 2 * day } });
    const told = { value: "Velo", rank: next.head.rank };
    next.productFacts["1"] = { variantId: null, productId: null, sku: null, vendor: told };
    expect(join(rebuilt, next).productFacts["1"]?.vendor?.value).toBe("Velo");
  });
});
