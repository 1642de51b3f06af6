import { z } from "zod";
import { parseExactJson } from "./exact-json.ts";
import { PayloadError } from "./payload-reader.ts";

/** The topics that every public app must take. */
export const privacyTopics = ["customers/data_request", "customers/redact", "shop/redact"] as const;

const id = z
  .union([z.number(), z.string()])
  .transform(String)
  .pipe(z.string().regex(/^\d+$/, "is not a numeric id"));
const ids = z
  .array(id)
  .nullish()
  .transform((list) => list ?? []);
const customer = z
  .object({ id: id.nullish() })
  .nullish()
  .transform((known) => known?.id ?? null);

const dataRequest = z.object({ customer, orders_requested: ids });
const redaction = z.object({ customer, orders_to_redact: ids });
const scopesUpdate = z.object({ current: z.array(z.string()) });

const sameShop = z.object({
  shop_domain: z.string().nullish(),
  myshopify_domain: z.string().nullish(),
});

/**
 * Shopify signs the body alone, not the headers: a shop that the body names must be the header's, so
 * that nobody can turn a shop's deletion against another one.
 *
 * @throws PayloadError
 */
export function requireSameShop(body: Uint8Array, shop: string): void {
  const { shop_domain, myshopify_domain } = read(sameShop, body);
  for (const named of [shop_domain, myshopify_domain]) {
    if (named && named.toLowerCase() !== shop) {
      throw new PayloadError("shop_domain", "is not the shop of X-Shopify-Shop-Domain");
    }
  }
}

/** Whom a request is about: ids as text. */
export type CustomerRequest = { customerId: string | null; orders: string[] };

/** https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance @throws PayloadError */
export function readDataRequest(body: Uint8Array): CustomerRequest {
  const { customer, orders_requested } = read(dataRequest, body);
  return { customerId: customer, orders: orders_requested };
}

/** @throws PayloadError */
export function readRedaction(body: Uint8Array): CustomerRequest {
  const { customer, orders_to_redact } = read(redaction, body);
  return { customerId: customer, orders: orders_to_redact };
}

/** The scopes that are granted now. @throws PayloadError */
export function readScopesUpdate(body: Uint8Array): string[] {
  return read(scopesUpdate, body).current;
}

function read<T extends z.ZodType>(schema: T, body: Uint8Array): z.infer<T> {
  const result = schema.safeParse(parseExactJson(new TextDecoder().decode(body)));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new PayloadError(issue?.path.join(".") || "payload", issue?.message ?? "is not readable");
}
