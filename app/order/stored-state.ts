import type { FeedOrder } from "./feed-order.ts";
import { isLinked } from "./lines.ts";
import { normalProperties } from "./link-properties.ts";
import { shortestDecimal } from "./money.ts";
import type { AgreedPair, ManualPair } from "./pair.ts";
import type { Head, LineItem, Money, OrderState } from "./state.ts";
import { unitsByLine } from "./units.ts";

/**
 * The version that states are written in. It only adds to earlier ones, so that a process of such a
 * version reads what this one writes; what it writes then lacks the additions, but for those of its
 * head. Version 3: pairs that the shop's setting took are written down with the order.
 */
export const stateVersion = 3;

/** What a database may hold: version 1 lacks `deletedAt` and `firstSeenAt`, and spells as it was told. */
export type StoredState = Omit<OrderState, "schemaVersion" | "deletedAt" | "firstSeenAt"> &
  Partial<Pick<OrderState, "deletedAt" | "firstSeenAt">> & { schemaVersion: number };

/**
 * A stored state as it was meant: amounts, units and properties in their one spelling, and the lines
 * of a head whose ages nobody wrote down as lines of one age. A head of version 1 keeps saying
 * nothing of current quantities.
 */
export function readState(stored: StoredState): OrderState {
  if (stored.schemaVersion !== 1) return stored as OrderState;
  const head = stored.head && readHead(stored.head);
  return {
    ...stored,
    schemaVersion: stateVersion,
    head,
    deletedAt: stored.deletedAt ?? null,
    firstSeenAt: { ...agesOf(head), ...stored.firstSeenAt },
    fulfillments: withUnits(stored.fulfillments),
    refunds: withUnits(stored.refunds),
  };
}

/** What of a stored order tells which pairs Hakuna had accepted. */
type StoredPairs = {
  /** null: nobody has looked since the rules changed */
  agreedPairs: AgreedPair[] | null;
  state: Pick<StoredState, "schemaVersion" | "head">;
  manualPairs: readonly ManualPair[];
  /** the feed order that Hakuna accepted last */
  lastPayload: FeedOrder | null;
};

/**
 * The pairs that Hakuna had accepted when a pairing rule changed: new rules do not rewrite contracts.
 * None of an order that came afterwards. What a person paired is theirs to undo, and none of these.
 */
export function agreedPairs(stored: StoredPairs): AgreedPair[] {
  const { state, lastPayload, manualPairs } = stored;
  const known = stored.agreedPairs ?? [];
  const isOfVersion1 = state.schemaVersion === 1;
  if (lastPayload === null || state.schemaVersion >= stateVersion) return known;
  if (isOfVersion1 && stored.agreedPairs !== null) return known;
  const decided = new Set([...manualPairs, ...known].map(({ productLineId }) => productLineId));
  const accepted = lastPayload.line_items.flatMap(({ id, custom_properties }) => {
    const { protection_line_item_id: planLineId } = custom_properties;
    return planLineId === undefined || decided.has(id) ? [] : [{ productLineId: id, planLineId }];
  });
  if (isOfVersion1) return [...known, ...accepted];
  // in version 2 what is linked follows the rules of today; the others the shop's setting had taken
  const itemOf = new Map(state.head?.lineItems.map((item) => [item.id, item]));
  const isFree = (id: string, as: "product" | "plan") => {
    const item = itemOf.get(id);
    return item !== undefined && !isLinked(item, as);
  };
  const taken = accepted.filter(
    ({ productLineId, planLineId }) =>
      isFree(productLineId, "product") && isFree(planLineId, "plan"),
  );
  return [...known, ...taken];
}

function readHead(head: Head): Head {
  return { ...head, lineItems: head.lineItems.map(readLine) };
}

function readLine(item: LineItem): LineItem {
  return {
    ...item,
    shopPrice: readMoney(item.shopPrice),
    presentmentPrice: item.presentmentPrice && readMoney(item.presentmentPrice),
    properties: normalProperties(item.properties),
  };
}

function readMoney({ amount, currency }: Money): Money {
  return { amount: shortestDecimal(amount), currency };
}

function agesOf(head: Head | null): Record<string, number> {
  if (head === null) return {};
  return Object.fromEntries(head.lineItems.map(({ id }) => [id, head.rank.updatedAt]));
}

function withUnits<T extends { units: Parameters<typeof unitsByLine>[0] }>(
  parts: Record<string, T>,
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(parts).map(([id, part]) => [id, { ...part, units: unitsByLine(part.units) }]),
  );
}
