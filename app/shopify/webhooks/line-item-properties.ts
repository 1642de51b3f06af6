import { storableText } from "#app/foundation/storable-text.ts";
import { isLinkProperty, normalProperties } from "#app/order/link-properties.ts";
import type { Property } from "#app/order/state.ts";

/**
 * The properties of a line item that link products with plans, from any of the shapes that are seen:
 * a list of {name, value}, {}, one {name, value}, a plain object of keys and values, or nothing.
 * Values may be texts, numbers, booleans or null; the last counts as none.
 */
export function readProperties(value: unknown): Property[] {
  const known = entries(value).flatMap(([key, content]) => {
    const name = typeof key === "string" ? storableText(key) : "";
    if (!isLinkProperty(name)) return [];
    if (!["string", "number", "boolean"].includes(typeof content)) return [];
    return [{ name, value: storableText(String(content)) }];
  });
  return normalProperties(known);
}

function entries(value: unknown): [unknown, unknown][] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(entries);
  const single: [unknown, unknown][] =
    "name" in value && "value" in value ? [[value.name, value.value]] : [];
  return [...single, ...Object.entries(value)];
}
