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

it("names fields as Shopify takes them: of letters and spaces", () => {
  for (const { extensions, settings } of declared) {
    expect(extensions[0].type).toBe("flow_trigger");
    for (const { type, key } of settings.fields) {
      if (!type.endsWith("_reference")) expect(key).toMatch(/^[A-Za-z ]+$/);
    }
  }
});
