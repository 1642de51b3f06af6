import { readdirSync, readFileSync } from "node:fs";
import { parse } from "toml";
import { expect, it } from "vitest";
import { flowTriggers } from "./flow-events.ts";

const folder = new URL("../../extensions/", import.meta.url);
const declared = readdirSync(folder)
  .filter((name) => name.startsWith("flow-"))
  .map((name) => parse(readFileSync(new URL(`${name}/shopify.extension.toml`, folder), "utf8")));

it("has an extension for each trigger, and no other", () => {
  const handles = declared.map(({ extensions: [{ handle }] }) => handle);
  expect(handles.sort()).toEqual([...flowTriggers].sort());
  for (const handle of handles) expect(handle).toMatch(/^[a-z-]{1,30}$/);
});

// https://shopify.dev/docs/apps/build/flow/triggers/reference; the same as Shopify's command line checks
const references = ["customer_reference", "order_reference", "product_reference"];
const customTypes = [
  ...["boolean", "email", "multi_line_text_field", "number_decimal", "single_line_text_field"],
  "url",
];

it("declares fields as Shopify takes them: a reference has no key, keys are of letters and spaces", () => {
  for (const { extensions, settings } of declared) {
    expect(extensions).toHaveLength(1);
    expect(extensions[0].type).toBe("flow_trigger");
    for (const field of settings.fields) {
      const { type, key, ...rest } = field;
      expect([...references, ...customTypes]).toContain(type);
      if (references.includes(type)) expect(field).toEqual({ type });
      else expect(key).toMatch(/^[A-Za-z ]+$/);
      expect(Object.keys(rest).filter((name) => name !== "description")).toEqual([]);
    }
    const keys = settings.fields.map(
      ({ type, key }: { type: string; key?: string }) => key ?? type,
    );
    expect(new Set(keys).size).toBe(keys.length);
  }
});
