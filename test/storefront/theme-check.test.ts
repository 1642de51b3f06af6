// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { themeCheckRun } from "@shopify/theme-check-node";
import { describe, expect, it } from "vitest";

const extension = fileURLToPath(new URL("../../extensions/hakuna-protection", import.meta.url));

it("Shopify's theme check finds no offense", async () => {
  const { offenses } = await themeCheckRun(extension, "theme-check:theme-app-extension");
  expect(
    offenses.map(({ check, message, uri }) => `${uri.slice(-30)}: ${check}: ${message}`),
  ).toEqual([]);
}, 60_000);

describe("scripts", () => {
  const scripts = readdirSync(`${extension}/assets`)
    .filter((name) => name.endsWith(".js"))
    .map((name) => ({ name, source: readFileSync(`${extension}/assets/${name}`) }));

  it("are each within Shopify's limit for one, as they are written", () => {
    expect(scripts.filter(({ source }) => source.length > 10_000)).toEqual([]);
  });

  it("are all together within that limit, compressed", () => {
    const all = Buffer.concat(scripts.map(({ source }) => source));
    expect(gzipSync(all, { level: 9 }).length).toBeLessThan(10_000);
  });

  it("that load with a page are within it as they travel, each by itself", () => {
    const loaded = scripts.filter(({ name }) =>
      /^(protection|cart-guard|cart-offer)\.js/.test(name),
    );
    expect(loaded).toHaveLength(3);
    const bytes = loaded.map(({ source }) => gzipSync(source, { level: 9 }).length);
    expect(bytes.reduce((sum, each) => sum + each)).toBeLessThan(10_000);
  });

  it("set no global name", () => {
    for (const { source } of scripts) expect(source.toString()).not.toMatch(/window\.\w+ =/);
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
