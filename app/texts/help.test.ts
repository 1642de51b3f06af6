import { readFileSync } from "node:fs";
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

describe.each(["en", "de"])("docs/help.%s.md", (language) => {
  const page = readFileSync(new URL(`../../docs/help.${language}.md`, import.meta.url), "utf8");

  it.each(anchors)("explains %s", (anchor) => {
    expect(page).toContain(`<a id="${anchor}"></a>`);
  });

  it.each(Object.values(linkProperties).flat())("names the property %s", (name) => {
    expect(page).toContain(`\`${name}\``);
  });
});
