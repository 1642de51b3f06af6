import { parse } from "libpg-query";

/** A statement that an old process, or a busy table, would not survive. */
export type Breach = { statement: string; rule: string };

type Node = Record<string, unknown>;
type Statement = { kind: string; node: Node; text: string; leading: string };

/** A comment right above a statement lets it pass; the reason is for whoever reads it later. */
const mark = /^-- allowed: *\S/m;

/** In the first line: lets the whole migration pass. */
const markOfAll = /^-- allowed throughout: *\S/;

/**
 * Reads a migration with PostgreSQL's own parser and lists what breaks the rule of two steps: during
 * a deploy the old and the new version run on one database, under load. So nothing is taken away or
 * renamed that the version before still reads, and nothing locks a table for as long as it is large.
 * A migration is one transaction, which keeps every lock to its end; and Citus hands an ALTER TABLE on
 * to a distributed table's parts with all that was sent beside it, which they refuse. So what alters a
 * table in use stands alone.
 *
 * @param isEarlier it was made before that rule, and is applied everywhere
 * @throws when it is no SQL
 */
export async function breachesOf(sql: string, isEarlier = false): Promise<Breach[]> {
  if (markOfAll.test(sql)) return [];
  const statements = await read(sql);
  // a table that this migration makes is empty and nobody's yet
  const fresh = new Set(
    statements.filter(({ kind }) => kind === "CreateStmt").map(({ node }) => tableOf(node)),
  );
  return statements.flatMap(({ kind, node, text, leading }) => {
    if (mark.test(leading)) return [];
    const rules = rulesOf(kind, node, fresh);
    if (node.concurrent && statements.length > 1) {
      rules.push("is CONCURRENTLY in a transaction: put it into a migration of its own");
    }
    const alters = kind === "AlterTableStmt" && !fresh.has(tableOf(node));
    if (alters && statements.length > 1 && !isEarlier) {
      rules.push("alters a table in use beside others: put it into a migration of its own");
    }
    if (alters && !isEarlier) rules.push(...ofDistributed(node));
    return rules.map((rule) => ({ statement: text, rule }));
  });
}

/** Whatever is not named below: it may be harmless, or hold a lock for hours (LOCK, CLUSTER, DO). */
const unknown = "is of a kind that no rule knows: teach rules.ts, or say why it is harmless";

function rulesOf(kind: string, node: Node, fresh: Set<string>): string[] {
  const isNew = fresh.has(tableOf(node));
  switch (kind) {
    case "DropStmt":
      return node.removeType === "OBJECT_INDEX" && node.concurrent
        ? []
        : ["drops something that the version before may use"];
    case "RenameStmt":
      return ["renames: add the new name, move over, drop the old one in a later release"];
    case "TruncateStmt":
    case "DeleteStmt":
      return ["deletes rows"];
    case "UpdateStmt":
      return isNew ? [] : ["changes rows of a table at once: do it in batches, in code"];
    case "IndexStmt":
      return isNew || node.concurrent
        ? []
        : [
            "builds an index while writers wait: CREATE INDEX CONCURRENTLY, in a migration of its own",
          ];
    case "AlterEnumStmt":
      return node.oldVal ? ["renames a value of an enum"] : [];
    case "AlterTableStmt":
      return isNew
        ? []
        : (node.cmds as Node[]).flatMap((one) => ofColumn(one.AlterTableCmd as Node));
    case "CreateFunctionStmt":
      return node.replace ? ["changes a function that the version before may use"] : [];
    case "CreateStmt":
    case "CreateEnumStmt":
    case "InsertStmt":
      return [];
    default:
      return [unknown];
  }
}

function ofColumn({ subtype, def }: Node): string[] {
  switch (subtype) {
    case "AT_DropColumn":
      return ["drops a column: stop reading it first, drop it in a later release"];
    case "AT_AlterColumnType":
      return ["changes a column's type: the table is written anew while nobody may use it"];
    case "AT_SetNotNull":
      return ["forbids NULL, which the version before may write, and reads the whole table"];
    case "AT_AddColumn": {
      const { constraints = [] } = (def as Node).ColumnDef as { constraints?: Node[] };
      const kinds = constraints.map((one) => (one.Constraint as Node).contype);
      return kinds.includes("CONSTR_NOTNULL") && !kinds.includes("CONSTR_DEFAULT")
        ? ["adds a column that must be filled and has no default: the version before cannot insert"]
        : [];
    }
    case "AT_AddConstraint":
      return ((def as Node).Constraint as Node).skip_validation
        ? []
        : ["adds a constraint and reads the whole table: NOT VALID first, VALIDATE later"];
    case "AT_ValidateConstraint":
    case "AT_SetStatistics":
    // what is stored stays as it is
    case "AT_SetStorage":
      return [];
    default:
      return [unknown];
  }
}

/** What Citus refuses of a distributed table: ErrorIfUnsupportedAlterTableStmt in its table.c. */
function ofDistributed(node: Node): string[] {
  const subtypes = (node.cmds as Node[]).map((one) => (one.AlterTableCmd as Node).subtype);
  const found: string[] = [];
  if (subtypes.some((one) => one === "AT_SetStatistics" || one === "AT_SetStorage")) {
    found.push(
      "is refused by Citus where the table is distributed: say it where the table is made",
    );
  }
  if (subtypes.includes("AT_AddConstraint") && subtypes.length > 1) {
    found.push("adds a constraint beside others, which Citus refuses: put it into one of its own");
  }
  return found;
}

function tableOf(node: Node): string {
  return String((node.relation as Node | undefined)?.relname ?? "");
}

async function read(sql: string): Promise<Statement[]> {
  // the parser counts bytes
  const bytes = Buffer.from(sql);
  const { stmts = [] } = (await parse(sql)) as {
    stmts?: { stmt: Node; stmt_location?: number; stmt_len?: number }[];
  };
  let before = 0;
  return stmts.map(({ stmt, stmt_location: start = 0, stmt_len }) => {
    const [kind = "", node = {}] = Object.entries(stmt)[0] ?? [];
    const end = stmt_len === undefined ? bytes.length : start + stmt_len;
    const whole = bytes.subarray(before, end).toString();
    before = end;
    // the comments above it, in whichever part the parser counts them
    const [leading = ""] = /^[;\s]*(--[^\n]*\n\s*)*/.exec(whole) ?? [];
    const text = whole.slice(leading.length).trim();
    return { kind, node: node as Node, text, leading };
  });
}
