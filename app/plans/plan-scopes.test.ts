import { readFileSync } from "node:fs";
import { parse } from "toml";
import { expect, it } from "vitest";
import { z } from "zod";
import { refundScopes } from "#app/refunds/refund-scopes.ts";
import { marketScopes, planScopes, translationScopes } from "./plan-scopes.ts";

const access = z.object({
  admin: z.literal("merchant_read"),
  storefront: z.literal("public_read"),
});
const metafield = z.object({ type: z.string(), name: z.string(), access });
const owner = z.object({ metafields: z.object({ app: z.record(z.string(), metafield) }) });
const app = z
  .object({
    access_scopes: z.object({ scopes: z.string(), optional_scopes: z.array(z.string()) }),
    product: owner,
    variant: owner,
  })
  .parse(parse(readFileSync(new URL("../../shopify.app.toml", import.meta.url), "utf8")));

const typesOf = ({ metafields }: z.infer<typeof owner>) =>
  Object.fromEntries(Object.entries(metafields.app).map(([key, { type }]) => [key, type]));

it("asks for what is optional in shopify.app.toml, and for nothing that is required there", () => {
  const { scopes, optional_scopes } = app.access_scopes;
  const all = [...planScopes, ...marketScopes, ...translationScopes, ...refundScopes];
  expect(optional_scopes).toEqual(expect.arrayContaining(all));
  for (const scope of all) expect(scopes.split(",")).not.toContain(scope);
});

it("declares the metafields that themes read", () => {
  expect(typesOf(app.product)).toEqual({ plans: "list.variant_reference" });
  expect(typesOf(app.variant)).toEqual({
    plans: "list.variant_reference",
    offer_id: "single_line_text_field",
    plan_id: "single_line_text_field",
    insurance_url: "url",
    term_months: "number_integer",
    country: "single_line_text_field",
    offer_price: "single_line_text_field",
  });
});
