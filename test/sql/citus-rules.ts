import { Equalities, type Level, levelsOf, type Place, relationsIn } from "./bindings.ts";
import type { Catalog } from "./catalog.ts";
import { isNode, type Node, nodesOf, type Value, walk } from "./query-tree.ts";

/**
 * What Citus 13 says to a statement, or what would make it ask every node, as sentences. From its
 * planner: ModifyPartialQuerySupported, TargetlistAndFunctionsSupported, ErrorIfOnConflictNotSupported
 * and MasterIrreducibleExpression in multi_router_planner.c.
 *
 * @param statement the analyzed query
 */
export function breachesOf(statement: Node, catalog: Catalog): string[] {
  const levels = levelsOf(statement);
  if (!levels.some((level) => isOnNodes(level, catalog))) return [];
  const found = levels.flatMap((level) => [
    ...ofFunctions(level, catalog),
    ...ofShape(level, levels, catalog),
    ...ofMixture(level, catalog),
  ]);
  return [...new Set(found)];
}

/** Whether a query reads or changes what is on the nodes. */
function isOnNodes(level: Level, { distributed, everywhere }: Catalog): boolean {
  return relationsIn(level, distributed).length + relationsIn(level, everywhere).length > 0;
}

const kinds: Record<string, string> = { "2": "UPDATE", "3": "INSERT", "4": "DELETE" };

function ofFunctions(level: Level, catalog: Catalog): string[] {
  const { query } = level;
  const kind = kinds[String(query.commandType)];
  if (kind === undefined) return [];
  const is = (node: Node, ...wanted: string[]) => wanted.includes(catalog.volatilityOf(node));
  const isMutable = (value: Value | undefined) =>
    [...walk(value)].some((node) => is(node, "s", "v"));
  const { fromlist: _, ...where } = (query.jointree as Node | null) ?? { kind: "" };
  const changed = kind === "UPDATE" ? query.targetList : null;
  const judged = [...walk(changed), ...walk(where.quals)];
  const conflict = isNode(query.onConflict) ? query.onConflict : null;
  const found: string[] = [];
  if (isMutable(query.returningList)) {
    found.push("a function that is not immutable in RETURNING");
  }
  if (judged.some((node) => isLazy(node) && isMutable(Object.values(node) as Value[]))) {
    found.push("a function that is not immutable in CASE or COALESCE");
  }
  if (judged.some((node) => is(node, "s") && [...walk(node)].some((one) => one.kind === "VAR"))) {
    found.push("a stable function of a column in SET or WHERE of a modification");
  }
  if (kind !== "INSERT" && [...walk(query)].some((node) => is(node, "v"))) {
    found.push("a volatile function in a modification");
  }
  if (conflict && [conflict.onConflictSet, conflict.onConflictWhere].some(isMutable)) {
    found.push("a function that is not immutable in DO UPDATE");
  }
  if (kind === "INSERT") {
    const values = [...walk(query.targetList), ...walk(query.rtable, notSubquery)];
    if (values.some((node) => node.kind === "SUBLINK")) {
      found.push("a subquery among the values of an INSERT");
    }
    if (level.around.length > 0) found.push("an INSERT within another statement");
  }
  return found;
}

function notSubquery({ kind }: Node): boolean {
  return kind !== "QUERY";
}

function isLazy({ kind }: Node): boolean {
  return kind === "CASEEXPR" || kind === "COALESCEEXPR";
}

/** What concerns the shop: of one shop is asked of one node, and every part of it says which. */
function ofShape(level: Level, levels: Level[], catalog: Catalog): string[] {
  const equal = new Equalities(levels, level, catalog);
  const places = equal.placesIn(level);
  const isOne = levels.some(({ query }) => isModification(query, catalog) || isLocking(query));
  if (isOne) {
    const inserted = String(level.query.commandType) === "3" ? level.query.resultRelation : null;
    return places.flatMap((place) => {
      if (String(place.varno) === inserted) return ofInsert(place, equal, catalog);
      if (equal.isBound(place.shop)) return [];
      return [`${place.name} without its shop in a modification, or in what locks rows`];
    });
  }
  // read over all shops: rows of one shop meet only their like
  const others = level.around.flatMap((one) => equal.placesIn(one));
  return places
    .filter((place) => {
      if (equal.isBound(place.shop)) return false;
      const near = [...places, ...others].filter((one) => one !== place);
      return near.length > 0 && !near.some((one) => equal.areEqual(one.shop, place.shop));
    })
    .map(({ name }) => `${name} beside another table, and not by the shop`);
}

function isModification(query: Node, { distributed }: Catalog): boolean {
  const entry = nodesOf(query.rtable)[Number(query.resultRelation) - 1];
  return query.commandType !== "1" && entry !== undefined && distributed.has(String(entry.relid));
}

function isLocking({ rowMarks }: Node): boolean {
  return nodesOf(rowMarks).length > 0;
}

/** A new row names its shop as it stands: a parameter, in every row of VALUES, or of what is read. */
function ofInsert({ level, name }: Place, equal: Equalities, catalog: Catalog): string[] {
  const { query } = level;
  const result = nodesOf(query.rtable)[Number(query.resultRelation) - 1];
  const column = catalog.distributed.get(String(result?.relid))?.column;
  const target = nodesOf(query.targetList).find(({ resno }) => resno === column);
  const rows = nodesOf(query.rtable).find(({ rtekind }) => rtekind === "5");
  const given =
    rows && isNode(target?.expr) && target.expr.kind === "VAR"
      ? (rows.values_lists as Value[][]).map(
          (row) => row[Number((target.expr as Node).varattno) - 1],
        )
      : [target?.expr];
  const isNamed = given.every((value) => {
    const item = equal.itemOf(level, value);
    return item !== null && equal.isBound(item);
  });
  const found = isNamed ? [] : [`a row of ${name} that does not name its shop`];
  const changes = isNode(query.onConflict) ? nodesOf(query.onConflict.onConflictSet) : [];
  return changes.some(({ resno, expr }) => resno === column && isNode(expr) && expr.kind !== "VAR")
    ? [...found, `the shop of a row of ${name} is changed`]
    : found;
}

/** Tables of the coordinator are no part of what the nodes do. */
function ofMixture(level: Level, catalog: Catalog): string[] {
  if (!isOnNodes(level, catalog)) return [];
  const system = nodesOf(level.query.rtable).filter(
    ({ rtekind, relid }) => rtekind === "0" && !isOurs(String(relid), catalog),
  );
  const local = relationsIn(level, catalog.local);
  return [
    ...local.map(({ table }) => table),
    ...system.map(() => "a table of PostgreSQL's own"),
  ].map((name) => `${name} stays on the coordinator, and is read beside what does not`);
}

function isOurs(oid: string, { distributed, everywhere, local }: Catalog): boolean {
  return distributed.has(oid) || everywhere.has(oid) || local.has(oid);
}
