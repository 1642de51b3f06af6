import type { InputLine, RunInput, RunResult } from "./input.ts";
import { message, type Refusal } from "./messages.ts";

type Variant = Extract<InputLine["merchandise"], { __typename: "ProductVariant" }>;
type CartLine = { line: InputLine; variant: Variant | null; isPlan: boolean };

const pass: RunResult = { operations: [] };

/**
 * Stops a checkout whose plans Hakuna would not insure: a plan without its product, more plans than
 * product units, a plan in another country than it was offered for. Only at checkout: in the cart a
 * buyer must be able to take a product out. Only plans that the app made or linked are judged, and
 * whatever is not understood passes: a link whose name is written another way cannot be asked for, so
 * a product without any that can be read may be linked with its plans; and an order's plan can be
 * paired without any link, so a plan that bears none is alone only where there is no product at all.
 */
export function run({ buyerJourney, cart, localization }: RunInput): RunResult {
  if (!buyerJourney.step?.startsWith("CHECKOUT_")) return pass;
  const lines = cart.lines.map(readLine);
  if (!lines.some(({ isPlan }) => isPlan)) return pass;
  const country = countryOf(cart) ?? localization.country.isoCode;
  const groups = groupsOf(lines);
  const hasProducts = lines.some(({ isPlan }) => !isPlan);
  let unread: Map<Group, number> | undefined;
  const errors: { message: string; target: string }[] = [];
  lines.forEach((one, index) => {
    const { variant, isPlan } = one;
    const mayBeAlone = hasProducts && !isLinked(one);
    const group = groups[index];
    const refusal = isPlan ? refusalOf(variant, group, country, mayBeAlone) : null;
    if (refusal === null) return;
    if (refusal !== "country" && group) {
      unread ??= unreadUnits(lines, groups);
      if (group.planUnits <= group.productUnits + (unread.get(group) ?? 0)) return;
    }
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

/** Whether a line says what it belongs with. */
function isLinked({ line, isPlan }: CartLine): boolean {
  const names = isPlan ? namesOfProduct(line) : namesOfPlan(line);
  return [line.ref, ...names].some((value) => text(value) !== "");
}

const madePlans = "hakuna-protection-";

/** What tells a plan's products: the id that is in its product's handle, and its own variant. */
function keysOf(variant: Variant | null): string[] {
  if (variant === null) return [];
  const { handle } = variant.product;
  const made = handle.startsWith(madePlans) ? [handle.split("-")[2] ?? ""] : [];
  return [...made, variant.id];
}

/**
 * Units of products, by group, with which its plans may be linked besides, by names that cannot be
 * read: of a line that has readable ones it is assumed that all of its names are.
 */
function unreadUnits(lines: readonly CartLine[], groups: readonly Group[]): Map<Group, number> {
  const places = productPlaces(lines);
  const reached = new Map<Group, Set<number>>();
  lines.forEach((one, index) => {
    const own = groups[index];
    if (!one.isPlan || !own) return;
    const reach = reached.get(own) ?? new Set();
    reached.set(own, reach);
    for (const place of keysOf(one.variant).flatMap((key) => places.get(key) ?? [])) {
      const product = lines[place];
      const isRead = isLinked(one) && product && isLinked(product);
      if (groups[place] !== own && !isRead) reach.add(place);
    }
  });
  const units = (sum: number, place: number) => sum + (lines[place]?.line.quantity ?? 0);
  return new Map([...reached].map(([group, reach]) => [group, [...reach].reduce(units, 0)]));
}

/** Places of products, by what tells their plans. */
function productPlaces(lines: readonly CartLine[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  lines.forEach(({ variant, isPlan }, index) => {
    if (isPlan || variant === null) return;
    put(places, numberOf(variant.product.id), index);
    for (const plan of JSON.parse(variant.product.plans?.value ?? "[]")) put(places, plan, index);
  });
  return places;
}

function namesOfPlan(line: InputLine): InputLine["ref"][] {
  return [line.namesPlan, line.namesPlanToo, line.namesPlanOpenly];
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
    const asked = isPlan ? products : plans;
    for (const one of isPlan ? namesOfProduct(line) : namesOfPlan(line)) {
      const name = text(one);
      if (!name) continue;
      put(asked, name, index);
      const plain = plainName(name);
      if (plain !== name) put(asked, plain, index);
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
  const numbers = ids.map(numberOf);
  const sku = variant.sku?.trim();
  return [...ids, ...numbers, ...(sku ? [sku] : [])];
}

function numberOf(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

/** A reference as `namesOf` spells it, read as orders are: leading zeros, and what follows a global id. */
function plainName(name: string): string {
  if (!name.startsWith("gid:")) return name.replace(/^0+(?=\d)/, "");
  return /^gid:\/\/shopify\/\w+\/\d+/.exec(name)?.[0].replace(/\/0+(?=\d+$)/, "/") ?? name;
}

function put(map: Map<string, number[]>, key: string, place: number): void {
  const places = map.get(key);
  if (places) places.push(place);
  else map.set(key, [place]);
}

function text(value: InputLine["ref"]): string {
  return value?.value?.trim() ?? "";
}
