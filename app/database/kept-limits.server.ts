import pg from "pg";
import { type DatabaseLimits, limitSettings } from "./connection.server.ts";

/** Which of the limits the database does not keep on this connection, as sentences' parts. */
export async function limitsNotKept(
  client: Pick<pg.Client, "query">,
  limits: DatabaseLimits,
): Promise<string[]> {
  const wanted = limitSettings(limits);
  const { rows } = await client.query<{ name: string; setting: string }>(
    `SELECT name, setting FROM pg_settings WHERE name IN (${Object.keys(wanted)
      .map((name) => pg.escapeLiteral(name))
      .join(", ")})`,
  );
  const kept = new Map(rows.map(({ name, setting }) => [name, Number(setting)]));
  return Object.entries(wanted).flatMap(([name, most]) => {
    const ms = kept.get(name) ?? 0;
    // 0 is none. A role's may be shorter, while they are being changed for instance; a session has
    // exactly what it asked for
    const isKept = limits.pooler ? ms > 0 && ms <= most : ms === most;
    return isKept ? [] : [`${name} is ${ms === 0 ? "off" : `${ms} ms`}, not ${most} ms`];
  });
}

/**
 * Gives the limits to the role of this connection, in this database: every session that the role
 * opens there from now on has them, whoever opens it. Needs no right but to be that role.
 *
 * @returns the role's name and the database's
 */
export async function giveLimits(
  client: Pick<pg.Client, "query">,
  limits: DatabaseLimits,
): Promise<{ role: string; database: string }> {
  const { rows } = await client.query<{ role: string; database: string }>(
    "SELECT current_user AS role, current_database() AS database",
  );
  const { role = "", database = "" } = rows[0] ?? {};
  for (const [name, ms] of Object.entries(limitSettings(limits))) {
    await client.query(
      `ALTER ROLE ${pg.escapeIdentifier(role)} IN DATABASE ${pg.escapeIdentifier(database)}
         SET ${name} = ${pg.escapeLiteral(`${ms}ms`)}`,
    );
  }
  return { role, database };
}
