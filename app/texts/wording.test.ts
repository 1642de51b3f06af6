import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { messages } from "./messages.server.ts";
import { privacyClause } from "./privacy-clause.ts";

/** A text with the place it stands at, for the message of a failing test. */
type Text = { at: string; text: string };

const root = new URL("../../", import.meta.url);

/** Every text of a message file. */
function textsOf(value: object, at: string): Text[] {
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === "string"
      ? [{ at: `${at} ${key}`, text: inner }]
      : textsOf(inner, `${at} ${key}`),
  );
}

/** The lines of a help page, without what only programs read. */
function linesOf(path: string): Text[] {
  return readFileSync(new URL(path, root), "utf8")
    .replaceAll(/<a id="[^"]*"><\/a>|\]\([^)]*\)/g, "")
    .replaceAll(/`[^`]*`/g, "`")
    .split("\n")
    .map((text, index) => ({ at: `${path}:${index + 1}`, text }));
}

const localeFolders = [
  "cart-rule",
  "hakuna-protection",
  "order-link",
  "order-status",
  "plan-refund",
  "plan-return",
].map((name) => `extensions/${name}/locales/`);

/** The message files of the extensions: `de` in `de.json`, `de.schema.json`. */
const localeFiles = localeFolders.flatMap((folder) =>
  readdirSync(new URL(folder, root)).map((file) => ({
    path: folder + file,
    language: file.slice(0, 2),
    // What the files of all languages are compared with.
    original: `${folder}en.default${file.endsWith(".schema.json") ? ".schema" : ""}.json`,
    isBuyers: /hakuna-protection|plan-return/.test(folder) && !file.endsWith(".schema.json"),
  })),
);

const read = (path: string): object => JSON.parse(readFileSync(new URL(path, root), "utf8"));

/** What buyers see, and what Shopify shows of the extensions to merchants. */
function ofExtensions(language: string, buyers?: boolean): Text[] {
  return localeFiles
    .filter((file) => file.language === language && (buyers ?? file.isBuyers) === file.isBuyers)
    .flatMap(({ path }) => textsOf(read(path), path));
}

/** What merchants see in the app itself. */
const ofApp = (language: "en" | "de"): Text[] => [
  ...textsOf(messages[language], language),
  ...linesOf(`docs/help.${language}.md`),
  ...privacyClause[language].split("\n").map((text) => ({ at: "privacy-clause.ts", text })),
];

const german = [...ofApp("de"), ...ofExtensions("de")];
const english = [...ofApp("en"), ...ofExtensions("en")];
/** What buyers see in the languages that merchants are not spoken to in. */
const ofBuyers = (language: "fr" | "nl"): Text[] => {
  const path = `app/texts/messages/${language}/receipt.json`;
  return [...ofExtensions(language), ...textsOf(read(path), path)];
};
const everything = [...german, ...english, ...ofBuyers("fr"), ...ofBuyers("nl")];

/** The texts in which something stands that must not, each with what it is. */
function offenses(texts: Text[], forbidden: RegExp): string[] {
  return texts.flatMap(({ at, text }) => {
    const found = text.match(forbidden);
    return found ? [`${at}: “${found[0]}” in “${text}”`] : [];
  });
}

describe("German", () => {
  it("says du", () => {
    // At the beginning of a sentence "Sie" may be an order; within it only a person.
    expect(offenses(german, /(?<=[\p{L},;] )(Sie|Ihnen|Ihre?[nmrs]?)\b/u)).toEqual([]);
    expect(offenses(german, /\bSie (erhalten|haben|können|müssen|möchten|sollten)\b/)).toEqual([]);
  });

  it("calls a plan Schutzplan", () => {
    const merchants = [...ofApp("de"), ...ofExtensions("de", false)];
    expect(offenses(merchants, /(?<!Hakuna-)\bSchutz\b(?!-Block| vor)/)).toEqual([]);
    expect(offenses(german, /(?<![-\p{L}])(Plan|Pläne|Plänen|Plans)\b(?!-ID| \{\{)/u)).toEqual([]);
    expect(offenses(german, /Versicherungsp(lan|länen?)/)).toEqual([]);
  });

  it("has one word for one thing", () => {
    const others =
      /von selbst|[Vv]ersandt\b|Befund|\bgeliefert|verschickt|verlassen (hat )?die App|die App verlassen|Express-Kasse|beiseite gelegt/;
    expect(offenses(german, others)).toEqual([]);
  });

  it("has a space that does not break before %", () => {
    expect(offenses(german, /[^\u00a0\u202f]%/)).toEqual([]);
  });
});

describe("English", () => {
  it("is American, with one spelling of each word", () => {
    const others =
      /cancell(ed|ing)|fulfil\b|fulfilment|colour|licence|catalogue|(author|custom|minim|organ|recogn|summar|synchron)is(e|ing|ation)|any more\b/i;
    expect(offenses(english, others)).toEqual([]);
  });

  it("says what the app does automatically", () => {
    expect(offenses(english, /by (itself|themselves)\b/)).toEqual([]);
  });

  it("has no space before %", () => {
    expect(offenses(english, /\s%/)).toEqual([]);
  });
});

it("French has a space that does not break where French has one", () => {
  const path = "extensions/cart-rule/src/messages.ts";
  const atCheckout = [{ at: path, text: readFileSync(new URL(path, root), "utf8") }];
  expect(offenses(atCheckout, /[^\u00a0\u202f]»|«[^\u00a0\u202f]/)).toEqual([]);
  expect(offenses(ofBuyers("fr"), /[^\u00a0\u202f][:;!?»]|«[^\u00a0\u202f]/)).toEqual([]);
});

describe("every language", () => {
  it("has one kind of apostrophe: ' in the app, ’ in a shop", () => {
    expect(offenses([...ofApp("en"), ...ofApp("de")], /’/)).toEqual([]);
    const extensions = ["en", "de"].flatMap((language) => ofExtensions(language));
    const buyers = [...extensions, ...ofBuyers("fr"), ...ofBuyers("nl")];
    expect(offenses(buyers, /'/)).toEqual([]);
  });

  it("has curved quotation marks, one character for an ellipsis, and single spaces", () => {
    expect(offenses(everything, /"|\.\.\.| {2}|^ | $/)).toEqual([]);
  });
});

/** What is put into a text: {{ plan }}. */
const placeholders = (text: string) => (text.match(/\{\{\s*\w+\s*\}\}/g) ?? []).sort();

it.each(localeFiles)("$path says all that $original does", ({ path, original }) => {
  const texts = textsOf(read(path), "");
  const originals = textsOf(read(original), "");
  expect(texts.map(({ at }) => at)).toEqual(originals.map(({ at }) => at));
  for (const [index, { text }] of texts.entries()) {
    const language = path.split("/").at(-1)?.slice(0, 2);
    if (language === "en") continue;
    expect(placeholders(text)).toEqual(placeholders(originals[index]?.text ?? ""));
  }
});
