import type { Catalog } from "./catalog.ts";
import { isNode, type Node, nodesOf, type Value, walk } from "./query-tree.ts";

/** A query of a statement, at whatever depth, with those it lies in, the nearest first. */
export type Level = { query: Node; around: Level[]; ctes: Map<string, Level> };

/** A distributed table in a query: its name, and the place of its shop among the equalities. */
export type Place = { level: Level; varno: number; name: string; shop: string };

/** Every query of the statement, the outermost first. */
export function levelsOf(statement: Node): Level[] {
  const found: Level[] = [];
  const enter = (query: Node, around: Level[]): Level => {
    const level: Level = { query, around, ctes: new Map() };
    found.push(level);
    const inner = [level, ...around];
    // a CTE sees those before it
    for (const cte of nodesOf(query.cteList)) {
      level.ctes.set(String(cte.ctename), enter(cte.ctequery as Node, inner));
    }
    for (const [field, value] of Object.entries(query)) {
      if (field !== "cteList") below(value, inner);
    }
    return level;
  };
  const below = (value: Value | undefined, around: Level[]) => {
    for (const node of walk(value, ({ kind }) => kind !== "QUERY")) {
      if (node.kind === "QUERY") enter(node, around);
    }
  };
  enter(statement, []);
  return found;
}

/** The relations of a query that are kept in `tables`, by their oids. */
export function relationsIn<T>({ query }: Level, tables: ReadonlyMap<string, T>) {
  const excluded = isNode(query.onConflict) ? Number(query.onConflict.exclRelIndex) : 0;
  return nodesOf(query.rtable).flatMap((entry, index) => {
    if (index + 1 === excluded) return [];
    const table = entry.rtekind === "0" ? tables.get(String(entry.relid)) : undefined;
    return table === undefined ? [] : [{ table, varno: index + 1 }];
  });
}

/**
 * What must be equal to what where a query reads its rows: columns, parameters and constants, as the
 * conditions of this query say and of those around it.
 */
export class Equalities {
  readonly #levels: Level[];
  readonly #catalog: Catalog;
  readonly #above = new Map<string, string>();
  /** the same without what only a query says that this one is asked for each row of */
  readonly #own = new Map<string, string>();

  /** @param levels every query of the statement, of which `level` is one */
  constructor(levels: Level[], level: Level, catalog: Catalog) {
    this.#levels = levels;
    this.#catalog = catalog;
    const read = this.#readBy(level);
    const near = [...read, ...joinedWith(level, levels)];
    for (const one of [...read, ...level.around]) {
      for (const condition of conditionsOf(one.query.jointree)) {
        this.#note(one, condition, this.#above);
        if (near.includes(one)) this.#note(one, condition, this.#own);
      }
    }
  }

  /** A query with those that it reads as tables: what holds of their rows holds of what it makes of them. */
  #readBy(level: Level): Level[] {
    const read = nodesOf(level.query.rtable).flatMap(({ subquery }) =>
      this.#levels.filter(({ query }) => query === subquery),
    );
    return [level, ...[...read, ...level.ctes.values()].flatMap((one) => this.#readBy(one))];
  }

  /** The distributed tables of a query. */
  placesIn(level: Level): Place[] {
    return relationsIn(level, this.#catalog.distributed).map(({ table, varno }) => ({
      level,
      varno,
      name: table.name,
      shop: this.#column(level, varno, table.column),
    }));
  }

  /**
   * Whether a column is said to be equal to one value, a parameter or a constant, where Citus's planner
   * sees it: a subquery that is asked for each row is told of a column of the row, and of no value.
   */
  isBound(place: string): boolean {
    return rootOf(place, this.#own).startsWith("=");
  }

  /** Whether a column is equal to one value, however it is said. */
  isOneShops(place: string): boolean {
    return rootOf(place, this.#above).startsWith("=");
  }

  areEqual(a: string, b: string): boolean {
    return rootOf(a, this.#above) === rootOf(b, this.#above);
  }

  /** What an expression of a query stands for; null: for nothing that could be equal to a column. */
  itemOf(level: Level, value: Value | undefined): string | null {
    if (!isNode(value)) return null;
    switch (value.kind) {
      case "VAR": {
        const up = Number(value.varlevelsup);
        const at = up === 0 ? level : level.around[up - 1];
        return at ? this.#column(at, Number(value.varno), String(value.varattno)) : null;
      }
      case "PARAM":
        return value.paramkind === "0" ? `=$${value.paramid}` : null;
      case "CONST":
        return `=${value.location}`;
      case "RELABELTYPE":
        return this.itemOf(level, value.arg);
      default:
        return null;
    }
  }

  /** A column of a subquery, a CTE or a join is what that makes it of. */
  #column(level: Level, varno: number, attno: string): string {
    const entry = nodesOf(level.query.rtable)[varno - 1];
    const own = `${this.#levels.indexOf(level)}.${varno}.${attno}`;
    if (!entry) return own;
    const index = Number(attno) - 1;
    if (entry.rtekind === "1" && isNode(entry.subquery)) {
      const inner = this.#levels.find(({ query }) => query === entry.subquery);
      return (inner && this.#output(inner, index)) ?? own;
    }
    if (entry.rtekind === "6") {
      const name = String(entry.ctename);
      const up = Number(entry.ctelevelsup);
      const cte = (up === 0 ? level : level.around[up - 1])?.ctes.get(name);
      return (cte && this.#output(cte, index)) ?? own;
    }
    if (entry.rtekind === "2") {
      const alias = Array.isArray(entry.joinaliasvars) ? entry.joinaliasvars[index] : null;
      return this.itemOf(level, alias) ?? own;
    }
    return own;
  }

  #output(level: Level, index: number): string | null {
    const { query } = level;
    const isSelect = query.commandType === "1";
    const targets = nodesOf(isSelect ? query.targetList : query.returningList);
    return this.itemOf(level, targets[index]?.expr);
  }

  #note(level: Level, condition: Node, above: Map<string, string>): void {
    if (condition.kind !== "OPEXPR") return;
    const [left, right] = nodesOf(condition.args);
    // text and text, whatever stands around it
    if (condition.opno !== "98") return;
    const inner = isNode(right) && right.kind === "SUBLINK" ? this.#sublink(level, right) : null;
    const a = this.itemOf(level, left);
    const b = inner ?? this.itemOf(level, right);
    if (a !== null && b !== null) join(a, b, above);
  }

  /** A scalar subquery is what it answers. */
  #sublink(level: Level, { subselect, subLinkType }: Node): string | null {
    const inner = this.#levels.find(({ query }) => query === subselect);
    return inner && subLinkType === "4" && inner.around[0] === level
      ? this.#output(inner, 0)
      : null;
  }
}

function rootOf(item: string, above: Map<string, string>): string {
  const next = above.get(item);
  return next === undefined ? item : rootOf(next, above);
}

function join(a: string, b: string, above: Map<string, string>): void {
  const [one, other] = [rootOf(a, above), rootOf(b, above)];
  if (one === other) return;
  if (one.startsWith("=")) above.set(other, one);
  else above.set(one, other);
}

/** The queries around that PostgreSQL's planner makes one with this, so that what they say holds here. */
function joinedWith(level: Level, levels: Level[]): Level[] {
  const [parent] = level.around;
  return parent && isJoined(level, parent, levels) ? [parent, ...joinedWith(parent, levels)] : [];
}

/** pull_up_sublinks and pull_up_subqueries in PostgreSQL's prepjointree.c. */
function isJoined(level: Level, parent: Level, levels: Level[]): boolean {
  const { query } = level;
  if (isRead(level, parent)) return !refersOut(level, levels) || isSimple(query);
  const links = [...conditionsOf(parent.query.jointree)].map((node) =>
    node.kind === "BOOLEXPR" && node.boolop === "not" ? nodesOf(node.args)[0] : node,
  );
  const link = links.find((one) => one?.kind === "SUBLINK" && one.subselect === query);
  if (link?.subLinkType === "0") return isSimple(query);
  return link?.subLinkType === "2" && !refersOut(level, levels);
}

/** Whether each row stands for itself, and all of them are asked for. */
function isSimple(query: Node): boolean {
  const { hasAggs, hasWindowFuncs, hasDistinctOn } = query;
  const parts = ["groupClause", "groupingSets", "havingQual", "distinctClause", "setOperations"];
  const isWhole = !["limitCount", "limitOffset", "cteList", ...parts].some(
    (name) => nodesOf(query[name]).length > 0,
  );
  return isWhole && ![hasAggs, hasWindowFuncs, hasDistinctOn].includes("true");
}

/** Whether a query is one that the other reads as a table. */
export function isRead({ query }: Level, { query: other, ctes }: Level): boolean {
  return (
    nodesOf(other.rtable).some(({ subquery }) => subquery === query) ||
    [...ctes.values()].some((cte) => cte.query === query)
  );
}

/** Whether a query, or one within it, names columns of a query around it. */
export function refersOut(level: Level, levels: Level[]): boolean {
  return levels.some((one) => {
    const depth = one === level ? 0 : one.around.indexOf(level) + 1;
    if (one !== level && depth === 0) return false;
    const own = [...walk(Object.values(one.query), ({ kind }) => kind !== "QUERY")];
    return own.some(({ kind, varlevelsup }) => kind === "VAR" && Number(varlevelsup) > depth);
  });
}

/** What must hold of every row: the parts of WHERE and ON that are joined by AND. */
function* conditionsOf(value: Value | undefined): Generator<Node> {
  for (const node of nodesOf(value)) {
    if (node.kind === "FROMEXPR") {
      yield* conditionsOf(node.fromlist);
      yield* conditionsOf(node.quals);
    } else if (node.kind === "JOINEXPR") {
      yield* conditionsOf(node.larg);
      yield* conditionsOf(node.rarg);
      yield* conditionsOf(node.quals);
    } else if (node.kind === "BOOLEXPR" && node.boolop === "and") yield* conditionsOf(node.args);
    else yield node;
  }
}
