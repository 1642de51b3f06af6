import {
  Equalities,
  isRead,
  type Level,
  levelsOf,
  type Place,
  refersOut,
  relationsIn,
} from "./bindings.ts";
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
    ...ofComparingCase(level, levels, catalog),
    ...ofShape(level, levels, catalog),
    ...ofMixture(level, levels, catalog),
    ...ofEverywhere(level, levels, catalog),
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
    const values = [
      ...[...walk(query.targetList), ...walk(query.rtable, notSubquery)],
      ...walk(query.onConflict),
    ];
    if (values.some((node) => node.kind === "SUBLINK")) {
      found.push("a subquery among the values of an INSERT");
    }
    if (level.around.length > 0) found.push("an INSERT within another statement");
    const reads = nodesOf(query.rtable).some(({ rtekind }) => rtekind === "1");
    if (nodesOf(query.cteList).length > 0 && !reads) {
      found.push("a CTE before the values of an INSERT");
    }
  }
  return found;
}

/**
 * PartiallyEvaluateExpression in citus_clauses.c: "WHEN 1" of "CASE x WHEN 1" is a comparison with a
 * placeholder. It names no column, so Citus works it out, to NULL, and sends "CASE x WHEN NULL".
 */
function ofComparingCase({ query }: Level, levels: Level[], catalog: Catalog): string[] {
  if (!levels.some((level) => isModification(level.query, catalog))) return [];
  const isComparing = [...walk(Object.values(query), notSubquery)].some(
    ({ kind, arg }) => kind === "CASEEXPR" && isNode(arg),
  );
  return isComparing ? ["CASE x WHEN y in a modification"] : [];
}

function notSubquery({ kind }: Node): boolean {
  return kind !== "QUERY";
}

/** What is told of the time that it is: a function that is not immutable, of nothing. */
function isTime(node: Node, { volatilityOf }: Catalog): boolean {
  return volatilityOf(node) !== "i" && [...walk(node)].every(({ kind }) => kind !== "VAR");
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
    return [
      ...places.flatMap((place) => {
        if (String(place.varno) === inserted) return ofInsert(place, equal, catalog);
        if (equal.isBound(place.shop)) return [];
        return [`${place.name} without its shop in a modification, or in what locks rows`];
      }),
      ...ofOneShop(level, places, equal),
      ...ofUpdate(level, places, equal, catalog),
    ];
  }
  // PlanRouterQuery in multi_router_planner.c: one task only where every table is told its shop
  const spread = places.filter(({ shop }) => equal.isOneShops(shop) && !equal.isBound(shop));
  // read over all shops: rows of one shop meet only their like
  const others = level.around.flatMap((one) => equal.placesIn(one));
  const apart = places
    .filter((place) => {
      if (equal.isBound(place.shop)) return false;
      const near = [...places, ...others].filter((one) => one !== place);
      return near.length > 0 && !near.some((one) => equal.areEqual(one.shop, place.shop));
    })
    .map(({ name }) => `${name} beside another table, and not by the shop`);
  return [
    ...ofEachRow(level, levels, catalog),
    ...ofLimit(level, places, equal),
    ...ofAllShops(level, levels, catalog),
    ...spread.map(
      ({ name }) => `${name} of one shop, asked of every node: it is told so around it alone`,
    ),
    ...apart,
  ];
}

/** RecursivelyPlanCTEs in recursive_planning.c, DeferErrorIfQueryNotSupported in multi_logical_planner.c. */
function ofAllShops(level: Level, levels: Level[], catalog: Catalog): string[] {
  const within = levels.filter((one) => one === level || one.around.includes(level));
  const readsAll = within.some((one) => {
    const equal = new Equalities(levels, one, catalog);
    return equal.placesIn(one).some(({ shop }) => !equal.isBound(shop));
  });
  if (!readsAll) return [];
  const hasTime = ({ kind, args }: Node) =>
    kind === "AGGREF" && [...walk(args)].some((node) => isTime(node, catalog));
  const timed = [...walk(Object.values(level.query), notSubquery)].some(hasTime);
  return [
    // WorkerExtendedOpNode in multi_logical_optimizer.c: what is within it is each node's
    ...(timed ? ["an aggregate of a time of each node, over all shops"] : []),
    ...(level.query.hasRecursive === "true" ? ["a recursive query over all shops"] : []),
    ...(nodesOf(level.query.groupingSets).length > 0 ? ["grouping sets over all shops"] : []),
  ];
}

/** MultiShardUpdateDeleteSupported in multi_router_planner.c. */
function ofEverywhere(level: Level, levels: Level[], catalog: Catalog): string[] {
  const { commandType, resultRelation, rtable } = level.query;
  if (commandType !== "2" && commandType !== "4") return [];
  const name = catalog.everywhere.get(String(nodesOf(rtable)[Number(resultRelation) - 1]?.relid));
  const readsShops = levels.some((one) => relationsIn(one, catalog.distributed).length > 0);
  return name && readsShops
    ? [`${name} is on every node, and changed by what a shop's table says`]
    : [];
}

/** Those that are named are one. */
function ofOneShop(level: Level, places: Place[], equal: Equalities): string[] {
  const around = level.around.flatMap((one) => equal.placesIn(one));
  const [first, ...others] = [...places, ...around].filter(({ shop }) => equal.isBound(shop));
  return first && others.some(({ shop }) => !equal.areEqual(first.shop, shop))
    ? ["several shops in a modification, or in what locks rows"]
    : [];
}

/** A row stays its shop's: TargetEntryChangesValue in multi_router_planner.c. */
function ofUpdate(
  level: Level,
  places: Place[],
  equal: Equalities,
  { distributed }: Catalog,
): string[] {
  const { commandType, resultRelation, rtable, targetList } = level.query;
  const place = places.find(({ varno }) => String(varno) === resultRelation);
  if (String(commandType) !== "2" || !place) return [];
  const entry = nodesOf(rtable)[place.varno - 1];
  const column = distributed.get(String(entry?.relid))?.column;
  const target = nodesOf(targetList).find(({ resno }) => resno === column);
  const item = target && equal.itemOf(level, target.expr);
  return target && (!item || !equal.areEqual(item, place.shop))
    ? [`the shop of a row of ${place.name} is changed`]
    : [];
}

/**
 * A subquery that is asked for each row is asked where the row is: not for rows of a list, of a table
 * that is on every node, or of what was read from all of them first, as a CTE is that is named more
 * than once. DeferErrorIfFromClauseRecurs in query_pushdown_planning.c.
 */
function ofEachRow(level: Level, levels: Level[], catalog: Catalog): string[] {
  const [parent] = level.around;
  if (!parent || isRead(level, parent) || !refersOut(level, levels)) return [];
  if (readsShops(parent, levels, catalog)) return [];
  const within = levels.filter((one) => one === level || one.around.includes(level));
  return within.flatMap((one) => {
    const equal = new Equalities(levels, one, catalog);
    const unbound = equal.placesIn(one).filter(({ shop }) => !equal.isBound(shop));
    return unbound.map(
      ({ name }) => `${name} in a subquery for each row of what is no shop's own table`,
    );
  });
}

/** Whether rows of a query come from a distributed table, so that each is on a node. */
function readsShops(level: Level, levels: Level[], catalog: Catalog): boolean {
  if (relationsIn(level, catalog.distributed).length > 0) return true;
  return nodesOf(level.query.rtable).some(({ rtekind, subquery, ctename, ctelevelsup }) => {
    const up = Number(ctelevelsup);
    const from = up === 0 ? level : level.around[up - 1];
    const cte = rtekind === "6" ? from?.ctes.get(String(ctename)) : undefined;
    const named = nodesOf(from?.query.cteList).find((one) => one.ctename === ctename);
    // PostgreSQL puts it where it is named, and Citus does as well
    const isPutThere = named?.cterefcount === "1" && named.ctematerialized === "0";
    const read = cte && isPutThere ? cte : levels.find(({ query }) => query === subquery);
    return read !== undefined && readsShops(read, levels, catalog);
  });
}

/** DeferErrorIfQueryNotSupported in multi_logical_planner.c. */
function ofLimit({ query }: Level, places: Place[], equal: Equalities): string[] {
  const limits = [...walk(query.limitCount), ...walk(query.limitOffset)];
  return limits.some(({ kind }) => kind === "SUBLINK") &&
    places.some(({ shop }) => !equal.isBound(shop))
    ? ["a subquery in LIMIT over all shops"]
    : [];
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

/** Tables of the coordinator are no part of what the nodes do, nor of what is asked for each of their rows. */
function ofMixture(level: Level, levels: Level[], catalog: Catalog): string[] {
  const isForEach = level.around.some((one) => isOnNodes(one, catalog)) && refersOut(level, levels);
  if (!isOnNodes(level, catalog) && !isForEach) return [];
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
