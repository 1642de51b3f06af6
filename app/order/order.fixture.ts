import { emptyState } from "./fold.ts";
import { linesOf } from "./lines.ts";
import { type Mapping, type MappingContext, mapOrder } from "./map.ts";
import { type AgreedPair, type ManualPair, type Pairing, pairLines } from "./pair.ts";
import type { Head, LineItem, OrderState, ProductFacts, Ranked } from "./state.ts";

type Known = { variantId: string; productId: string; sku: string; vendor: string };

/** A line item and what is known of its product. */
export type TestLine = { item: LineItem; facts: ProductFacts; seenAt: number };

const rank = { updatedAt: 1000, observedAt: 1000 };

/** A product line, unless told otherwise; `links` are its properties, `gone` units that are gone. */
export function line(
  id: string,
  {
    links = {},
    variantId = null,
    productId = null,
    sku = null,
    vendor = "Frutta",
    seenAt = rank.updatedAt,
    gone = 0,
    quantity = 1,
    ...item
  }: Partial<LineItem> & { [key in keyof Known]?: string | null } & {
    links?: Record<string, string>;
    seenAt?: number;
    gone?: number;
  } = {},
): TestLine {
  const known = (value: string | null): Ranked<string> | null =>
    value === null ? null : { value, rank };
  return {
    seenAt,
    item: {
      id,
      quantity,
      currentQuantity: quantity - gone,
      title: `Line ${id}`,
      shopPrice: { amount: "10", currency: "EUR" },
      presentmentPrice: null,
      discounted: false,
      giftCard: false,
      requiresShipping: true,
      properties: Object.entries(links).map(([name, value]) => ({ name, value })),
      ...item,
    },
    facts: {
      variantId: known(variantId),
      productId: known(productId),
      sku: known(sku),
      vendor: known(vendor),
    },
  };
}

/** A protection line with offer and plan id, linked by `links`. */
export function plan(id: string, { links = {}, ...more }: Parameters<typeof line>[1] = {}) {
  const offer = { _hakuna_offer_id: "off-1", _hakuna_plan_id: "pl-1" };
  return line(id, {
    vendor: "Hakuna",
    requiresShipping: false,
    links: { ...offer, ...links },
    ...more,
  });
}

/** An order of 2022 to a customer in Germany. */
export function order(
  lines: readonly TestLine[],
  { head, ...more }: Partial<Omit<OrderState, "head">> & { head?: Partial<Head> } = {},
): OrderState {
  return {
    ...emptyState("1"),
    productFacts: Object.fromEntries(lines.map(({ item, facts }) => [item.id, facts])),
    firstSeenAt: Object.fromEntries(lines.map(({ item, seenAt }) => [item.id, seenAt])),
    head: {
      rank,
      name: "#1001",
      placedAt: 500,
      isTest: false,
      voided: false,
      fullyRefunded: false,
      email: null,
      phone: null,
      customer: null,
      billingAddress: address("DE"),
      shippingAddress: null,
      lineItems: lines.map(({ item }) => item),
      refundIds: [],
      ...head,
    },
    ...more,
  };
}

export function address(countryCode: string | null, street = "Musterstrasse 1") {
  return {
    firstName: "Max",
    lastName: "Mustermann",
    phone: null,
    address1: street,
    address2: null,
    city: "Musterstadt",
    zip: "12345",
    countryCode,
  };
}

export const plainContext: MappingContext = {
  shopCountry: null,
  productIdentifier: "variant",
  manualPairs: [],
  acceptSuggestions: false,
  reportedUnits: {},
};

export function map(state: OrderState, context: Partial<MappingContext> = {}): Mapping {
  return mapOrder(state, { ...plainContext, ...context });
}

/** The feed's line item with this id. */
export function feedLine({ feedOrder }: Mapping, id: string) {
  const found = feedOrder?.line_items.find((item) => item.id === id);
  if (!found) throw new Error(`The feed order has no line ${id}.`);
  return found;
}

export function pairing(
  lines: readonly TestLine[],
  manual: ManualPair[] = [],
  agreed: AgreedPair[] = [],
): Pairing {
  const state = order(lines);
  if (!state.head) throw new Error("no head");
  return pairLines(linesOf(state, state.head), { manual, agreed });
}

/** Pairs as "product-plan". */
export function pairs(...of: Parameters<typeof pairing>): string[] {
  return pairing(...of).pairs.map(
    ({ productLineId, planLineId }) => `${productLineId}-${planLineId}`,
  );
}

export function byHand(productLineId: string, planLineId: string): ManualPair {
  return { productLineId, planLineId, offerId: null, planId: null };
}

export function fulfilled(at: number, units: Record<string, number>) {
  return { createdAt: at, updatedAt: at, status: "success" as const, units: unitsOf(units) };
}

export function refunded(at: number, units: Record<string, number>) {
  return { observedAt: at, refundedAt: at, units: unitsOf(units) };
}

function unitsOf(units: Record<string, number>) {
  return Object.entries(units).map(([lineItemId, quantity]) => ({ lineItemId, quantity }));
}
