/** The database cannot be used; the message says why and what to do, without a password. */
export class DatabaseError extends Error {
  readonly code = "database";
}

/** SQLSTATE classes of a database that is busy, full, ending or out of reach; 40: a transaction to be repeated. */
const troubles = /^(08|25|26|40|53|55|57|58|XX)/;
/** The same as Prisma says it: unreachable, too late, closed, no connection free, no transaction, a deadlock. */
const prismaTroubles = /^P(1001|1002|1008|1017|2024|2028|2034)$/;
/** What `pg` says of a broken connection has no code. */
const broken = /connection|timeout|not queryable/i;

/** Whether a query failed by the database's trouble rather than by what it was asked. */
export function isDatabaseTrouble(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return (
    troubles.test(code) ||
    prismaTroubles.test(code) ||
    /^E[A-Z]+$/.test(code) ||
    (code === "" && broken.test(error.message))
  );
}

/** The database's own code, also where Prisma has put its own around it; `""`: none is known. */
function codeOf(error: Error): string {
  const { code, cause, meta } = error as {
    code?: unknown;
    cause?: { originalCode?: unknown } | null;
    meta?: { driverAdapterError?: { cause?: { originalCode?: unknown } | null } };
  };
  const original = meta?.driverAdapterError?.cause?.originalCode ?? cause?.originalCode;
  const known = [original, code].find((value) => typeof value === "string");
  return typeof known === "string" ? known : "";
}

/** Whether a query failed by an answer of the database (a SQLSTATE): it is there, whatever it said. */
export function isAnswer(error: unknown): boolean {
  if (!(error instanceof Error && "code" in error)) return false;
  // no class of SQLSTATEs begins with E, but EPIPE does
  return /^[0-9A-Z]{5}$/.test(String(error.code)) && !String(error.code).startsWith("E");
}
