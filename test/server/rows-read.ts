import type pg from "pg";

/**
 * How many rows of each of the app's tables `work` had PostgreSQL read, through an index or from end
 * to end: what decides how long a query takes on any machine. A table in parts counts as one.
 *
 * @param pool of one connection, which counts what it reads
 */
export async function rowsRead(
  pool: pg.Pool,
  work: () => Promise<unknown>,
): Promise<Record<string, number>> {
  const before = await readSoFar(pool);
  await work();
  const after = await readSoFar(pool);
  return Object.fromEntries(
    [...after].flatMap(([table, rows]) => {
      const read = rows - (before.get(table) ?? 0);
      return read > 0 ? [[table, read]] : [];
    }),
  );
}

async function readSoFar(pool: pg.Pool): Promise<Map<string, number>> {
  await pool.query("SELECT pg_stat_force_next_flush()");
  const { rows } = await pool.query<{ table: string; rows: number }>(
    `SELECT coalesce(p."relname", s."relname") AS "table",
            sum(coalesce("idx_tup_fetch", 0) + "seq_tup_read")::float8 AS "rows"
       FROM pg_stat_user_tables s LEFT JOIN pg_inherits i ON i."inhrelid" = s."relid"
       LEFT JOIN pg_class p ON p."oid" = i."inhparent"
      WHERE s."schemaname" = 'public' GROUP BY 1`,
  );
  return new Map(rows.map(({ table, rows }) => [table, rows]));
}
