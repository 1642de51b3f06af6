import type { FeedOrder } from "#app/order/feed-order.ts";
import { type Finding, finding, type RefusedField } from "#app/order/findings.ts";
import type { Line } from "#app/order/lines.ts";
import { decimalText } from "#app/order/money.ts";
import type { MappedLine } from "./mapped-lines.ts";

/** Where in a feed order a field stands that the feed's schema refuses. */
export type FieldPath = readonly PropertyKey[];

/**
 * Fields that Hakuna would refuse, as findings that name field and value in the merchant's words.
 * The customer's data is never named; an unlikely field is named as the feed calls it.
 *
 * @param paths as the feed's schema tells them, such as ["line_items", 0, "quantity"]
 */
export function refusedFields(
  feedOrder: FeedOrder,
  lines: readonly MappedLine[],
  paths: readonly FieldPath[],
): Finding[] {
  const findings = paths.map((path) => {
    const [part, index] = path;
    const line = part === "line_items" && typeof index === "number" ? lines[index] : undefined;
    return line
      ? finding("line_field_refused", [line.line], refusedOfLine(line, path.slice(2)))
      : finding("field_refused", [], refusedOfOrder(feedOrder, path));
  });
  return [...new Map(findings.map((found) => [found.message, found])).values()];
}

function refusedOfOrder(feedOrder: FeedOrder, path: FieldPath): RefusedField {
  const [part] = path;
  switch (part) {
    case "placed_at":
      return { field: "placed", value: timeText(feedOrder.placed_at) };
    case "cancelled_at":
      return { field: "cancelled", value: timeText(feedOrder.cancelled_at) };
    case "line_items":
      return { field: "lineItems", value: repeated(feedOrder.line_items).join(", ") };
    default:
      return { field: "other", value: path.join(".") };
  }
}

function refusedOfLine(mapped: MappedLine, path: FieldPath): RefusedField {
  const { line, price } = mapped;
  const [part, inner, innermost] = path;
  if (part === "quantity") return { field: "quantity", value: String(line.quantity) };
  if (part === "product_data" && inner === "price") {
    const currency = price.currency.toUpperCase();
    return innermost === "currency"
      ? { field: "currency", value: currency }
      : { field: "price", value: `${amountText(line, price)} ${currency}` };
  }
  if (part === "fulfillments") return { field: "fulfilled", value: unitsText(mapped.fulfilled) };
  if (part === "refunds") return { field: "refunded", value: unitsText(line.gone.units) };
  return { field: "other", value: path.join(".") };
}

/** As it was told where it is too large to be counted. */
function amountText(
  { presentmentPrice, shopPrice }: Line,
  { amount, currency }: MappedLine["price"],
): string {
  if (Number.isSafeInteger(amount)) return decimalText(amount, currency);
  const told = [presentmentPrice, shopPrice].find(
    (money) => money?.currency.toLowerCase() === currency,
  );
  return told?.amount ?? String(amount);
}

function unitsText(units: readonly { quantity: number; at: number }[]): string {
  return units.map(({ quantity, at }) => `${quantity} × ${timeText(at)}`).join(", ");
}

function timeText(at: number | null): string {
  return at === null || Number.isNaN(new Date(at).getTime()) ? "–" : new Date(at).toISOString();
}

function repeated(lines: readonly { id: string }[]): string[] {
  const ids = lines.map(({ id }) => id);
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
}
