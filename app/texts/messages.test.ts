import { expect, it } from "vitest";
import { messages } from "./messages.server.ts";

/** Every text with its path. */
function texts(value: object, path = ""): [string, string][] {
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === "string" ? [[`${path}${key}`, inner]] : texts(inner, `${path}${key}.`),
  );
}

/** What is put into a text: {{titles}}, <link>, <moment/>. */
function placeholders(text: string): string[] {
  return [...new Set(text.match(/\{\{[^}]+\}\}|<\/?\w+\s?\/?>/g))].sort();
}

const english = texts(messages.en);
const german = new Map(texts(messages.de));

it("has every text in German, and no other", () => {
  expect([...german.keys()].sort()).toEqual(english.map(([path]) => path).sort());
});

it.each(english)("%s says the same in German", (path, text) => {
  expect(placeholders(german.get(path) ?? "")).toEqual(placeholders(text));
  expect(text.trim()).not.toBe("");
  expect(german.get(path)?.trim()).not.toBe("");
});
