import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { buildClientSchema, type GraphQLSchema, type IntrospectionQuery } from "graphql";

/** The Admin API's schema as Shopify publishes it. */
export function adminSchema(): GraphQLSchema {
  const file = new URL(
    "../../../test/fixtures/shopify-schemas/admin_2026-10.json.gz",
    import.meta.url,
  );
  const content: { data: IntrospectionQuery } = JSON.parse(
    gunzipSync(readFileSync(file)).toString(),
  );
  return buildClientSchema(content.data);
}
