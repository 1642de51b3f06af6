import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fingerprint } from "libpg-query";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { createDatabase } from "#test/world/shared-postgres.ts";
import { sqlFolder } from "#test/world/sql-folder.ts";
import { readCatalog } from "./catalog.ts";
import { breachesIn } from "./check-statement.ts";
import { sourceStatements } from "./source-statements.ts";

const folder = process.env[sqlFolder];

/** Asks Citus itself; makes and drops the tables of months. Neither is about rows. */
const ofTables = ["app/database/distribution.ts", "app/database/months.ts"];

/** What the server tests made the app ask of the database, each statement once, with who asked. */
async function asked(from: string): Promise<Map<string, string>> {
  const statements = new Map<string, string>();
  for (const name of await readdir(from)) {
    const lines = (await readFile(join(from, name), "utf8")).split("\n");
    for (const line of lines) {
      // a process may be killed in the middle of one
      if (!line.endsWith("}")) continue;
      const { by, sql } = JSON.parse(line) as { by: string; sql: string };
      if (!ofTables.includes(by)) statements.set(sql, by);
    }
  }
  return statements;
}

// without the server tests there is nothing to look at
describe.skipIf(folder === undefined)("all SQL of the app that the server tests ran", async () => {
  const statements = folder ? await asked(folder) : new Map<string, string>();

  test("keeps Citus's rules", async () => {
    const database = await createDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      const catalog = await readCatalog(client);
      const looked = new Set<string>();
      const breaches: { by: string; breaches: string[]; sql: string }[] = [];
      for (const [sql, by] of statements) {
        // one INSERT of three rows is as good as one of four
        const kind = await fingerprint(sql);
        if (looked.has(kind)) continue;
        looked.add(kind);
        const found = await breachesIn(client, catalog, sql).catch((error: Error) => [
          `the database does not understand it: ${error.message}`,
        ]);
        if (found.length > 0) breaches.push({ by, breaches: found, sql });
      }
      expect(breaches).toEqual([]);
    } finally {
      await client.end();
      await database.drop();
    }
  });

  test("is all SQL that changes something: every such statement of the source was run", async () => {
    const run = [...statements.keys()];
    const known = await sourceStatements();
    expect(known.length).toBeGreaterThan(80);
    const unseen = known.filter(({ pattern }) => !run.some((sql) => pattern.test(sql)));
    expect(unseen.map(({ file, text }) => `${file}: ${text}`)).toEqual([]);
  });
});
