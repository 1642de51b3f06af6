import { describe, expect, it } from "vitest";
import { approvalTable, ownless, scopeTable } from "#test/simulator/shopify/admin-api/scopes.ts";
import { adminSchema } from "./admin-schema.fixture.ts";
import { appDocuments, askedFor } from "./app-documents.fixture.ts";

const schema = adminSchema();
const documents = await appDocuments();
const fields = new Set<string>();
const objects = new Set<string>();
for (const document of documents.values()) {
  const asked = askedFor(schema, document);
  for (const field of asked.fields) fields.add(field);
  for (const object of asked.objects) objects.add(object);
}

/** Made by Shopify for every list and mutation. */
const generated = /(Connection|Payload|UserError|PageInfo)$/;

describe("docs/scopes.md", () => {
  it("names every root field and every object that the documents ask for, and no other", () => {
    expect(documents.size).toBeGreaterThan(15);
    const roots = [...fields].filter((field) => /^(QueryRoot|Mutation)\./.test(field));
    const answered = [...objects].filter((name) => !generated.test(name));
    const named = [...scopeTable.keys(), ...ownless];
    expect(named.sort()).toEqual([...roots, ...answered].sort());
    expect(new Set(named).size).toBe(named.length);
  });

  it("says of all that tells of customers what Shopify must approve", () => {
    const telling = [...fields].filter((field) => {
      const [type = "", name = ""] = field.split(".");
      if (type === "Customer" || type === "MailingAddress") {
        return !["id", "countryCodeV2"].includes(name);
      }
      return /^(QueryRoot\.orders?|Order\.(email|phone|customer|\w+Address))$/.test(field);
    });
    expect([...approvalTable.keys()].sort()).toEqual(telling.sort());
  });
});
