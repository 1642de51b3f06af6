import type { InputLine, RunInput, RunResult } from "./input.ts";
import { message, type Refusal } from "./messages.ts";

type Variant = Extract<InputLine["merchandise"], { __typename: "ProductVariant" }>;
type CartLine = { line: InputLine; variant: Variant | null; isPlan: boolean };

const pass: RunResult = { operations: [] };

/**
 * Stops a checkout whose plans Hakuna would not insure: a plan without its product, more plans than
 * product units, a plan in another country than it was offered for. Only at checkout: in the cart a
 * buyer must be able to take a product out. Only plans that the app made or linked are judged, and
 * whatever is not understood passes.
 */
export function run({ buyerJourney, cart, localization }: RunInput): RunResult {
  if (!buyerJourney.step?.startsWith("CHECKOUT_")) return pass;
  const lines = cart.lines.map(readLine);
  const plans = lines.filter(({ isPlan }) => isPlan);
  if (plans.length === 0) return pass;
  const country = countryOf(cart) ?? localization.country.isoCode;
  const groups = groupsOf(lines);
  const errors = plans.flatMap(({ line, variant }) => {
    const refusal = refusalOf(variant, groups.get(line.id), country);
    if (refusal === null) return [];
    const title = variant?.product.title ?? "";
    return [{ message: message(refusal, localization.language.isoCode, title), target: "$.cart" }];
  });
  return errors.length === 0 ? pass : { operations: [{ validationAdd: { errors } }] };
}

/** Lines that are linked with each other, directly or by others. */
type Group = { planUnits: number; productUnits: number };

function refusalOf(
  variant: Variant | null,
  group: Group | undefined,
  country: string,
): Refusal | null {
  const sold = variant?.planCountry?.value.trim().toUpperCase();
  if (sold && sold !== country) return "country";
  if (group === undefined || group.productUnits === 0) return "alone";
  return group.planUnits > group.productUnits ? "tooMany" : null;
}

function readLine(line: InputLine): CartLine {
  const variant = line.merchandise.__typename === "ProductVariant" ? line.merchandise : null;
  return { line, variant, isPlan: Boolean(variant?.planId?.value) };
}

function countryOf({ billingAddress, deliveryGroups }: RunInput["cart"]): string | null {
  const addresses = [billingAddress, ...deliveryGroups.map((group) => group.deliveryAddress)];
  return addresses.map((address) => address?.countryCode).find(Boolean) ?? null;
}

/**
 * Joins plans with the products that they are linked to: by an equal key, by a name that one line
 * has for the other, or as parent and child. Near-linear in the number of lines.
 */
function groupsOf(lines: readonly CartLine[]): Map<string, Group> {
  const leader = new Map(lines.map(({ line }) => [line.id, line.id]));
  const above = (id: string) => leader.get(id) ?? id;
  const find = (id: string): string => {
    let at = id;
    while (above(at) !== at) {
      // halves the way for the next who asks
      leader.set(at, above(above(at)));
      at = above(at);
    }
    return at;
  };
  const join = (a: string, b: string) => leader.set(find(a), find(b));
  for (const links of [linksByKey(lines), linksByName(lines), linksByParent(lines)]) {
    for (const [plan, product] of links) join(plan, product);
  }
  const groups = new Map<string, Group>();
  for (const { line, isPlan } of lines) {
    const top = find(line.id);
    const group = groups.get(top) ?? { planUnits: 0, productUnits: 0 };
    group[isPlan ? "planUnits" : "productUnits"] += line.quantity;
    groups.set(top, group);
  }
  return new Map(
    lines.flatMap(({ line }) => {
      const group = groups.get(find(line.id));
      return group ? [[line.id, group]] : [];
    }),
  );
}

type Link = readonly [plan: string, product: string];

function linksByKey(lines: readonly CartLine[]): Link[] {
  const plans = new Map<string, string[]>();
  const products = new Map<string, string[]>();
  for (const { line, isPlan } of lines) {
    const key = text(line.ref);
    if (key) put(isPlan ? plans : products, key, line.id);
  }
  return [...plans].flatMap(([key, ids]) => chain(ids, products.get(key) ?? []));
}

function linksByName(lines: readonly CartLine[]): Link[] {
  const plans = new Map<string, string[]>();
  const products = new Map<string, string[]>();
  for (const { line, variant, isPlan } of lines) {
    for (const name of namesOf(variant)) put(isPlan ? plans : products, name, line.id);
  }
  return lines.flatMap(({ line, isPlan }) => {
    const { namesPlan, namesPlanToo, namesPlanOpenly } = line;
    const { namesProduct, namesProductToo, namesProductOpenly } = line;
    const names = isPlan
      ? [namesProduct, namesProductToo, namesProductOpenly]
      : [namesPlan, namesPlanToo, namesPlanOpenly];
    return names.flatMap((name) => {
      const value = text(name);
      if (!value) return [];
      return isPlan
        ? chain([line.id], products.get(value) ?? [])
        : chain(plans.get(value) ?? [], [line.id]);
    });
  });
}

function linksByParent(lines: readonly CartLine[]): Link[] {
  const isPlan = new Map(lines.map((one) => [one.line.id, one.isPlan]));
  return lines.flatMap(({ line, isPlan: isChildPlan }): Link[] => {
    const parent = line.parentRelationship?.parent.id;
    if (parent === undefined || !isChildPlan || isPlan.get(parent) !== false) return [];
    return [[line.id, parent]];
  });
}

/** Variant, SKU and product, each as a global id and as its number: what a reference may say. */
function namesOf(variant: Variant | null): string[] {
  if (variant === null) return [];
  const ids = [variant.id, variant.product.id];
  const numbers = ids.map((id) => id.slice(id.lastIndexOf("/") + 1));
  const sku = variant.sku?.trim();
  return [...ids, ...numbers, ...(sku ? [sku] : [])];
}

/** Links enough to join all of them: each with the first of the other side. */
function chain(plans: readonly string[], products: readonly string[]): Link[] {
  const [plan] = plans;
  const [product] = products;
  if (plan === undefined || product === undefined) return [];
  return [
    ...products.map((one) => [plan, one] as const),
    ...plans.slice(1).map((one) => [one, product] as const),
  ];
}

function put(map: Map<string, string[]>, key: string, id: string): void {
  const ids = map.get(key);
  if (ids) ids.push(id);
  else map.set(key, [id]);
}

function text(value: InputLine["ref"]): string {
  return value?.value?.trim() ?? "";
}
