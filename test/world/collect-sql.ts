import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { sqlFolder } from "./sql-folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const file = `${process.pid}-${crypto.randomUUID()}.jsonl`;
const seen = new Set<string>();

/** What passes others' statements on. */
const between = [
  "app/database/connection.server.ts",
  "app/queue/repeated-statements.ts",
  "test/world/collect-sql.ts",
];

/**
 * Who asks: a file of the app, Prisma, or somebody else (a test, the queue's library). What stands
 * between is the driver's, and the app's own clients.
 */
function asking(): string | null {
  for (const file of filesOfCallers()) {
    if (file.includes("/@prisma/adapter-pg/")) return "prisma";
    if (file.includes("/node_modules/pg-boss/")) return null;
    if (file.includes("/node_modules/") || !file.startsWith(root)) continue;
    const name = file.slice(root.length);
    if (between.includes(name)) continue;
    return name.startsWith("app/") || name.startsWith("build/") ? name : null;
  }
  return null;
}

/** The callers' files, nearest first. A stack as text is dear where the test runner maps its lines. */
function filesOfCallers(): string[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = 30;
  Error.prepareStackTrace = (_, sites) => sites;
  const sites = new Error().stack as unknown as NodeJS.CallSite[];
  Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  return sites.map((site) => (site.getFileName() ?? "").replace(/^file:\/\//, ""));
}

function note(asked: unknown): void {
  const sql = typeof asked === "string" ? asked : (asked as { text?: unknown } | null)?.text;
  const folder = process.env[sqlFolder];
  if (typeof sql !== "string" || seen.has(sql) || folder === undefined) return;
  const by = asking();
  if (by === null) return;
  seen.add(sql);
  // at once: a process may be killed
  appendFileSync(join(folder, file), `${JSON.stringify({ by, sql })}\n`);
}

// Loaded before the app (`--import`), and into the tests that run the app's parts themselves: each
// statement of the app's is kept once. A pool asks by itself later, when nobody knows for whom.
for (const { prototype } of [pg.Client, pg.Pool]) {
  const { query } = prototype as unknown as { query(...args: unknown[]): unknown };
  Object.assign(prototype, {
    query(this: unknown, ...args: unknown[]) {
      note(args[0]);
      return query.apply(this, args);
    },
  });
}
