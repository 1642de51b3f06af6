import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EmbeddedPostgresError, type Programs } from "./programs.server.ts";

/** Absolute paths of one database cluster. */
export type Cluster = { data: string; passwordFile: string };

/**
 * A new version of the app may bring a PostgreSQL that does not read the data of the one before.
 *
 * @throws EmbeddedPostgresError with both versions and the commands that move the data
 */
export async function requireSameVersion(cluster: Cluster, programs: Programs): Promise<void> {
  const written = await readFile(join(cluster.data, "PG_VERSION"), "utf8").catch(() => null);
  const old = written?.trim() ?? programs.major;
  if (old === programs.major) return;
  const settings = await readFile(join(cluster.data, "postgresql.conf"), "utf8").catch(() => "");
  const port = /^port *= *(\d+)/m.exec(settings)?.[1] ?? "5432";
  throw new EmbeddedPostgresError(
    `The data in ${cluster.data} are of PostgreSQL ${old}, and this app brings PostgreSQL ` +
      `${programs.major}, which does not read them. Nothing was changed. Set DATABASE_URL, or move ` +
      `them with the programs of PostgreSQL ${old} (on Debian the package postgresql-${old}; adapt ` +
      `OLD where they lie elsewhere), while no process of the app runs:\n` +
      commands(cluster, programs, old, port).join("\n"),
  );
}

function commands(
  { data, passwordFile }: Cluster,
  { folder, account }: Programs,
  old: string,
  port: string,
): string[] {
  const place = dirname(data);
  // PostgreSQL does not run as root
  const control = (bin: string) => `${account ? "runuser -u postgres -- " : ""}${bin}/pg_ctl`;
  const [from, to] = [control('"$OLD"'), control(quoted(folder))];
  const log = quoted(join(data, "server.log"));
  const login = `PGPASSWORD=$(cat ${quoted(passwordFile)})`;
  const dump = quoted(`${place}-${old}.sql`);
  const psql = `${login} "$OLD"/psql -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -U postgres`;
  return [
    `  OLD=/usr/lib/postgresql/${old}/bin`,
    `  ${from} start -w -D ${quoted(data)} -l ${log}`,
    `  ${login} "$OLD"/pg_dump -h 127.0.0.1 -p ${port} -U postgres --exclude-schema=pgboss -f ${dump} postgres`,
    `  ${from} stop -w -D ${quoted(data)}`,
    `  mv ${quoted(place)} ${quoted(`${place}-${old}`)}`,
    "  npm run -s ops -- shops",
    `  ${to} start -w -D ${quoted(data)} -l ${log}`,
    `  PORT=$(sed -n 4p ${quoted(join(data, "postmaster.pid"))})`,
    `  ${psql} -p "$PORT" -c 'DROP SCHEMA public CASCADE; CREATE SCHEMA public' postgres`,
    `  ${psql} -p "$PORT" -f ${dump} postgres`,
    `  ${to} stop -w -D ${quoted(data)}`,
  ];
}

/** One word for the shell. */
function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}
