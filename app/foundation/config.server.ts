import { z } from "zod";
import { variables } from "./variables.server.ts";

/** The environment is wrong; the message is the list of all that is to be mended, without a value. */
export class ConfigError extends Error {
  readonly code = "config";
}

const dayMs = 24 * 60 * 60 * 1000;

// Compared also while other variables are wrong, and then with whatever is there: hence "not less".
const schema = z
  .object(variables)
  .refine((v) => v.DATABASE_POOLER !== "on" || v.DATABASE_URL !== undefined, {
    ...{ path: ["DATABASE_URL"], when: () => true },
    message: "is not set, although DATABASE_POOLER is on. Set it to the pooler's address.",
  })
  .refine((v) => v.DATABASE_POOLER !== "on" || v.DATABASE_DIRECT_URL !== undefined, {
    ...{ path: ["DATABASE_DIRECT_URL"], when: () => true },
    message:
      "is not set, although DATABASE_POOLER is on. Set it to PostgreSQL's own address: notifications and migrations need a session.",
  })
  .refine((v) => v.DATABASE_DIRECT_URL === undefined || v.DATABASE_POOLER !== "off", {
    ...{ path: ["DATABASE_DIRECT_URL"], when: () => true },
    message: "is set, although DATABASE_POOLER is off. Set DATABASE_POOLER=on, or unset it.",
  })
  .refine((v) => v.MIGRATION_DATABASE_URL === undefined || v.DATABASE_URL !== undefined, {
    ...{ path: ["MIGRATION_DATABASE_URL"], when: () => true },
    message:
      "is set, although DATABASE_URL is not. The embedded PostgreSQL has one user: unset it.",
  })
  .refine((v) => !(v.LEASE_MS <= v.FEED_TIMEOUT_MS), {
    ...{ path: ["LEASE_MS"], when: () => true },
    message: "is not more than FEED_TIMEOUT_MS. Raise it: a request must end within its lease.",
  })
  .refine((v) => !(v.DATABASE_STATEMENT_MS <= v.DATABASE_LOCK_MS), {
    ...{ path: ["DATABASE_STATEMENT_MS"], when: () => true },
    message:
      "is not more than DATABASE_LOCK_MS. Raise it: a wait for a lock is part of a statement.",
  })
  .refine((v) => !(v.DATABASE_IDLE_MS >= v.LEASE_MS), {
    ...{ path: ["DATABASE_IDLE_MS"], when: () => true },
    message:
      "is not less than LEASE_MS. Lower it: who takes over a shop would find its rows still locked.",
  })
  .refine((v) => !(v.DATABASE_LOCK_MS >= v.LEASE_MS), {
    ...{ path: ["DATABASE_LOCK_MS"], when: () => true },
    message: "is not less than LEASE_MS. Lower it: a wait for a lock must end within the lease.",
  })
  .refine((v) => !(v.FEED_PROBE_TIMEOUT_MS > v.FEED_TIMEOUT_MS), {
    ...{ path: ["FEED_PROBE_TIMEOUT_MS"], when: () => true },
    message: "is more than FEED_TIMEOUT_MS. Lower it: a probe shall take less time, not more.",
  })
  .refine((v) => !(v.SWEEP_STALE_MS <= 2 * v.SWEEP_INTERVAL_MS), {
    ...{ path: ["SWEEP_STALE_MS"], when: () => true },
    message:
      "is not more than twice SWEEP_INTERVAL_MS. Raise it: one late sweep would count as none.",
  })
  .refine((v) => !(v.HEADERS_MS <= v.KEEP_ALIVE_MS), {
    ...{ path: ["HEADERS_MS"], when: () => true },
    message: "is not more than KEEP_ALIVE_MS. Raise it, or lower the other.",
  })
  .refine((v) => !(v.RUN_LIMIT_MS <= v.STEP_MS), {
    ...{ path: ["RUN_LIMIT_MS"], when: () => true },
    message: "is not more than STEP_MS. Raise it: a run ends by itself after that.",
  })
  .refine((v) => !(v.BACKOFF_MAX_MS < v.BACKOFF_MIN_MS), {
    ...{ path: ["BACKOFF_MAX_MS"], when: () => true },
    message: "is less than BACKOFF_MIN_MS. Raise it, or lower the other.",
  })
  .refine((v) => v.SMTP_URL === undefined || v.MAIL_FROM !== undefined, {
    ...{ path: ["MAIL_FROM"], when: () => true },
    message: "is not set, although SMTP_URL is. Set the sender of the mails.",
  })
  .refine((v) => !(v.POLL_MAX_MS < v.POLL_MIN_MS), {
    ...{ path: ["POLL_MAX_MS"], when: () => true },
    message: "is less than POLL_MIN_MS. Raise it, or lower the other.",
  });

export type Config = ReturnType<typeof readConfig>;

/**
 * Checks the environment. An empty variable counts as unset, and white space around a value is
 * dropped: files of secrets end in a line break.
 *
 * @throws ConfigError that lists every problem, one a line
 */
export function readConfig(env: NodeJS.ProcessEnv) {
  const set = Object.keys(variables).flatMap((name) => {
    const text = env[name]?.trim();
    return text ? [[name, text]] : [];
  });
  const result = schema.safeParse(Object.fromEntries(set));
  if (!result.success) {
    const lines = result.error.issues.map(({ path, message }) => `  ${String(path[0])} ${message}`);
    throw new ConfigError(
      `The configuration is wrong:\n${[...new Set(lines)].join("\n")}\n` +
        "docs/configuration.md describes every variable.",
    );
  }
  const v = result.data;
  return {
    PORT: v.PORT,
    WORKER_PORT: v.WORKER_PORT,
    DRAIN_MS: v.DRAIN_MS,
    KEEP_ALIVE_MS: v.KEEP_ALIVE_MS,
    HEADERS_MS: v.HEADERS_MS,
    intake: { answerMs: v.INTAKE_MS, mostRows: v.INTAKE_ROWS, mostBytes: v.INTAKE_BYTES },
    body: { timeoutMs: v.BODY_TIMEOUT_MS, budgetBytes: v.BODY_BUDGET_BYTES },
    pageConcurrency: v.PAGE_CONCURRENCY,
    DATABASE_URL: v.DATABASE_URL,
    DATABASE_DIRECT_URL: v.DATABASE_DIRECT_URL,
    MIGRATION_DATABASE_URL: v.MIGRATION_DATABASE_URL,
    migrationWait: { lockMs: v.MIGRATION_LOCK_MS },
    /** limits of every connection: see app/database/connection.server.ts */
    database: {
      connectMs: v.DATABASE_CONNECT_MS,
      lockMs: v.DATABASE_LOCK_MS,
      statementMs: v.DATABASE_STATEMENT_MS,
      idleInTransactionMs: v.DATABASE_IDLE_MS,
      pooler:
        v.DATABASE_POOLER === "on"
          ? { namedStatements: v.DATABASE_POOLER_STATEMENTS === "on" }
          : null,
    },
    DATA_FOLDER: v.DATA_FOLDER,
    SHOPIFY_API_KEY: v.SHOPIFY_API_KEY,
    SHOPIFY_API_SECRET: v.SHOPIFY_API_SECRET,
    SHOPIFY_API_SECRET_PREVIOUS: v.SHOPIFY_API_SECRET_PREVIOUS,
    SHOPIFY_APP_URL: v.SHOPIFY_APP_URL,
    SCOPES: v.SCOPES,
    ENCRYPTION_KEY: v.ENCRYPTION_KEY,
    ENCRYPTION_KEY_PREVIOUS: v.ENCRYPTION_KEY_PREVIOUS,
    HAKUNA_API_URL: v.HAKUNA_API_URL,
    HAKUNA_VERSION: v.HAKUNA_VERSION,
    WORKER: v.WORKER,
    LOG_LEVEL: v.LOG_LEVEL,
    OTEL_EXPORTER_OTLP_ENDPOINT: v.OTEL_EXPORTER_OTLP_ENDPOINT,
    mail:
      v.SMTP_URL === undefined || v.MAIL_FROM === undefined
        ? null
        : { url: v.SMTP_URL, from: v.MAIL_FROM },
    supportEmail: v.SUPPORT_EMAIL ?? null,
    outage: { mailAfterMs: v.OUTAGE_MAIL_AFTER_MS, lookMs: v.OUTAGE_LOOK_MS },
    delivery: {
      timeoutMs: v.FEED_TIMEOUT_MS,
      probeTimeoutMs: v.FEED_PROBE_TIMEOUT_MS,
      batchOrders: v.FEED_BATCH_ORDERS,
      batchBytes: v.FEED_BATCH_BYTES,
      backoffMinMs: v.BACKOFF_MIN_MS,
      backoffMaxMs: v.BACKOFF_MAX_MS,
      loneRefusalsBeforePause: v.LONE_REFUSALS_BEFORE_PAUSE,
      repeatAfterUnansweredMs: v.REPEAT_AFTER_UNANSWERED_MS,
      pollMinMs: v.POLL_MIN_MS,
      pollMaxMs: v.POLL_MAX_MS,
    },
    worker: {
      concurrency: v.WORKER_CONCURRENCY,
      sweepIntervalMs: v.SWEEP_INTERVAL_MS,
      sweepStaleMs: v.SWEEP_STALE_MS,
      sweepGiveUpMs: v.SWEEP_GIVE_UP_MS,
      runLimitMs: v.RUN_LIMIT_MS,
      leaseMs: v.LEASE_MS,
      waitForOrderMs: v.WAIT_FOR_ORDER_MS,
      readRetryMs: v.READ_RETRY_MS,
      stepRows: v.STEP_ROWS,
      stepBytes: v.STEP_BYTES,
      stepMs: v.STEP_MS,
    },
    scan: {
      intervalMs: v.RECONCILE_INTERVAL_MS,
      overlapMs: v.RECONCILE_OVERLAP_MS,
      concurrency: v.SCAN_CONCURRENCY,
    },
    proof: { hours: v.PROOF_HOURS, orders: v.PROOF_ORDERS, points: v.PROOF_POINTS },
    retention: {
      unprotectedMs: v.RETENTION_UNPROTECTED_DAYS * dayMs,
      deliveredMs: v.RETENTION_DELIVERED_DAYS * dayMs,
      timelineMs: v.RETENTION_TIMELINE_DAYS * dayMs,
      inboxMs: v.RETENTION_INBOX_DAYS * dayMs,
      quarantinedMs: v.RETENTION_QUARANTINED_DAYS * dayMs,
      attemptMs: v.RETENTION_ATTEMPT_DAYS * dayMs,
      hour: v.RETENTION_HOUR,
    },
  };
}
