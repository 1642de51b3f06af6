import type pg from "pg";
import { ownTables, placeOf } from "#app/database/distribution.ts";
import { isNode, type Node } from "./query-tree.ts";

/** What the database knows of its functions, types and tables, by their oids. */
export type Catalog = {
  /** of the tables that are distributed: name, and the place of the column by which they are */
  distributed: Map<string, { name: string; column: string }>;
  /** tables that are on every node */
  everywhere: Map<string, string>;
  /** tables that stay on the coordinator, the queue's included */
  local: Map<string, string>;
  /** i, s, v: immutable, stable, volatile */
  volatilityOf(node: Node): "i" | "s" | "v";
};

type Volatility = "i" | "s" | "v";

/** Reads it from a migrated database. */
export async function readCatalog(client: pg.Client): Promise<Catalog> {
  const functions = await pairs<Volatility>(client, "SELECT oid, provolatile FROM pg_proc");
  const operators = await pairs<string>(client, "SELECT oid, oprcode::oid FROM pg_operator");
  const writes = await pairs<string>(client, "SELECT oid, typoutput::oid FROM pg_type");
  const reads = await pairs<string>(client, "SELECT oid, typinput::oid FROM pg_type");
  const tables = await client.query<{ oid: string; name: string; schema: string }>(
    `SELECT c.oid::text, c.relname AS name, n.nspname AS schema FROM pg_class c
       JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const catalog = { distributed: new Map(), everywhere: new Map(), local: new Map() };
  const own = await ownTables(client);
  for (const { oid, name, schema } of tables.rows) {
    const table = schema === "public" ? own.find((one) => one.name === name) : undefined;
    const { place, column } = table ? placeOf(table) : { place: "on the coordinator" };
    if (place === "by shop") {
      const { rows } = await client.query<{ at: number }>(
        "SELECT attnum AS at FROM pg_attribute WHERE attrelid = $1::oid AND attname = $2",
        [oid, column],
      );
      catalog.distributed.set(oid, { name, column: String(rows[0]?.at) });
    } else if (place === "on every node") catalog.everywhere.set(oid, name);
    else catalog.local.set(oid, name);
  }
  const ofFunction = (oid: unknown): Volatility => functions.get(String(oid)) ?? "i";
  return {
    ...catalog,
    volatilityOf(node) {
      switch (node.kind) {
        case "FUNCEXPR":
          return ofFunction(node.funcid);
        case "AGGREF":
          return ofFunction(node.aggfnoid);
        case "WINDOWFUNC":
          return ofFunction(node.winfnoid);
        case "OPEXPR":
        case "DISTINCTEXPR":
        case "NULLIFEXPR":
        case "SCALARARRAYOPEXPR":
          return ofFunction(operators.get(String(node.opno)));
        case "COERCEVIAIO":
          return [
            ofFunction(reads.get(String(node.resulttype))),
            ofFunction(writes.get(typeOf(node.arg))),
          ].toSorted((a, b) => (a < b ? 1 : -1))[0] as Volatility;
        case "SQLVALUEFUNCTION":
          return "s";
        case "NEXTVALUEEXPR":
          return "v";
        default:
          return "i";
      }
    },
  };
}

/** The type of an expression: each kind of node has it under a name of its own. */
function typeOf(value: Node[string] | undefined): string {
  if (!isNode(value)) return "";
  const field = Object.keys(value).find((name) =>
    /^(var|param|const|(func|op|agg|win)?result|coalesce|case|minmax|agg|win|refrestype)(type)?$/.test(
      name,
    ),
  );
  return field === undefined ? "" : String(value[field]);
}

async function pairs<V>(client: pg.Client, sql: string): Promise<Map<string, V>> {
  const { rows } = await client.query<[number, V]>({ text: sql, rowMode: "array" });
  return new Map(rows.map(([oid, value]) => [String(oid), value]));
}
