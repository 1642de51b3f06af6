import { z } from "zod";
import {
  base64Key,
  base64Keys,
  choice,
  collectorUrl,
  commaList,
  hours,
  integer,
  postgresUrl,
  required,
  smtpUrl,
  webOrigin,
  webUrl,
} from "./config-values.server.ts";

const partners = "Copy it from the app's settings in Shopify's Dev Dashboard (Client credentials).";
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
    "Address at which Shopify reaches the app: https, or http for this machine. `shopify app dev` tells its own.",
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
    .describe(
      "How long ago the last sweep that went well, or a lane's asking for jobs, may be before `/readyz` says 503.",
    ),
  SWEEP_GIVE_UP_MS: integer(1)
    .prefault("180000")
    .describe(
      "How long sweeps may get no answer, or a lane ask for no jobs, while a new connection is answered, before the process ends itself.",
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
    .describe("How long it is kept which requests were made to the feed; they go by whole months."),
  RETENTION_HOUR: integer(0, 23)
    .prefault("3")
    .describe("The hour (UTC) at which all that is deleted, every day."),
  PROOF_HOURS: hours()
    .prefault("1-5")
    .describe(
      "The hours of the day (UTC) within which orders are proven, such as `22-4`; `off`: never.",
    ),
  PROOF_ORDERS: integer(1, 5000)
    .prefault("500")
    .describe("Most orders of a shop that one night's proof reads from Shopify."),
  PROOF_POINTS: integer(1)
    .prefault("50000")
    .describe("Most query points of Shopify's that it may cost; what is left is for other nights."),
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
  OUTAGE_LOOK_MS: integer(1)
    .prefault("60000")
    .describe("How often a worker looks for that, and for mails that merchants asked for."),
  OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl()
    .optional()
    .describe("OpenTelemetry collector (OTLP over HTTP) that gets traces. Unset: no traces."),
};
