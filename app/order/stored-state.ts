import { normalProperties } from "./link-properties.ts";
import { shortestDecimal } from "./money.ts";
import type { Head, LineItem, Money, OrderState } from "./state.ts";
import { unitsByLine } from "./units.ts";

/**
 * The version that states are written in. It only adds to version 1, so that a process of that
 * version reads what this one writes; what it writes then lacks the additions, but for those of its
 * head.
 */
export const stateVersion = 2;

/** What a database may hold: version 1 lacks `deletedAt` and `firstSeenAt`, and spells as it was told. */
export type StoredState = Omit<OrderState, "schemaVersion" | "deletedAt" | "firstSeenAt"> &
  Partial<Pick<OrderState, "deletedAt" | "firstSeenAt">> & { schemaVersion: number };

/**
 * A stored state as it was meant: amounts, units and properties in their one spelling, and the lines
 * of a head whose ages nobody wrote down as lines of one age. A head of version 1 keeps saying
 * nothing of current quantities.
 */
export function readState(stored: StoredState): OrderState {
  if (stored.schemaVersion >= stateVersion) return stored as OrderState;
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
