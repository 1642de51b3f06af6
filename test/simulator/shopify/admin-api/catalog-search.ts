import { GraphQLError } from "graphql";
import type { CatalogProduct } from "../shop-catalog.ts";

/**
 * Reads a search of products: words of the title, `vendor:…`, `status:…`, `id:…`, each with `-` for
 * the opposite. https://shopify.dev/docs/api/usage/search-syntax
 */
export function productMatcher(query: string): (product: CatalogProduct) => boolean {
  const words = query.match(/(?:'[^']*'|"[^"]*"|\S)+/g) ?? [];
  const tests = words.filter((word) => word !== "AND").map(readTerm);
  return (product) => tests.every((test) => test(product));
}

function readTerm(word: string): (product: CatalogProduct) => boolean {
  const [, not, name, text = ""] = /^(-)?(?:(\w+):)?(.*)$/s.exec(word) ?? [];
  const value = text
    .replace(/^(['"])(.*)\1$/s, "$2")
    .replaceAll(/\\(.)/g, "$1")
    .toLowerCase();
  const test = matches(name, value);
  return (product) => test(product) !== Boolean(not);
}

function matches(name: string | undefined, value: string): (product: CatalogProduct) => boolean {
  switch (name) {
    case undefined:
    case "title":
      return ({ title }) => title.toLowerCase().includes(value.replaceAll("*", ""));
    case "vendor":
      return ({ vendor }) => vendor.toLowerCase() === value;
    case "status":
      return ({ status }) => value.split(",").includes(status.toLowerCase());
    case "id":
      return ({ id }) => id.endsWith(`/${value}`);
  }
  throw new GraphQLError(`The simulated Shopify does not search products for ${name}.`);
}
