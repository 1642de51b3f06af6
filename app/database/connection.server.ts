import pg from "pg";
import { variables } from "#app/foundation/variables.server.ts";

/**
 * How long what may last on a connection, in milliseconds. Every connection of the app is made here,
 * so none waits without an end: for a peer that has vanished without a word as little as for a lock
 * that nobody lets go of.
 */
export type DatabaseLimits = {
  /** opening a connection, and waiting for a free one of a pool */
  connectMs: number;
  /** waiting for a lock; then the database refuses the statement (55P03) */
  lockMs: number;
  /**
   * a statement, its waits for locks included; then the database ends it (57014). `connectMs` later
   * this side gives the connection up: it is not the statement that is slow, nobody answers.
   */
  statementMs: number;
  /**
   * a pause between two statements of a transaction. The database ends the session of a process that
   * vanished or froze in one, and with it its locks. Less than a lease, so that whoever takes the
   * lease next finds the shop's row free; more than any step computes without asking anything.
   */
  idleInTransactionMs: number;
  /**
   * a connection pooler in transaction mode is in between (docs/decisions/0050): nothing can be said
   * to a session. The role keeps the limits, and statements have names only where it carries them
   */
  pooler?: { namedStatements: boolean } | null;
};

/** Those of a process that is told nothing else. */
export const usualLimits: DatabaseLimits = {
  connectMs: variables.DATABASE_CONNECT_MS.parse(undefined),
  lockMs: variables.DATABASE_LOCK_MS.parse(undefined),
  statementMs: variables.DATABASE_STATEMENT_MS.parse(undefined),
  idleInTransactionMs: variables.DATABASE_IDLE_MS.parse(undefined),
};

/** A peer that is silent for so long is asked whether it is there, by this side and by the database's. */
const keepAliveMs = 10_000;
/** The database asks so often, so many seconds apart, and then ends the session. */
const probes = { count: 3, seconds: 5 };

/** The settings of PostgreSQL that keep the limits, in milliseconds. */
export function limitSettings(limits: DatabaseLimits) {
  return {
    lock_timeout: limits.lockMs,
    statement_timeout: limits.statementMs,
    idle_in_transaction_session_timeout: limits.idleInTransactionMs,
  };
}

/** The same for connections that lead past a pooler. */
export function directly(limits: DatabaseLimits): DatabaseLimits {
  return { ...limits, pooler: null };
}

/**
 * What to give to a `pg.Client`, a `pg.Pool` or pg-boss. The limits that the database keeps are
 * startup parameters of the session, behind those that DATABASE_URL has for itself. A pooler in
 * between refuses such parameters: there the role has them, see kept-limits.server.ts.
 */
export function connectionTo(
  databaseUrl: string,
  name: string,
  limits: DatabaseLimits = usualLimits,
) {
  const { pooler } = limits;
  const url = new URL(databaseUrl);
  const settings = {
    ...limitSettings(limits),
    tcp_keepalives_idle: keepAliveMs / 1000,
    tcp_keepalives_interval: probes.seconds,
    tcp_keepalives_count: probes.count,
    // the same for a session that has sent something and is not told that it came
    tcp_user_timeout: keepAliveMs + probes.count * probes.seconds * 1000,
  };
  const asked = url.searchParams.get("options");
  // else the address would overrule ours
  for (const name of ["options", ...Object.keys(settings)]) url.searchParams.delete(name);
  return {
    connectionString: url.href,
    application_name: name,
    ...(!pooler && {
      options: [
        ...(asked === null ? [] : [asked]),
        ...Object.entries(settings).map(([key, value]) => `-c ${key}=${value}`),
      ].join(" "),
    }),
    connectionTimeoutMillis: limits.connectMs,
    query_timeout: limits.statementMs + limits.connectMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMs,
    Client: pooler && !pooler.namedStatements ? NamelessClient : LimitedClient,
  } satisfies pg.PoolConfig;
}

/** One connection, not open yet. A listener is there: one that is lost fails the statements on it. */
export function openClient(
  databaseUrl: string,
  name: string,
  limits: DatabaseLimits = usualLimits,
): pg.Client {
  const { Client, ...config } = connectionTo(databaseUrl, name, limits);
  const client = new Client(config);
  client.on("error", () => undefined);
  return client;
}

/** How long a connection takes its leave before it is cut. */
const farewellMs = 2000;

/**
 * A statement that got no answer in time leaves its connection in the middle of an answer: whoever
 * used it next would wait for the same. So it ends with the statement. A farewell that the other
 * side does not answer is cut short.
 */
class LimitedClient extends pg.Client {
  // the overloads of pg's own
  // biome-ignore lint/suspicious/noExplicitAny: what comes in goes on as it is
  override query(...args: any[]): any {
    const look = (error: unknown) => {
      if (error instanceof Error && error.message === "Query read timeout") void this.end();
    };
    const callback: unknown = args.at(-1);
    if (typeof callback === "function") {
      args[args.length - 1] = (error: unknown, result: unknown) => {
        look(error);
        callback(error, result);
      };
    }
    const result = super.query(...(args as [string]));
    if (result instanceof Promise) result.catch(look);
    return result;
  }

  // biome-ignore lint/suspicious/noExplicitAny: what comes in goes on as it is
  override end(...args: any[]): any {
    const { stream } = (this as unknown as { connection: { stream: { destroy(): void } } })
      .connection;
    setTimeout(() => stream.destroy(), farewellMs).unref();
    return super.end(...(args as []));
  }
}

/** What a statement's name was given to is another session than the one that is asked next. */
class NamelessClient extends LimitedClient {
  // biome-ignore lint/suspicious/noExplicitAny: what comes in goes on as it is
  override query(...args: any[]): any {
    const [first, ...others] = args;
    const isNamed = typeof first === "object" && typeof first.name === "string";
    return super.query(isNamed ? { ...first, name: undefined } : first, ...others);
  }
}
