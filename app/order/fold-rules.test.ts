import { describe, expect, it } from "vitest";
import { emptyState, headsConflict, join, purge, redact, strip } from "./fold.ts";
import { address, fulfilled, line, order, refunded } from "./order.fixture.ts";
import type { FulfillmentStatus, Head, LineItem, OrderState, Ranked } from "./state.ts";

const state = (parts: Partial<OrderState>): OrderState => ({ ...emptyState("1"), ...parts });
const headAt = (updatedAt: number, observedAt: number, more: Partial<Head> = {}) =>
  order([line("1")], { head: { rank: { updatedAt, observedAt }, ...more } });

/** Joins both ways, so that no rule leans on which came first. */
function bothWays(a: OrderState, b: OrderState): OrderState {
  const joined = join(a, b);
  expect(join(b, a)).toEqual(joined);
  return joined;
}

describe("head", () => {
  it("is the one updated last, whatever was observed last", () => {
    const joined = bothWays(headAt(2, 1, { name: "new" }), headAt(1, 9, { name: "old" }));
    expect(joined.head?.name).toBe("new");
  });

  it("of one second is the one that Shopify observed last", () => {
    const joined = bothWays(headAt(1, 2, { name: "new" }), headAt(1, 1, { name: "old" }));
    expect(joined.head?.name).toBe("new");
  });

  it("that says what is left goes before one of version 1 of the same moment", () => {
    const told = headAt(1, 1);
    const [item] = told.head?.lineItems ?? [];
    const old = { ...(told.head as Head), refundIds: undefined, name: "#9" };
    const lineItems = [{ ...(item as LineItem), currentQuantity: undefined }];
    const joined = bothWays(told, { ...told, head: { ...old, lineItems } });
    expect(joined.head).toEqual(told.head);
  });

  it("with its customer goes before the same without", () => {
    const full = headAt(1, 1, { billingAddress: null, email: "max@mail.example" });
    const bare = strip(full);
    expect(bothWays(full, bare).head?.email).toBe("max@mail.example");
  });
});

describe("two heads of one moment", () => {
  const head = (more: Partial<Head> = {}, item: Partial<LineItem> = {}) => {
    const whole = headAt(1, 1, more);
    const lineItems = whole.head?.lineItems.map((one) => ({ ...one, ...item })) ?? [];
    return { ...whole, head: { ...(whole.head as Head), lineItems } };
  };
  const ofVersion1 = { refundIds: undefined };

  it.each([
    ["that say the same", head(), head(), false],
    ["with another name", head(), head({ name: "#2" }), true],
    ["with another customer", head({ email: "a@a.example" }), head({ email: "b@a.example" }), true],
    ["of which one lost its customer", head({ email: "a@a.example" }), strip(head()), false],
    [
      "of which one lost its customer, with another name",
      head({ name: "#2" }),
      strip(head()),
      true,
    ],
    ["with other units left", head({}, { currentQuantity: 0 }), head(), true],
    [
      "of which one is of version 1, which does not say what is left",
      head(),
      head(ofVersion1, { currentQuantity: undefined }),
      false,
    ],
    [
      "of which one is of version 1, with other units",
      head(),
      head(ofVersion1, { currentQuantity: undefined, quantity: 2 }),
      true,
    ],
  ])("%s", (_what, a, b, isConflict) => {
    expect([headsConflict(a, b), headsConflict(b, a)]).toEqual([isConflict, isConflict]);
  });
});

describe("a head that comes after the customer was let go of", () => {
  const purged = purge(headAt(5, 5, { email: "a@a.example" }), 5);

  it("is kept if Shopify has news of it, and not if it is as old", () => {
    const billingAddress = address("DE");
    expect(bothWays(purged, headAt(6, 6, { billingAddress })).head).toMatchObject({
      billingAddress,
    });
    const old = bothWays(purged, headAt(4, 6, { billingAddress }));
    expect(old.head).toMatchObject({ billingAddress: null, stripped: true });
  });
});

describe("product facts", () => {
  const ranked = (value: string, updatedAt: number): Ranked<string> => ({
    value,
    rank: { updatedAt, observedAt: 0 },
  });
  const known = { variantId: ranked("7", 1), productId: ranked("8", 1), sku: ranked("S", 1) };
  const facts = (vendor: Ranked<string> | null) =>
    state({ productFacts: { "1": { ...known, vendor } } });

  it("stay when Shopify nulls them later", () => {
    const none = { variantId: null, productId: null, sku: null, vendor: null };
    const deleted = state({ productFacts: { "1": none } });
    expect(bothWays(facts(ranked("Hakuna", 1)), deleted).productFacts["1"]).toEqual({
      ...known,
      vendor: ranked("Hakuna", 1),
    });
  });

  it("are the newest, each by its own rank", () => {
    const joined = bothWays(facts(ranked("Old", 1)), facts(ranked("New", 2)));
    expect(joined.productFacts["1"]?.vendor?.value).toBe("New");
    expect(bothWays(facts(ranked("A", 1)), facts(ranked("B", 1))).productFacts["1"]).toEqual(
      facts(ranked("B", 1)).productFacts["1"],
    );
  });
});

describe("fulfillments", () => {
  const shipped = (updatedAt: number, status: FulfillmentStatus) =>
    state({ fulfillments: { "5": { ...fulfilled(1, { "1": 1 }), updatedAt, status } } });

  it("are the ones updated last", () => {
    const joined = bothWays(shipped(2, "success"), shipped(1, "cancelled"));
    expect(joined.fulfillments["5"]?.status).toBe("success");
  });

  it.each<[FulfillmentStatus, FulfillmentStatus]>([
    ["pending", "open"],
    ["open", "success"],
    ["success", "error"],
    ["error", "failure"],
    ["failure", "cancelled"],
  ])("of one second: %s gives way to %s", (less, more) => {
    expect(bothWays(shipped(1, less), shipped(1, more)).fulfillments["5"]?.status).toBe(more);
  });
});

it("keeps the refund that was observed last, and all of different ids", () => {
  const early = state({ refunds: { "5": refunded(1, { "1": 1 }), "6": refunded(1, {}) } });
  const late = state({ refunds: { "5": refunded(2, { "1": 2 }) } });
  expect(bothWays(early, late).refunds).toEqual({ ...early.refunds, ...late.refunds });
});

it("dates cancelling, deleting, voiding, lines and removing by when they were first seen", () => {
  const a = state({
    ...{ cancelledAt: 5, deletedAt: 7, firstSeenAt: { "1": 4 } },
    ...{ removedUnits: { "1": { "1": 5 } }, goneUnits: { "1": 2 } },
  });
  const b = state({
    ...{ cancelledAt: 3, deletedAt: 6, voidedAt: 4, firstSeenAt: { "1": 2, "3": 8 } },
    removedUnits: { "1": { "1": 3, "2": 9 } },
    goneUnits: { "1": 1 },
  });
  expect(bothWays(a, b)).toMatchObject({
    ...{ cancelledAt: 3, deletedAt: 6, voidedAt: 4, firstSeenAt: { "1": 2, "3": 8 } },
    removedUnits: { "1": { "1": 3, "2": 9 } },
    goneUnits: { "1": 2 },
  });
});

it("keeps every line that was ever known to be a plan", () => {
  const [a, b] = [state({ knownPlans: ["9", "10"] }), state({ knownPlans: ["8", "10"] })];
  expect(bothWays(a, b).knownPlans).toEqual(["8", "9", "10"]);
  expect(bothWays(a, emptyState("1")).knownPlans).toEqual(["9", "10"]);
});

it("strips a redacted order of its customer, also of what comes later", () => {
  const redacted = redact(emptyState("1"));
  const joined = bothWays(redacted, headAt(1, 1, { email: "max@mail.example", phone: "+49" }));
  expect(joined.redacted).toBe(true);
  expect(joined.head).toMatchObject({ email: null, phone: null, billingAddress: null });
  expect(bothWays(joined, headAt(2, 2, { email: "max@mail.example" })).head?.email).toBeNull();
});
