import pg from "pg";

/** A pool for tests of what a lost connection leaves behind. */
export type EndingPool = {
  pool: pg.Pool;
  /** it lost none: there were fewer statements than that */
  isThrough(): boolean;
};

/**
 * Makes pools whose n-th statement, of all that are made with it, finds its connection ended by the
 * server.
 *
 * @param pool of another connection, which ends them
 */
export function createEndingPools(url: string, pool: pg.Pool) {
  const mortal = new pg.Pool({ connectionString: url, max: 1 });
  mortal.on("error", () => undefined);
  mortal.on("connect", (client) => client.on("error", () => undefined));

  function at(n: number): EndingPool {
    let statements = 0;
    const query = async (client: pg.PoolClient, statement: unknown[]) => {
      statements += 1;
      if (statements === n) {
        const { processID } = client as unknown as { processID: number };
        await pool.query("SELECT pg_terminate_backend($1, 60000)", [processID]);
      }
      return await client.query(...(statement as Parameters<pg.PoolClient["query"]>));
    };
    const ending = {
      async connect() {
        const client = await mortal.connect();
        return new Proxy(client, {
          get(target, name) {
            if (name === "query") return (...statement: unknown[]) => query(target, statement);
            const member = Reflect.get(target, name);
            return typeof member === "function" ? member.bind(target) : member;
          },
        });
      },
      async query(...statement: unknown[]) {
        const client = await mortal.connect();
        try {
          const result = await query(client, statement);
          client.release();
          return result;
        } catch (error) {
          client.release(true);
          throw error;
        }
      },
    };
    return { pool: ending as unknown as pg.Pool, isThrough: () => statements < n };
  }

  return { at, end: () => mortal.end() };
}
