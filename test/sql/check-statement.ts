import { parse } from "libpg-query";
import type pg from "pg";
import type { Catalog } from "./catalog.ts";
import { breachesOf } from "./citus-rules.ts";
import { isNode, readTree, type Value, walk } from "./query-tree.ts";

/** What the app may ask beside rows: transactions, and what concerns its session or its role. */
const harmless = new Set([
  ...["TransactionStmt", "ListenStmt", "UnlistenStmt", "NotifyStmt", "AlterRoleSetStmt"],
]);
const ofRows = new Set(["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt"]);

/**
 * What Citus would say to SQL, as sentences; none where all is well. PostgreSQL's parser says what it
 * consists of, and the database itself, which knows the types, what each part means.
 *
 * @param client connected to a migrated database
 */
export async function breachesIn(
  client: pg.Client,
  catalog: Catalog,
  sql: string,
): Promise<string[]> {
  const found: string[] = [];
  for (const { kind, text } of await statementsOf(sql)) {
    if (harmless.has(kind)) continue;
    if (!ofRows.has(kind)) found.push(`${kind} is of a kind that no rule knows`);
    else {
      const tree = await analyze(client, text);
      for (const node of walk(tree, ({ kind }) => kind !== "QUERY")) {
        if (node.kind === "QUERY") found.push(...breachesOf(node, catalog));
      }
    }
  }
  return found;
}

async function statementsOf(sql: string): Promise<{ kind: string; text: string }[]> {
  const bytes = Buffer.from(sql);
  const { stmts = [] } = (await parse(sql)) as {
    stmts?: { stmt: object; stmt_location?: number; stmt_len?: number }[];
  };
  return stmts.map(({ stmt, stmt_location: start = 0, stmt_len }) => {
    const end = stmt_len ? start + stmt_len : bytes.length;
    return { kind: Object.keys(stmt)[0] ?? "", text: bytes.subarray(start, end).toString() };
  });
}

/** With one parameter for each list of them: a function has a hundred arguments at most. */
function ofOneEach(statement: string): string {
  const numbers = new Map<string, number>();
  return statement.replace(/(IN \(\$\d+)(?:\s*,\s*\$\d+)+\)/g, "$1)").replace(/\$\d+/g, (name) => {
    const number = numbers.get(name) ?? numbers.size + 1;
    numbers.set(name, number);
    return `$${number}`;
  });
}

/**
 * The statement as the database understands it. It shows that of the body of a function, whose
 * arguments are the statement's parameters.
 */
async function analyze(client: pg.Client, text: string): Promise<Value> {
  const statement = ofOneEach(text.trim().replace(/;$/, ""));
  await client.query("BEGIN");
  try {
    await client.query(`PREPARE asked AS ${statement}`);
    const { rows: types } = await client.query<{ types: string }>(
      `SELECT array_to_string(parameter_types, ', ') AS types
         FROM pg_prepared_statements WHERE name = 'asked'`,
    );
    await client.query("DEALLOCATE asked");
    await client.query(
      `CREATE FUNCTION asked(${types[0]?.types}) RETURNS void LANGUAGE sql BEGIN ATOMIC ${statement}; END`,
    );
    const { rows } = await client.query<{ body: string }>(
      `SELECT prosqlbody AS body FROM pg_proc WHERE proname = 'asked'`,
    );
    const tree = readTree(rows[0]?.body ?? "");
    if (![...walk(tree)].some((node) => isNode(node) && node.kind === "QUERY")) {
      throw new Error(`The database shows no query for: ${statement}`);
    }
    return tree;
  } finally {
    await client.query("ROLLBACK");
    await client.query("DEALLOCATE ALL");
  }
}
