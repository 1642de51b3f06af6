import { z } from "zod";
import { parseExactJson } from "./exact-json.ts";
import { PayloadError } from "./payload-reader.ts";

/** The topics that every public app must take. */
export const privacyTopics = ["customers/data_request", "customers/redact", "shop/redact"] as const;

const id = z
  .union([z.number(), z.string()])
  .transform(String)
  .pipe(z.string().regex(/^\d+$/, "is not a numeric id"));
const ids = z.array(id);
const customer = z
  .object({ id: id.nullish() })
  .nullish()
  .transform((known) => known?.id ?? null);
const domain = z.string().transform((text) => text.toLowerCase());

/** What another topic's payload bears: a signed body must not do what it does not say. */
const notHere = z.undefined("belongs to another topic").optional();
const ofShop = { shop_id: id, shop_domain: domain };

const dataRequest = z.object({
  ...{ ...ofShop, customer, orders_requested: ids },
  orders_to_redact: notHere,
});
const customerRedaction = z.object({
  ...{ ...ofShop, customer, orders_to_redact: ids },
  ...{ orders_requested: notHere, data_request: notHere },
});
const shopRedaction = z.object({
  ...ofShop,
  ...{ customer: notHere, orders_to_redact: notHere },
  ...{ orders_requested: notHere, data_request: notHere },
});
const uninstalled = z.object({ id, myshopify_domain: domain.nullish(), domain: domain.nullish() });
const scopesUpdate = z.object({
  shop_id: z.string().regex(/^gid:\/\/shopify\/Shop\/\d+$/, "is not a shop's global id"),
  previous: z.array(z.string()),
  current: z.array(z.string()),
});

/** The shop that a payload names: its domain, null where it does not say, and its numeric id. */
export type NamedShop = { domain: string | null; id: string };

/** Whom a request is about: ids as text. */
export type CustomerRequest = { customerId: string | null; orders: string[] };

/** https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance @throws PayloadError */
export function readDataRequest(body: Uint8Array): CustomerRequest & { shop: NamedShop } {
  const { customer, orders_requested, ...named } = read(dataRequest, body);
  return { customerId: customer, orders: orders_requested, shop: shopIn(named) };
}

/** customers/redact @throws PayloadError */
export function readRedaction(body: Uint8Array): CustomerRequest & { shop: NamedShop } {
  const { customer, orders_to_redact, ...named } = read(customerRedaction, body);
  return { customerId: customer, orders: orders_to_redact, shop: shopIn(named) };
}

/** shop/redact @throws PayloadError */
export function readShopRedaction(body: Uint8Array): NamedShop {
  return shopIn(read(shopRedaction, body));
}

/** app/uninstalled: the shop itself, as it was. @throws PayloadError */
export function readUninstalled(body: Uint8Array): NamedShop {
  const { id, myshopify_domain, domain } = read(uninstalled, body);
  // the other one is where its customers buy
  const own = domain?.endsWith(".myshopify.com") ? domain : null;
  return { domain: myshopify_domain ?? own, id };
}

/** app/scopes_update: it says which scopes are granted, and names its shop by its id alone. @throws PayloadError */
export function readScopesUpdate(body: Uint8Array): NamedShop {
  const { shop_id } = read(scopesUpdate, body);
  return { domain: null, id: shop_id.replace(/^.*\//, "") };
}

function shopIn({ shop_id, shop_domain }: { shop_id: string; shop_domain: string }): NamedShop {
  return { domain: shop_domain, id: shop_id };
}

function read<T extends z.ZodType>(schema: T, body: Uint8Array): z.infer<T> {
  const result = schema.safeParse(parseExactJson(new TextDecoder().decode(body)));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new PayloadError(issue?.path.join(".") || "payload", issue?.message ?? "is not readable");
}
