import { diffLines } from "diff";
import type { FeedOrder } from "#app/order/feed-order.ts";

/** One line of JSON: in what was sent and what would be, in what would be alone, or sent alone. */
export type DiffLine = { place: number; kind: "same" | "added" | "removed"; text: string };

/** The exact JSON that was sent last, with what would be different if it were sent now. */
export function payloadDiff(
  sent: FeedOrder | null,
  now: FeedOrder | null,
): { lines: DiffLine[]; isSent: boolean; differs: boolean } | null {
  const shown = sent ?? now;
  if (shown === null) return null;
  const before = pretty(shown);
  const changes = diffLines(before, now === null ? before : pretty(now));
  const texts = changes.flatMap(({ value, added, removed }) =>
    value
      .split("\n")
      .filter((text) => text !== "")
      .map((text) => ({ kind: added ? "added" : removed ? "removed" : "same", text }) as const),
  );
  const lines = texts.map((line, place) => ({ place, ...line }));
  return { lines, isSent: sent !== null, differs: lines.some(({ kind }) => kind !== "same") };
}

/** In the order of the contract, whatever order the database keeps keys in. */
function pretty(order: FeedOrder): string {
  return `${JSON.stringify(inOrder(order), null, 2)}\n`;
}

const keys = [
  ...["id", "status", "placed_at", "cancelled_at", "customer", "customer_billing_address"],
  ...["line_items", "quantity", "product_data", "custom_properties", "fulfillments", "refunds"],
  ...["first_name", "last_name", "email", "phone", "address_line_1", "address_line_2", "city"],
  ...["country", "zip", "price", "brand", "title", "amount", "currency"],
];

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const place = ([key]: [string, unknown]) =>
    keys.includes(key) ? keys.indexOf(key) : keys.length;
  return Object.fromEntries(
    Object.entries(value)
      .sort((a, b) => place(a) - place(b) || a[0].localeCompare(b[0]))
      .map(([key, inner]) => [key, inOrder(inner)]),
  );
}
