import { z } from "zod";
import {
  base64Key,
  base64Keys,
  choice,
  collectorUrl,
  commaList,
  integer,
  postgresUrl,
  required,
  smtpUrl,
  webOrigin,
  webUrl,
} from "./config-values.server.ts";

/** The environment is wrong; the message is the list of all that is to be mended, without a value. */
export class ConfigError extends Error {
  readonly code = "config";
}

const partners = "Copy it from the app's settings in Shopify's Dev Dashboard (Client credentials).";
const dayMs = 24 * 60 * 60 * 1000;
const makeKey = "Make one with: openssl rand -base64 32";

/**
 * Every variable that the app reads: its rule, its default (as text, the way it would be set) and
 * its meaning, which docs/configuration.md repeats.
 */
export const variables = {
  PORT: integer(0, 65_535).prefault("3000").describe("TCP port that the server listens on."),
  WORKER_PORT: integer(0, 65_535)
    .optional()
    .describe(
      "Where a worker answers `/healthz`, `/readyz` and `/metrics`; not for servers. Unset: nowhere.",
    ),
  DRAIN_MS: integer(0, 600_000)
    .prefault("3000")
    .describe("How long a server still takes requests after SIGTERM, while `/readyz` says 503."),
  KEEP_ALIVE_MS: integer(1000)
    .prefault("75000")
    .describe("How long a server keeps an idle connection; longer than the load balancer does."),
  HEADERS_MS: integer(1000)
    .prefault("80000")
    .describe("How long the headers of a request may take; more than `KEEP_ALIVE_MS`."),
  INTAKE_MS: integer(100, 4500)
    .prefault("4000")
    .describe(
      "When a webhook is answered at the latest, 503 if it is not stored; Shopify waits 5 s.",
    ),
  INTAKE_ROWS: integer(1)
    .prefault("5000")
    .describe("Most webhooks that wait in a server to be stored; more are answered 503."),
  INTAKE_BYTES: integer(1).prefault("67108864").describe("Most bytes of webhooks that wait so."),
  BODY_TIMEOUT_MS: integer(1, 600_000)
    .prefault("10000")
    .describe("How long the body of a request may take to arrive, webhooks included."),
  BODY_BUDGET_BYTES: integer(5_242_880)
    .prefault("67108864")
    .describe(
      "Most bytes of bodies that one server holds until they are whole; beyond it the oldest is given up (503).",
    ),
  PAGE_CONCURRENCY: integer(1, 256)
    .prefault("16")
    .describe(
      "Pages that one server has under way at once; 4 times as many wait, more are answered 503.",
    ),
  DATABASE_URL: postgresUrl()
    .optional()
    .describe(
      "PostgreSQL to use; the image needs it. Unset: the embedded PostgreSQL is started in `DATA_FOLDER`.",
    ),
  DATABASE_POOLER: choice(["on", "off"])
    .prefault("off")
    .describe(
      "`on`: `DATABASE_URL` leads to a connection pooler in transaction mode, such as PgBouncer.",
    ),
  DATABASE_DIRECT_URL: postgresUrl()
    .optional()
    .describe(
      "The same database past the pooler, for what needs a session: notifications, migrations. Needed with `DATABASE_POOLER=on`.",
    ),
  DATABASE_POOLER_STATEMENTS: choice(["on", "off"])
    .prefault("off")
    .describe(
      "`on`: the pooler carries named statements (PgBouncer 1.21 with `max_prepared_statements`).",
    ),
  MIGRATION_DATABASE_URL: postgresUrl()
    .optional()
    .describe(
      "The same database, past a pooler, as the user who owns the tables: migrations run as this one. Unset: as the app's.",
    ),
  MIGRATION_LOCK_MS: integer(1)
    .prefault("600000")
    .describe(
      "How long a migration tries to get its locks, a second at a time; then the start fails.",
    ),
  DATABASE_CONNECT_MS: integer(1)
    .prefault("5000")
    .describe("How long opening a connection to PostgreSQL may take, or waiting for a free one."),
  DATABASE_LOCK_MS: integer(1)
    .prefault("3000")
    .describe("How long a statement waits for a lock, such as that of a shop's row."),
  DATABASE_STATEMENT_MS: integer(1)
    .prefault("20000")
    .describe(
      "How long a statement may take; `DATABASE_CONNECT_MS` later its connection is given up as silent.",
    ),
  DATABASE_IDLE_MS: integer(1)
    .prefault("20000")
    .describe(
      "How long a process may be silent in a transaction before PostgreSQL ends it; less than `LEASE_MS`, and more than the 10 s that renewing a shop's access may take.",
    ),
  DATA_FOLDER: z
    .string()
    .prefault(".data")
    .describe("Where the embedded PostgreSQL keeps its data; relative to the working folder."),
  SHOPIFY_API_KEY: required(partners).describe("The app's client ID at Shopify."),
  SHOPIFY_API_SECRET: required(partners).describe(
    "The app's client secret at Shopify: signs webhooks and session tokens. Secret.",
  ),
  SHOPIFY_API_SECRET_PREVIOUS: z
    .string()
    .optional()
    .describe(
      "The client secret before a rotation, while webhooks and session tokens are still signed with it. Secret.",
    ),
  SHOPIFY_APP_URL: webOrigin("Set it to the address at which Shopify reaches the app.").describe(
    "Address at which Shopify reaches the app: https, or http for this machine.",
  ),
  SCOPES: commaList(/^[a-z_]+$/, "Shopify access scopes such as read_orders").describe(
    "Shopify access scopes that the app asks for: `scopes` of `shopify.app.toml`.",
  ),
  ENCRYPTION_KEY: base64Key(makeKey).describe(
    "Locks the stored API keys: 32 bytes in base64, made with `openssl rand -base64 32`. Secret.",
  ),
  ENCRYPTION_KEY_PREVIOUS: base64Keys(makeKey)
    .prefault("")
    .describe(
      "Keys that were used before, separated by commas: they still open, but do not lock. Secret.",
    ),
  HAKUNA_API_URL: webUrl("Set it to Hakuna's API, or leave it unset.")
    .prefault("https://api.hellohakuna.com")
    .describe("Hakuna's API; the sandbox is `/sandbox` below it."),
  HAKUNA_VERSION: z
    .string()
    .regex(/^v\d+\.\d+$/, "is not a version such as v1.0. Leave it unset for Hakuna's default.")
    .optional()
    .describe("Version of Hakuna's API, such as `v1.0`. Unset: Hakuna decides."),
  WORKER: choice(["on", "off"])
    .prefault("on")
    .describe("`off`: this server takes webhooks and shows pages; sync runs are left to others."),
  LOG_LEVEL: choice(["trace", "debug", "info", "warn", "error", "fatal", "silent"])
    .prefault("info")
    .describe("The least severe level that is logged: `trace` to `fatal`, or `silent`."),
  FEED_TIMEOUT_MS: integer(1).prefault("10000").describe("Time limit of one request to the feed."),
  FEED_PROBE_TIMEOUT_MS: integer(1)
    .prefault("2000")
    .describe(
      "The same while the feed did not answer the last time; every fourth try has the whole time.",
    ),
  FEED_BATCH_ORDERS: integer(1, 1000).prefault("50").describe("Most orders in one request."),
  FEED_BATCH_BYTES: integer(1).prefault("524288").describe("Most bytes in one request."),
  BACKOFF_MIN_MS: integer(1)
    .prefault("1000")
    .describe(
      "First wait of a shop whose feed, or Shopify, cannot be reached; it doubles with each failure.",
    ),
  BACKOFF_MAX_MS: integer(1).prefault("900000").describe("Longest such wait."),
  LONE_REFUSALS_BEFORE_PAUSE: integer(1)
    .prefault("10")
    .describe("Single orders refused in a row before the shop is paused."),
  REPEAT_AFTER_UNANSWERED_MS: integer(0)
    .prefault("60000")
    .describe(
      "How long after its acceptance an order is sent once more whose earlier request got no answer.",
    ),
  WAIT_FOR_ORDER_MS: integer(0)
    .prefault("60000")
    .describe("How long parts wait for their order before it is read from Shopify."),
  READ_RETRY_MS: integer(1)
    .prefault("60000")
    .describe(
      "First wait until an order is read from Shopify again; it doubles, to an hour at most.",
    ),
  LEASE_MS: integer(1)
    .prefault("30000")
    .describe("How long a sync run holds its shop without renewal; more than `FEED_TIMEOUT_MS`."),
  SWEEP_INTERVAL_MS: integer(1)
    .prefault("3000")
    .describe("How often a worker looks for shops that have work but no job."),
  SWEEP_STALE_MS: integer(1)
    .prefault("60000")
    .describe("How long ago the last sweep that went well may be before `/readyz` says 503."),
  SWEEP_GIVE_UP_MS: integer(1)
    .prefault("180000")
    .describe(
      "How long sweeps may get no answer, while a new connection does, before the process ends itself.",
    ),
  RUN_LIMIT_MS: integer(1)
    .prefault("600000")
    .describe("When a run that did not come back is given up, so that its lane takes others."),
  WORKER_CONCURRENCY: integer(1, 64)
    .prefault("20")
    .describe("Shops that one process syncs at once."),
  POLL_MIN_MS: integer(1)
    .prefault("2000")
    .describe("First wait before a processing status is read; it doubles with each look."),
  POLL_MAX_MS: integer(1).prefault("600000").describe("Longest such wait."),
  STEP_ROWS: integer(1)
    .prefault("500")
    .describe("Most webhooks that a sync run has in hand at once."),
  STEP_BYTES: integer(1)
    .prefault("4194304")
    .describe("Most bytes of webhooks that a sync run has in hand at once."),
  STEP_MS: integer(1)
    .prefault("30000")
    .describe("How long a sync run works on one shop before it lets others go first."),
  RECONCILE_INTERVAL_MS: integer(100)
    .prefault("900000")
    .describe("How often a shop's orders are reconciled with Shopify's."),
  RECONCILE_OVERLAP_MS: integer(600_000)
    .prefault("600000")
    .describe("How far each reconciliation reaches back: Shopify's search is behind by minutes."),
  SCAN_CONCURRENCY: integer(1, 64)
    .prefault("2")
    .describe("Shops whose orders one process reads from Shopify at once."),
  RETENTION_UNPROTECTED_DAYS: integer(1)
    .prefault("30")
    .describe("How long orders without protection keep their document after their last change."),
  RETENTION_DELIVERED_DAYS: integer(1)
    .prefault("400")
    .describe("The same of orders with protection that reached Hakuna."),
  RETENTION_TIMELINE_DAYS: integer(1)
    .prefault("400")
    .describe(
      "How long the timelines of orders are kept; they go by whole months, and 62 days stay in any case.",
    ),
  RETENTION_INBOX_DAYS: integer(1)
    .prefault("7")
    .describe("How long it is kept which webhooks were folded (without their payload)."),
  RETENTION_QUARANTINED_DAYS: integer(1)
    .prefault("30")
    .describe("How long webhooks are kept that could not be read."),
  RETENTION_ATTEMPT_DAYS: integer(1)
    .prefault("400")
    .describe("How long it is kept which requests were made to the feed."),
  RETENTION_HOUR: integer(0, 23)
    .prefault("3")
    .describe("The hour (UTC) at which all that is deleted, every day."),
  SMTP_URL: smtpUrl()
    .optional()
    .describe(
      "Mail server, such as `smtps://user:password@mail.example.com`. Unset: no mails. Secret.",
    ),
  MAIL_FROM: z
    .string()
    .regex(/^[^@<>]*<?[^@<>\s]+@[^@<>\s]+>?$/, "is not a sender such as Hakuna <sync@example.com>.")
    .optional()
    .describe("Sender of the mails, such as `Hakuna <sync@example.com>`; needed with `SMTP_URL`."),
  SUPPORT_EMAIL: z
    .string()
    .regex(/^[^@<>\s]+@[^@<>\s]+$/, "is not an address such as support@example.com.")
    .optional()
    .describe("Where merchants write for support; shown on the help page. Unset: nowhere."),
  OUTAGE_MAIL_AFTER_MS: integer(1)
    .prefault("3600000")
    .describe("How long a connection is broken before the merchant is told by mail."),
  OUTAGE_LOOK_MS: integer(1).prefault("60000").describe("How often a worker looks for that."),
  OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl()
    .optional()
    .describe("OpenTelemetry collector (OTLP over HTTP) that gets traces. Unset: no traces."),
};

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
