// Are the migrations in step with prisma/schema.prisma? Applies the migrations to one scratch
// database and the schema itself to another, and compares what PostgreSQL then says of them.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import pg from "pg";
import startSharedPostgres, { createDatabase } from "../world/shared-postgres.ts";

/** Partial indexes, those on expressions and partitions are left out: the migrations alone have them. */
const shape = `
  SELECT 'column ' || table_name || '.' || column_name || ' ' || udt_name || ' ' || is_nullable || ' '
         || coalesce(column_default, '-') || ' ' || coalesce(datetime_precision::text, '-') AS line
    FROM information_schema.columns
   WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'
     AND NOT (SELECT relispartition FROM pg_class WHERE oid = format('%I', table_name)::regclass)
  UNION ALL
  SELECT 'index ' || replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') FROM pg_index i
    JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = 'public' AND i.indpred IS NULL AND i.indexprs IS NULL AND NOT c.relispartition AND c.relname <> '_prisma_migrations'
  UNION ALL
  SELECT 'enum ' || t.typname || ' ' || string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)
    FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
    JOIN pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname = 'public' GROUP BY t.typname
  ORDER BY 1`;

async function schemaSql(url: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...["node_modules/prisma/build/index.js", "migrate", "diff", "--from-empty"],
      ...["--to-schema-datamodel", "prisma/schema.prisma", "--script"],
    ],
    { env: { ...process.env, DATABASE_URL: url } },
  );
  return stdout.replace(/^CREATE SCHEMA.*$/m, "");
}

async function shapeOf(url: string, prepare = ""): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    if (prepare) await client.query(prepare);
    const { rows } = await client.query<{ line: string }>(shape);
    return rows.map(({ line }) => line);
  } finally {
    await client.end();
  }
}

const stop = await startSharedPostgres();
try {
  const migrated = await createDatabase();
  const fresh = await createDatabase();
  const clear = "DROP SCHEMA public CASCADE; CREATE SCHEMA public;";
  const inMigrations = await shapeOf(migrated.url);
  const inSchema = await shapeOf(fresh.url, clear + (await schemaSql(fresh.url)));
  const missing = inSchema.filter((line) => !inMigrations.includes(line));
  const surplus = inMigrations.filter((line) => !inSchema.includes(line));
  for (const line of missing) console.error(`missing in the migrations: ${line}`);
  for (const line of surplus) console.error(`in the migrations alone: ${line}`);
  if (missing.length + surplus.length > 0) process.exitCode = 1;
  else
    console.log(`The migrations are in step with the schema (${inSchema.length} facts compared).`);
} finally {
  await stop();
}
