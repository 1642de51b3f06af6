import { existsSync, readFileSync } from "node:fs";
import { parse } from "toml";
import { expect, it } from "vitest";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const { extensions } = parse(read("shopify.extension.toml"));

it("is a link of an order's page that leads to a route of the app's, by a relative address", () => {
  // https://shopify.dev/docs/apps/build/admin/admin-links/create-admin-links
  expect(extensions).toHaveLength(1);
  const [{ type, handle, name, targeting }] = extensions;
  expect({ type, handle, name }).toEqual({
    type: "admin_link",
    handle: "order-link",
    name: "t:name",
  });
  expect(targeting).toEqual([
    { target: "admin.order-details.action.link", url: "/app/orders/open" },
  ]);
  const route = `../../app/routes/${targeting[0].url.slice(1).replaceAll("/", ".")}.ts`;
  expect(existsSync(new URL(route, import.meta.url))).toBe(true);
});

it("has its label in the languages of the app", () => {
  for (const file of ["locales/en.default.json", "locales/de.json"]) {
    const { name } = JSON.parse(read(file));
    expect(name).toMatch(/Hakuna Order Sync/);
    expect(name.length).toBeLessThanOrEqual(40);
  }
});
