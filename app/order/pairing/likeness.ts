import { compareIds, compareText } from "#app/order/canonical.ts";
import { type Line, property } from "#app/order/lines.ts";
import { linkProperties, normalProperties } from "#app/order/link-properties.ts";
import { readReference } from "./claims.ts";

/** Two lines of which one names the other by its id. */
export type Relation = { from: string; to: string; by: string };

/**
 * Line item id → the line's place among all: older lines before newer ones, then by what the lines
 * are. Ids, which Shopify gives the lines of one checkout as it likes, decide only between lines that
 * are alike in everything but what is left of them, and in how lines refer to each other.
 *
 * @param relations pairs that people or Hakuna made, which name lines by id too
 */
export function placesOf(
  lines: readonly Line[],
  relations: readonly Relation[],
): Map<string, number> {
  const ids = new Set(lines.map(({ id }) => id));
  const named = lines.flatMap((line) => namedById(line, ids));
  const all = [...named, ...relations.filter(({ from, to }) => ids.has(from) && ids.has(to))];
  const kinds = refine(kindsOf(lines, ids), all);
  const kindOf = (line: Line) => kinds.get(line.id) ?? 0;
  const sorted = lines.toSorted(
    (a, b) => a.firstSeenAt - b.firstSeenAt || kindOf(a) - kindOf(b) || compareIds(a.id, b.id),
  );
  return new Map(sorted.map(({ id }, place) => [id, place]));
}

const references = [linkProperties.productNamesPlan, linkProperties.planNamesProduct] as const;

function namedById(line: Line, ids: ReadonlySet<string>): Relation[] {
  return references.flatMap((names) => {
    const to = lineNamed(property(line, names), ids);
    return to === null ? [] : [{ from: line.id, to, by: names[0] }];
  });
}

function lineNamed(reference: string | null, ids: ReadonlySet<string>): string | null {
  if (reference === null) return null;
  const { id, type } = readReference(reference);
  return ids.has(id) && (type === undefined || type === "LineItem") ? id : null;
}

/** Line item id → which kind of line it is, by everything that is not an id of a line. */
function kindsOf(lines: readonly Line[], ids: ReadonlySet<string>): Map<string, number> {
  return ranked(
    new Map(
      lines.map((line) => {
        const { quantity, title, shopPrice, presentmentPrice, discounted, giftCard } = line;
        const { requiresShipping, variantId, productId, sku, vendor } = line;
        const properties = normalProperties(line.properties).map(({ name, value }) =>
          lineNamed(value, ids) === null ? [name, value] : [name],
        );
        const known = [variantId, productId, sku, vendor, title, quantity, properties];
        const sold = [shopPrice, presentmentPrice, discounted, giftCard, requiresShipping];
        return [line.id, JSON.stringify([known, sold])];
      }),
    ),
  );
}

/** Tells lines apart by the kinds of the lines that they name and are named by, as far as that goes. */
function refine(kinds: Map<string, number>, relations: readonly Relation[]): Map<string, number> {
  const count = new Set(kinds.values()).size;
  if (relations.length === 0 || count === kinds.size) return kinds;
  const neighbours = new Map<string, string[]>();
  const note = (id: string, text: string) => {
    const texts = neighbours.get(id) ?? [];
    texts.push(text);
    neighbours.set(id, texts);
  };
  for (const { from, to, by } of relations) {
    note(from, `>${by}${kinds.get(to)}`);
    note(to, `<${by}${kinds.get(from)}`);
  }
  const finer = ranked(
    new Map(
      [...kinds].map(([id, kind]) => {
        const texts = (neighbours.get(id) ?? []).sort(compareText);
        return [id, `${String(kind).padStart(6, "0")} ${texts.join()}`];
      }),
    ),
  );
  return new Set(finer.values()).size === count ? kinds : refine(finer, relations);
}

function ranked(texts: ReadonlyMap<string, string>): Map<string, number> {
  const sorted = [...new Set(texts.values())].sort(compareText);
  const rank = new Map(sorted.map((text, index) => [text, index]));
  return new Map([...texts].map(([id, text]) => [id, rank.get(text) ?? 0]));
}
