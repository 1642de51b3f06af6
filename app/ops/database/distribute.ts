import { directly, openClient } from "#app/database/connection.server.ts";
import { distributeTables, type Placed } from "#app/database/distribution.ts";
import { command } from "#app/ops/command.ts";

/** Moving a large table takes its time; writers that are still at work are not waited for as long. */
const limits = { lockMs: 60_000, statementMs: 24 * 60 * 60_000 };

/** Distributes the tables by shop over the nodes of a Citus. */
export const distribute = command({
  usage: "distribute",
  async run(_, withDatabase) {
    return await withDatabase(async ({ run, databaseUrl }) => {
      // as the tables' owner, and past a pooler: both where there are such
      const { MIGRATION_DATABASE_URL, DATABASE_DIRECT_URL, database } = run.config;
      const address = MIGRATION_DATABASE_URL ?? DATABASE_DIRECT_URL ?? databaseUrl;
      const client = openClient(address, "hakuna-distribute", {
        ...directly(database),
        ...limits,
      });
      try {
        await client.connect();
        const tables = await distributeTables(client);
        return { data: { tables }, text: tables.map(line).join("\n") };
      } finally {
        await client.end().catch(() => undefined);
      }
    });
  },
});

function line({ table, place, done }: Placed): string {
  if (place === "on the coordinator") return `${table}: stays ${place}`;
  return `${table}: ${done ? "now" : "was already"} ${place}`;
}
