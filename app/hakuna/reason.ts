import { z } from "zod";
import { storableText } from "#app/foundation/storable-text.ts";

/** Longest reason, in characters. */
const longest = 300;
const mostErrors = 5;

const text = z.union([z.string(), z.number()]).transform(String).optional().catch(undefined);
const path = z
  .union([z.array(z.union([z.string(), z.number()])).transform((parts) => parts.join(".")), text])
  .optional()
  .catch(undefined);
const detail = z.union([
  z.string(),
  z
    .object({ field: path, path, loc: path, property: path, message: text, msg: text, code: text })
    .transform((error) => {
      const where = error.field ?? error.path ?? error.loc ?? error.property;
      const what = error.message ?? error.msg ?? error.code;
      return [where, what].filter((part) => part !== undefined).join(": ");
    }),
]);
const answer = z.object({
  error: z.object({
    error_code: text,
    validation_errors: z.array(detail.catch("")).catch([]).default([]),
  }),
});

/**
 * Why the feed refused, in a short text without customer data: the feed may repeat what it was sent.
 *
 * @param status HTTP status
 * @param body of the answer, normally `{"error": {"error_code", "validation_errors"}}`; of any other
 *   body nothing is repeated
 * @param sent the orders that were sent: their customers' data is cut out
 */
export function refusalReason(status: number, body: string, sent: string): string {
  const parsed = answer.safeParse(parseJson(body));
  const { error_code, validation_errors = [] } = parsed.success ? parsed.data.error : {};
  const found = [...new Set(validation_errors.filter((error) => error !== ""))];
  const more = found.length > mostErrors ? ["…"] : [];
  const errors = [...found.slice(0, mostErrors), ...more].join("; ");
  const said = [error_code, errors].filter(Boolean).join(": ");
  const start = `Hakuna answered ${status}`;
  return said ? `${start}: ${withoutCustomer(said, sent)}` : `${start}.`;
}

/** Cuts out what is or may be a customer's, and then what is too long. */
export function withoutCustomer(reason: string, sent = "[]"): string {
  let kept = reason;
  for (const value of customerValues(parseJson(sent))) kept = replaceAll(kept, value);
  kept = kept
    .replace(/[^\s@"`<>(=:…]+@[^\s@"'`<>)]+/g, "…")
    // telephone numbers; ids of Shopify are digits without a sign, a leading 0 or a gap
    .replace(/\+\d[\d\s()/.-]{4,}\d|\b0\d[\d\s()/.-]{4,}\d|\b\d+(?:[\s()/-]+\d{2,}){2,}/g, "…")
    // quoted: names of fields and words of the contract are lower case, short and without spaces
    .replace(/(["'`“])(?![a-z][a-z0-9_.[\]]{0,39}["'`”])[^"'`”]+["'`”]/g, "$1…$1")
    .replace(/\s+/g, " ");
  return storableText(kept.length > longest ? `${kept.slice(0, longest - 1)}…` : kept);
}

/** The customers and billing addresses of a feed request, longest first. */
function customerValues(orders: unknown): string[] {
  const values: unknown[] = (Array.isArray(orders) ? orders : []).flatMap((order) => {
    const { customer, customer_billing_address: address } = Object(order);
    return [...Object.values(Object(customer)), ...Object.values(Object(address))];
  });
  // two letters are a country, and would be found inside other words
  const texts = values.filter((value) => typeof value === "string");
  const long = texts.filter((value) => value.trim().length > 2);
  return [...new Set(long)].sort((a, b) => b.length - a.length);
}

function replaceAll(text: string, value: string): string {
  const literal = value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`, "giu"), "…");
}

/** undefined: it is not JSON. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
