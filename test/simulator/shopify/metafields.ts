import { readFileSync } from "node:fs";
import toml from "toml";

/** Metafields of one owner by `namespace.key`; `$app` is written `app`. */
export type Metafields = Map<string, Metafield>;
export type Metafield = { namespace: string; key: string; type: string; value: string };
export type OwnerType = "product" | "variant";

type Definition = { type: string; name: string; access?: { storefront?: string } };
type Declared = Partial<Record<OwnerType, { metafields?: { app?: Record<string, Definition> } }>>;

export function emptyMetafields(): Metafields {
  return new Map();
}

/** `$app` and an app that names none mean the app's own namespace. */
export function ownNamespace(namespace: string | null | undefined): string {
  return !namespace || namespace === "$app" ? "app" : namespace;
}

/**
 * What is wrong with a metafield that an app wants to set: it must be of the type that
 * shopify.app.toml declares, and its value a value of that type. Null: nothing.
 *
 * @param isVariant whether there is a variant of the global id
 */
export function metafieldProblem(
  owner: OwnerType,
  { namespace, key, type, value }: Partial<Metafield>,
  isVariant: (id: string) => boolean,
): string | null {
  const declared =
    ownNamespace(namespace) === "app" ? definitions()[owner]?.metafields?.app?.[key ?? ""] : null;
  const expected = declared?.type ?? type;
  if (declared === undefined) return `${key} is not declared in shopify.app.toml`;
  if (!expected) return "Type can't be blank";
  if (type && type !== expected) return `Type must be ${expected}`;
  const text = value ?? "";
  if (text === "") return "Value can't be blank";
  switch (expected) {
    case "single_line_text_field":
      return text.includes("\n") ? "Value must be on a single line" : null;
    case "number_integer":
      return /^-?\d{1,16}$/.test(text) ? null : "Value must be an integer";
    case "url":
      return /^(https?|mailto|sms|tel):/.test(text) && URL.canParse(text)
        ? null
        : "Value must be one of the following URL schemes: http, https, mailto, sms, tel";
    case "list.variant_reference":
      return listProblem(text, isVariant);
    default:
      return `The simulated Shopify knows no ${expected}`;
  }
}

function listProblem(text: string, isVariant: (id: string) => boolean): string | null {
  let ids: unknown;
  try {
    ids = JSON.parse(text);
  } catch {
    return "Value must be a list";
  }
  if (!Array.isArray(ids) || ids.length > 128) return "Value must be a list of at most 128";
  const unknown = ids.find((id) => !isVariant(String(id)));
  return unknown === undefined ? null : `Value references non-existent resource ${unknown}`;
}

/** The type of a metafield whose type was left out: the declared one. */
export function declaredType(owner: OwnerType, key: string): string {
  return definitions()[owner]?.metafields?.app?.[key]?.type ?? "single_line_text_field";
}

let read: Declared | undefined;
function definitions(): Declared {
  const file = new URL("../../../shopify.app.toml", import.meta.url);
  read ??= toml.parse(readFileSync(file, "utf8")) as Declared;
  return read;
}
