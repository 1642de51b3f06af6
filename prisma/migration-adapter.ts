import { setTimeout as sleep } from "node:timers/promises";
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";

/** So long a migration waits for a lock: whoever asks for the table meanwhile waits behind it. */
const lockMs = 1000;
/** Then the others go first, so long. */
const pauseMs = 3000;

/** The role may have limits of its own, for sessions that a pooler opens. */
const unlimited = ["lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"]
  .map((name) => `-c ${name}=0`)
  .join(" ");

/** PostgreSQL's catalogues answer `name` and `"char"` columns, which the adapter refuses: text here. */
class CatalogClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    // biome-ignore lint/complexity/useLiteralKeys: `connection` is not in pg's types
    const connection = (this as unknown as Record<string, NodeJS.EventEmitter>)["connection"];
    connection?.prependListener(
      "rowDescription",
      (message: { fields: { dataTypeID: number }[] }) => {
        for (const field of message.fields) {
          if ([18, 19, 194].includes(field.dataTypeID)) field.dataTypeID = 25;
          if ([1002, 1003].includes(field.dataTypeID)) field.dataTypeID = 1009;
        }
      },
    );
  }
}

/**
 * What Prisma's command line migrates with. Prisma's own adapter sends a migration statement by
 * statement, so that one which fails leaves a half; here it is one transaction. A lock that it needs
 * is waited for briefly, again and again: an ALTER TABLE behind a dump would hold up every webhook
 * behind itself. docs/decisions/0051.
 */
export class MigrationAdapter extends PrismaPg {
  readonly #waitMs: number;

  /** @param waitMs how long a migration tries in all to get its locks */
  constructor(connectionString: string | undefined, waitMs: number) {
    super(
      new pg.Pool({
        ...{ connectionString: withoutOptions(connectionString), options: unlimited },
        // one session: a limit that is set holds for what comes next
        ...{ Client: CatalogClient, application_name: "hakuna-migration", max: 1 },
        // a statement of a migration may take long, a peer that has vanished may not
        ...{
          connectionTimeoutMillis: 10_000,
          keepAlive: true,
          keepAliveInitialDelayMillis: 10_000,
        },
      }),
    );
    this.#waitMs = waitMs;
  }

  override async connect() {
    const adapter = await super.connect();
    // without values it goes as one query, which PostgreSQL runs as one transaction
    const run = (sql: string) => adapter.executeRaw({ sql, args: [], argTypes: [] });
    adapter.executeScript = async (script) => {
      const bare = withoutComments(script);
      if (bare === "") return;
      if (/\bCONCURRENTLY\b/i.test(bare)) {
        // nobody waits behind it, and in a transaction it cannot be
        await dropUnfinished(bare, adapter);
        await run(script);
        return;
      }
      const isCitus =
        (await ask("SELECT 1::int4 FROM pg_extension WHERE extname = 'citus'", adapter)) > 0;
      const whole = isCitus ? oneByOne(script) : script;
      const deadline = Date.now() + this.#waitMs;
      while (true) {
        try {
          // by itself: Citus takes no second statement beside one that alters a distributed table
          await run(`SET lock_timeout = ${lockMs}`);
          await run(whole).finally(() => run("SET lock_timeout = 0"));
          return;
        } catch (error) {
          if (!isLockTimeout(error)) throw error;
          if (Date.now() + pauseMs > deadline) {
            console.error("A migration gave up: its locks are held by another session.");
            throw error;
          }
          console.error("A migration waits for a lock of another session; it is tried again.");
          await sleep(pauseMs);
        }
      }
    };
    return adapter;
  }
}

/** Else the address would overrule ours. */
function withoutOptions(connectionString: string | undefined): string | undefined {
  if (connectionString === undefined) return undefined;
  const url = new URL(connectionString);
  url.searchParams.delete("options");
  return url.href;
}

type Adapter = Awaited<ReturnType<PrismaPg["connect"]>>;

/** An index whose building was cut short stays, counts for nothing, and has the name. */
async function dropUnfinished(sql: string, adapter: Adapter): Promise<void> {
  const create =
    /^CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?("?)(\w+)\1/i;
  const [, , name] = create.exec(sql) ?? [];
  if (name === undefined) return;
  const unfinished = await ask(
    `SELECT 1::int4 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE c.relname = '${name}' AND NOT i.indisvalid AND pg_table_is_visible(c.oid)`,
    adapter,
  );
  if (unfinished === 0) return;
  await adapter.executeRaw({ sql: `DROP INDEX CONCURRENTLY "${name}"`, args: [], argTypes: [] });
}

/** How many rows there are. */
async function ask(sql: string, adapter: Adapter): Promise<number> {
  const { rows } = await adapter.queryRaw({ sql, args: [], argTypes: [] });
  return rows.length;
}

/** A string, a name, a body or a comment, whatever stands in it; else one character. */
const token = /'(?:[^']|'')*'|"[^"]*"|(\$\w*\$)[\s\S]*?\1|--[^\n]*|\/\*[\s\S]*?\*\/|[\s\S]/g;

/**
 * A migration as one statement that does them one after the other. Citus hands a statement that alters
 * a distributed table on to its parts with all that was sent beside it, which they refuse.
 */
function oneByOne(script: string): string {
  const statements = [""];
  for (const [text, body] of script.matchAll(token)) {
    if (text === ";" && body === undefined) statements.push("");
    else statements[statements.length - 1] += text;
  }
  const some = statements.filter((one) => withoutComments(one) !== "");
  if (some.length < 2) return script;
  const executes = some.map((one) => `EXECUTE '${one.replaceAll("'", "''")}';`);
  return `DO $migration$ BEGIN
    -- over one connection to each node, which sees what was done before
    PERFORM set_config('citus.multi_shard_modify_mode', 'sequential', true);
    ${executes.join("\n")}
  END $migration$`;
}

function withoutComments(sql: string): string {
  return sql.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, "").trim();
}

/** SQLSTATE lock_not_available, as the adapter passes it on. */
function isLockTimeout(error: unknown): boolean {
  const { cause } = Object(error) as { cause?: { originalCode?: string } };
  return cause?.originalCode === "55P03";
}
