// @vitest-environment node
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { themeCheckRun } from "@shopify/theme-check-node";
import { beforeAll, describe, expect, it } from "vitest";
import { minifiedScripts, writeScripts } from "../../extensions/theme-scripts/minify.ts";

const extension = fileURLToPath(new URL("../../extensions/hakuna-protection", import.meta.url));

beforeAll(writeScripts);

it("Shopify's theme check finds no offense", async () => {
  const { offenses } = await themeCheckRun(extension, "theme-check:theme-app-extension");
  expect(
    offenses.map(({ check, message, uri }) => `${uri.slice(-30)}: ${check}: ${message}`),
  ).toEqual([]);
}, 60_000);

describe("scripts, as shops serve them", () => {
  const scripts = minifiedScripts();
  const compressed = scripts.map(({ code }) => gzipSync(code, { level: 9 }).length);

  it("are five, each within Shopify's limit of 10,000 bytes for one", () => {
    expect(scripts.map(({ name }) => name)).toEqual([
      "cart-guard.js",
      "cart-offer.js",
      "protection.js",
      "sale.js",
      "theme-cart.js",
    ]);
    expect(scripts.filter(({ code }) => Buffer.byteLength(code) > 10_000)).toEqual([]);
  });

  it("are all together within 10,000 bytes, each compressed by itself", () => {
    expect(compressed.reduce((sum, bytes) => sum + bytes)).toBeLessThan(10_000);
  });

  it("set no global name", () => {
    for (const { code } of scripts) expect(code).not.toMatch(/window\.\w+ ?=[^=]/);
  });
});

it("every text is there in every language", () => {
  const keys = (file: string) => {
    const flat = (texts: object, path: string): string[] =>
      Object.entries(texts).flatMap(([key, value]) =>
        typeof value === "object" ? flat(value, `${path}.${key}`) : [`${path}.${key}`],
      );
    return flat(JSON.parse(readFileSync(`${extension}/locales/${file}.json`, "utf8")), "").sort();
  };
  for (const language of ["de", "fr", "nl"]) {
    expect(keys(language)).toEqual(keys("en.default"));
    expect(keys(`${language}.schema`)).toEqual(keys("en.default.schema"));
  }
});
