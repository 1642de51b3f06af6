import { isLinkProperty } from "#app/order/link-properties.ts";
import { parseExactJson } from "./exact-json.ts";

/**
 * The payload cut down to some fields, as Shopify does it for a subscription's `include_fields`.
 * Integers beyond 2^53 come out as text, which the app reads alike.
 *
 * @param text JSON of an object
 * @param fields names, nested with a period; a list's fields are those of its items
 * @throws SyntaxError when the text is not JSON
 */
export function cutPayload(text: string, fields: readonly string[]): string {
  return JSON.stringify(cut(parseExactJson(text), tree(fields)));
}

/** The same without line item properties but those that link products with plans. */
export function withoutOtherProperties(text: string): string {
  return JSON.stringify(parseExactJson(text), (key, value) =>
    key === "properties" ? linkProperties(value) : value,
  );
}

type Tree = Map<string, Tree>;

function tree(fields: readonly string[]): Tree {
  const root: Tree = new Map();
  for (const field of fields) {
    let node = root;
    for (const name of field.split(".")) {
      const next = node.get(name) ?? new Map();
      node.set(name, next);
      node = next;
    }
  }
  return root;
}

function cut(value: unknown, wanted: Tree): unknown {
  if (wanted.size === 0 || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => cut(item, wanted));
  const members = Object.entries(value).flatMap(([name, member]) => {
    const inner = wanted.get(name);
    return inner ? [[name, cut(member, inner)]] : [];
  });
  return Object.fromEntries(members);
}

function linkProperties(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => isLink(item));
  if (typeof value !== "object" || value === null) return value;
  if (isLink(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => isLinkProperty(name)));
}

function isLink(item: unknown): boolean {
  if (typeof item !== "object" || item === null || !("name" in item)) return false;
  return typeof item.name === "string" && isLinkProperty(item.name);
}
