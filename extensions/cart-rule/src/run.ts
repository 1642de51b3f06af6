import type { InputLine, RunInput, RunResult } from "./input.ts";
import { message, type Refusal } from "./messages.ts";

type Variant = Extract<InputLine["merchandise"], { __typename: "ProductVariant" }>;
type CartLine = { line: InputLine; variant: Variant | null; isPlan: boolean };

const pass: RunResult = { operations: [] };

/**
 * Stops a checkout whose plans Hakuna would not insure: a plan without its product, more plans than
 * product units, a plan in another country than it was offered for. Only at checkout: in the cart a
 * buyer must be able to take a product out. Only plans that the app made or linked are judged, and
 * whatever is not understood passes: a link whose name is written another way cannot be asked for, and
 * an order's plan can be paired without any link, so a plan that bears none is alone only where
 * there is no product at all.
 */
export function run({ buyerJourney, cart, localization }: RunInput): RunResult {
  if (!buyerJourney.step?.startsWith("CHECKOUT_")) return pass;
  const lines = cart.lines.map(readLine);
  if (!lines.some(({ isPlan }) => isPlan)) return pass;
  const country = countryOf(cart) ?? localization.country.isoCode;
  const groups = groupsOf(lines);
  const hasProducts = lines.some(({ isPlan }) => !isPlan);
  const errors: { message: string; target: string }[] = [];
  lines.forEach((one, index) => {
    const { variant, isPlan } = one;
    const mayBeAlone = hasProducts && !isLinked(one);
    const refusal = isPlan ? refusalOf(variant, groups[index], country, mayBeAlone) : null;
    if (refusal === null) return;
    const title = variant?.product.title ?? "";
    errors.push({
      message: message(refusal, localization.language.isoCode, title),
      target: "$.cart",
    });
  });
  return errors.length === 0 ? pass : { operations: [{ validationAdd: { errors } }] };
}

/** Lines that are linked with each other, directly or by others. */
type Group = { planUnits: number; productUnits: number };

function refusalOf(
  variant: Variant | null,
  group: Group | undefined,
  country: string,
  mayBeAlone: boolean,
): Refusal | null {
  const sold = variant?.planCountry?.value.trim().toUpperCase();
  if (sold && sold !== country) return "country";
  if (group === undefined || group.productUnits === 0) return mayBeAlone ? null : "alone";
  return group.planUnits > group.productUnits ? "tooMany" : null;
}

function readLine(line: InputLine): CartLine {
  const variant = line.merchandise.__typename === "ProductVariant" ? line.merchandise : null;
  return { line, variant, isPlan: Boolean(variant?.planId?.value) };
}

/** Whether a plan says what it belongs to. */
function isLinked({ line }: CartLine): boolean {
  return [line.ref, ...namesOfProduct(line)].some((value) => text(value) !== "");
}

function namesOfProduct(line: InputLine): InputLine["ref"][] {
  return [line.namesProduct, line.namesProductToo, line.namesProductOpenly];
}

function countryOf({ billingAddress, deliveryGroups }: RunInput["cart"]): string | null {
  const addresses = [billingAddress, ...deliveryGroups.map((group) => group.deliveryAddress)];
  return addresses.map((address) => address?.countryCode).find(Boolean) ?? null;
}

/**
 * Joins plans with the products that they are linked to: by an equal key, by a name that one line
 * has for the other, or as parent and child; answers each line's group, by its place. Near-linear in
 * the number of lines. Shopify counts instructions: nothing is made that no line asks for.
 */
function groupsOf(lines: readonly CartLine[]): Group[] {
  const leader = lines.map((_, index) => index);
  const above = (index: number) => leader[index] ?? index;
  const find = (index: number): number => {
    let at = index;
    while (above(at) !== at) {
      // halves the way for the next who asks
      leader[at] = above(above(at));
      at = above(at);
    }
    return at;
  };
  const join: Join = (a, b) => {
    leader[find(a)] = find(b);
  };
  joinByKey(lines, join);
  joinByName(lines, join);
  joinByParent(lines, join);
  const groups: Group[] = [];
  lines.forEach(({ line, isPlan }, index) => {
    const top = find(index);
    const group = groups[top] ?? { planUnits: 0, productUnits: 0 };
    group[isPlan ? "planUnits" : "productUnits"] += line.quantity;
    groups[top] = group;
  });
  return lines.map((_, index) => groups[find(index)] ?? { planUnits: 0, productUnits: 0 });
}

/** Puts two lines, by their places, into one group. */
type Join = (a: number, b: number) => void;

function joinByKey(lines: readonly CartLine[], join: Join): void {
  const places = new Map<string, number[]>();
  lines.forEach(({ line }, index) => {
    const key = text(line.ref);
    if (key) put(places, key, index);
  });
  for (const all of places.values()) {
    const [first = 0] = all;
    // plans alone, or products alone, are no pair
    if (!all.some((place) => lines[place]?.isPlan !== lines[first]?.isPlan)) continue;
    for (const place of all) join(place, first);
  }
}

function joinByName(lines: readonly CartLine[], join: Join): void {
  /** what products call their plans, and plans their products, with the places of those who do */
  const plans = new Map<string, number[]>();
  const products = new Map<string, number[]>();
  lines.forEach(({ line, isPlan }, index) => {
    const said = isPlan
      ? namesOfProduct(line)
      : [line.namesPlan, line.namesPlanToo, line.namesPlanOpenly];
    for (const one of said) {
      const name = text(one);
      if (name) put(isPlan ? products : plans, name, index);
    }
  });
  if (plans.size + products.size === 0) return;
  lines.forEach(({ variant, isPlan }, index) => {
    const asked = isPlan ? plans : products;
    for (const name of namesOf(variant)) {
      const places = asked.get(name) ?? [];
      for (const place of places) join(place, index);
      // they are one group from now on
      places.splice(1);
    }
  });
}

function joinByParent(lines: readonly CartLine[], join: Join): void {
  const children = lines.flatMap(({ line, isPlan }, index) =>
    isPlan && line.parentRelationship ? [index] : [],
  );
  if (children.length === 0) return;
  const places = new Map(lines.map(({ line }, index) => [line.id, index]));
  for (const child of children) {
    const parent = places.get(lines[child]?.line.parentRelationship?.parent.id ?? "");
    if (parent !== undefined && lines[parent]?.isPlan === false) join(child, parent);
  }
}

/** Variant, SKU and product, each as a global id and as its number: what a reference may say. */
function namesOf(variant: Variant | null): string[] {
  if (variant === null) return [];
  const ids = [variant.id, variant.product.id];
  const numbers = ids.map((id) => id.slice(id.lastIndexOf("/") + 1));
  const sku = variant.sku?.trim();
  return [...ids, ...numbers, ...(sku ? [sku] : [])];
}

function put(map: Map<string, number[]>, key: string, place: number): void {
  const places = map.get(key);
  if (places) places.push(place);
  else map.set(key, [place]);
}

function text(value: InputLine["ref"]): string {
  return value?.value?.trim() ?? "";
}
