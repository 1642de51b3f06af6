// @vitest-environment node
import { readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { themeCheckRun } from "@shopify/theme-check-node";
import { expect, it } from "vitest";

const extension = fileURLToPath(new URL("../../extensions/hakuna-protection", import.meta.url));

it("Shopify's theme check finds no offense", async () => {
  const { offenses } = await themeCheckRun(extension, "theme-check:theme-app-extension");
  expect(
    offenses.map(({ check, message, uri }) => `${uri.slice(-30)}: ${check}: ${message}`),
  ).toEqual([]);
}, 60_000);

it("all scripts together are within theme check's limit for one", () => {
  const scripts = readdirSync(`${extension}/assets`).filter((name) => name.endsWith(".js"));
  const bytes = scripts.reduce(
    (sum, name) => sum + statSync(`${extension}/assets/${name}`).size,
    0,
  );
  expect(scripts).toHaveLength(2);
  expect(bytes).toBeLessThanOrEqual(10_000);
});

it("scripts set no global name", () => {
  for (const name of ["protection.js", "cart-guard.js"]) {
    expect(readFileSync(`${extension}/assets/${name}`, "utf8")).not.toMatch(/window\.\w+ =/);
  }
});
