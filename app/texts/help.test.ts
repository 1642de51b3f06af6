import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findingTexts } from "#app/order/findings.ts";
import { linkProperties } from "#app/order/link-properties.ts";
import { messages } from "./messages.server.ts";

const { status, reason } = messages.en.common;
const anchors = [
  ...Object.keys(status).map((code) => `status-${code}`),
  ...Object.keys(reason).map((code) => `reason-${code}`),
  ...Object.keys(findingTexts).map((code) => `finding-${code}`),
];

const names = (language: "en" | "de") => [
  ...Object.entries(messages[language].common.status).map(([code, name]) => ["status", code, name]),
  ...Object.entries(messages[language].orders.findingName).map((each) => ["finding", ...each]),
];

/** All texts of a language: what pages and extensions show, with `…` for what is filled in. */
function shown(language: "en" | "de"): string[] {
  const root = new URL("../../", import.meta.url);
  const locale = `locales/${language === "en" ? "en.default" : language}.json`;
  const ofExtensions = readdirSync(new URL("extensions/", root))
    .map((name) => new URL(`extensions/${name}/${locale}`, root))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, "utf8")));
  const textsOf = (node: unknown): string[] =>
    typeof node === "object" && node !== null
      ? Object.values(node).flatMap(textsOf)
      : [String(node).replace(/\{\{\w+\}\}/g, "…")];
  return [messages[language], ...ofExtensions].flatMap(textsOf);
}

/** What is Shopify's own. */
const shopifys = ["More actions", "Weitere Aktionen"];

describe.each(["en", "de"] as const)("docs/help.%s.md", (language) => {
  const page = readFileSync(new URL(`../../docs/help.${language}.md`, import.meta.url), "utf8");

  it("calls pages, buttons, tabs and settings what they are called", () => {
    const named = [...page.matchAll(/(?<![*\w])([*_])([^*_\n]+)\1(?![*\w])/g)];
    expect(named.length).toBeGreaterThan(20);
    const known = shown(language);
    const unknown = named.flatMap(([, , name = ""]) =>
      known.includes(name) || shopifys.includes(name) ? [] : [name],
    );
    expect(unknown).toEqual([]);
  });

  it.each(anchors)("explains %s", (anchor) => {
    expect(page).toContain(`<a id="${anchor}"></a>`);
  });

  it.each(names(language))("calls the %s %s what the pages call it", (kind, code, name) => {
    expect(page).toContain(`<a id="${kind}-${code}"></a>\n\n### ${name}\n`);
  });

  it("has a table of contents, with every chapter in order", () => {
    const chapters = [...page.matchAll(/<a id="([\w-]+)"><\/a>\n\n## (.+)\n/g)];
    expect(chapters).toHaveLength(page.match(/^## /gm)?.length ?? 0);
    const contents = chapters.map(([, anchor, title]) => `- [${title}](#${anchor})\n`).join("");
    expect(page.indexOf(contents)).toBeGreaterThan(0);
    expect(page.indexOf(contents)).toBeLessThan(page.indexOf("\n## "));
  });

  it.each(Object.values(linkProperties).flat())("names the property %s", (name) => {
    expect(page).toContain(`\`${name}\``);
  });
});

/** By anchor: the numbers and names of a section, and how many buttons, tabs and settings it names. */
function sectionsOf(language: "en" | "de"): Record<string, unknown> {
  const page = readFileSync(new URL(`../../docs/help.${language}.md`, import.meta.url), "utf8");
  const [, ...parts] = page.split(/<a id="([\w-]+)"><\/a>/);
  const sections: Record<string, unknown> = {};
  for (let at = 0; at < parts.length; at += 2) {
    const [anchor = "", text = ""] = parts.slice(at, at + 2);
    const named = text.match(/(?<![*\w])([*_])[^*_\n]+\1(?![*\w])/g) ?? [];
    sections[anchor] = [(text.match(/\d+|`[^`]+`/g) ?? []).sort(), named.length];
  }
  return sections;
}

it("both pages of help tell the same numbers and names, section by section", () => {
  expect(sectionsOf("de")).toEqual(sectionsOf("en"));
});
