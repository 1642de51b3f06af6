import { openClient } from "#app/database/connection.server.ts";
import { giveLimits } from "#app/database/kept-limits.server.ts";
import { readConfig } from "#app/foundation/config.server.ts";
import { command } from "#app/ops/command.ts";

/**
 * Gives the role that the app has behind its connection pooler the limits of the configuration. Does
 * without what other commands stand on: that does not start before the limits hold.
 */
export const setLimits = command({
  usage: "set-limits",
  async run() {
    const { DATABASE_URL, database: limits } = readConfig(process.env);
    if (!limits.pooler || DATABASE_URL === undefined) {
      throw new Error(
        "DATABASE_POOLER is off: the app sets the limits of its sessions itself, and nothing is to be done.",
      );
    }
    // through the pooler, so that it is the role which the pooler logs in with
    const client = openClient(DATABASE_URL, "hakuna-limits", limits);
    try {
      await client.connect();
      const { role, database } = await giveLimits(client, limits);
      const { lockMs, statementMs, idleInTransactionMs } = limits;
      return {
        data: { role, database, lockMs, statementMs, idleInTransactionMs },
        text:
          `Sessions that ${role} opens in ${database} from now on have the limits. Let the pooler ` +
          "connect anew before the app is started (PgBouncer: RECONNECT in its console, or a restart).",
      };
    } finally {
      await client.end().catch(() => undefined);
    }
  },
});
