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

  /** @param levels every query of the statement, of which `level` is one */
  constructor(levels: Level[], level: Level, catalog: Catalog) {
    this.#levels = levels;
    this.#catalog = catalog;
    for (const one of [...this.#readBy(level), ...level.around]) {
      for (const condition of conditionsOf(one.query.jointree)) this.#note(one, condition);
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

  /** Whether a column is said to be equal to one value: a parameter or a constant. */
  isBound(place: string): boolean {
    return this.#root(place).startsWith("=");
  }

  areEqual(a: string, b: string): boolean {
    return this.#root(a) === this.#root(b);
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

  #note(level: Level, condition: Node): void {
    if (condition.kind !== "OPEXPR") return;
    const [left, right] = nodesOf(condition.args);
    // text and text, whatever stands around it
    if (condition.opno !== "98") return;
    const inner = isNode(right) && right.kind === "SUBLINK" ? this.#sublink(level, right) : null;
    const a = this.itemOf(level, left);
    const b = inner ?? this.itemOf(level, right);
    if (a !== null && b !== null) this.#join(a, b);
  }

  /** A scalar subquery is what it answers. */
  #sublink(level: Level, { subselect, subLinkType }: Node): string | null {
    const inner = this.#levels.find(({ query }) => query === subselect);
    return inner && subLinkType === "4" && inner.around[0] === level
      ? this.#output(inner, 0)
      : null;
  }

  #root(item: string): string {
    const above = this.#above.get(item);
    return above === undefined ? item : this.#root(above);
  }

  #join(a: string, b: string): void {
    const [one, other] = [this.#root(a), this.#root(b)];
    if (one === other) return;
    if (one.startsWith("=")) this.#above.set(other, one);
    else this.#above.set(one, other);
  }
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
