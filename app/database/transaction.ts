import type pg from "pg";

/** Both in one way to the database and back; it answers for each of them. */
const begin = (mode: string) =>
  `BEGIN${mode}; SELECT floor(extract(epoch FROM now()) * 1000)::float8 AS now`;

/**
 * Runs `work` in a transaction: commits when it resolves, rolls back when it throws. `work` is told
 * when it began by the database's clock, epoch milliseconds. What is written and looked for takes that
 * as a parameter: the nodes of a distributed database have clocks of their own.
 *
 * @param mode `oneSnapshot`: it only reads, and all its statements see the same moment
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient, now: number) => Promise<T>,
  mode: "usual" | "oneSnapshot" = "usual",
): Promise<T> {
  const text = begin(mode === "usual" ? "" : " ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const client = await pool.connect();
  try {
    const [, asked] = (await client.query(text)) as unknown as pg.QueryResult<{ now: number }>[];
    const [time] = asked?.rows ?? [];
    if (time === undefined) throw new Error("The database did not tell its time.");
    const result = await work(client, time.now);
    const { command } = await client.query("COMMIT");
    // PostgreSQL answers COMMIT with ROLLBACK where a statement failed and was swallowed
    if (command !== "COMMIT") throw new Error("The transaction was rolled back.");
    client.release();
    return result;
  } catch (error) {
    await client.query("ROLLBACK").then(
      () => client.release(),
      (broken: Error) => client.release(broken),
    );
    throw error;
  }
}
