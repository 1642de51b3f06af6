import { GraphQLError } from "graphql";
import type { IndexedOrder } from "./order-index.ts";

const term = /^(\w+):(>=|<=|>|<)?(?:'([^']*)'|"([^"]*)"|(\S+))$/;

/**
 * Reads the search of the list of orders: `updated_at:>='2026-11-24T10:00:00Z' AND name:#1001`. What
 * the simulator does not know is an error: Shopify would ignore it and answer more than was meant.
 * https://shopify.dev/docs/api/usage/search-syntax
 */
export function matcher(query: string): (order: IndexedOrder) => boolean {
  const choices = query.split(" OR ").map(all);
  return (order) => choices.some((matches) => matches(order));
}

/** What is joined by AND, or by nothing. */
function all(query: string): (order: IndexedOrder) => boolean {
  const words = query.match(/(?:'[^']*'|"[^"]*"|\S)+/g) ?? [];
  const tests = words.filter((word) => word !== "AND").map(readTerm);
  return (order) => tests.every((test) => test(order));
}

function readTerm(word: string): (order: IndexedOrder) => boolean {
  const [, name, sign = "=", quoted, double, plain] = term.exec(word) ?? [];
  const value = quoted ?? double ?? plain ?? "";
  switch (name) {
    case "updated_at":
      return compared(sign, time(value), (order) => order.updatedAt);
    case "created_at":
    case "processed_at":
      return compared(sign, time(value), (order) => order.createdAt);
    case "name":
      return (order) => order.name === value;
    case "id":
      return compared(sign, Number(value), (order) => Number(order.id));
    case "return_status":
      return (order) => order.returnStatus === value;
    case "status":
      if (value === "any") return () => true;
  }
  throw new GraphQLError(`The simulated Shopify does not search for ${word}.`);
}

function compared(
  sign: string,
  value: number,
  of: (order: IndexedOrder) => number,
): (order: IndexedOrder) => boolean {
  if (sign === ">=") return (order) => of(order) >= value;
  if (sign === "<=") return (order) => of(order) <= value;
  if (sign === ">") return (order) => of(order) > value;
  if (sign === "<") return (order) => of(order) < value;
  return (order) => of(order) === value;
}

function time(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new GraphQLError(`${text} is not a time.`);
  return ms;
}
