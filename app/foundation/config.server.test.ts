import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ConfigError, readConfig } from "./config.server.ts";
import { variables } from "./variables.server.ts";

const least = {
  SHOPIFY_API_KEY: "key",
  SHOPIFY_API_SECRET: "secret",
  SHOPIFY_APP_URL: "https://app.example.com",
  SCOPES: "read_orders",
  ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
};

function problems(env: Record<string, string | undefined>): string {
  try {
    readConfig(env as NodeJS.ProcessEnv);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  return "";
}

const read = (env: Record<string, string>) => readConfig({ NODE_ENV: "test", ...least, ...env });

const at = "postgresql://me:hunter2@db/app";
const pooled = { DATABASE_URL: at, DATABASE_POOLER: "on" };
const pooledDirectly = { ...pooled, DATABASE_DIRECT_URL: at };

describe("readConfig", () => {
  test("has a default for everything but the app's identity at Shopify and the key", () => {
    const config = read({});
    expect(config).toMatchObject({
      PORT: 3000,
      DATABASE_URL: undefined,
      DATA_FOLDER: ".data",
      HAKUNA_API_URL: "https://api.hellohakuna.com",
      WORKER: "on",
      LOG_LEVEL: "info",
      SCOPES: ["read_orders"],
      ENCRYPTION_KEY_PREVIOUS: [],
      delivery: { timeoutMs: 10_000, batchOrders: 50, batchBytes: 524_288, backoffMaxMs: 900_000 },
      worker: { leaseMs: 30_000, stepRows: 500, stepBytes: 4_194_304, sweepIntervalMs: 3000 },
    });
    expect(config.ENCRYPTION_KEY).toEqual(Buffer.alloc(32, 7));
  });

  test("lists every missing variable at once, and how to get it", () => {
    const message = problems({});
    for (const name of Object.keys(least)) expect(message).toContain(`  ${name} is not set.`);
    expect(message).toContain("openssl rand -base64 32");
    expect(message).toContain("Dev Dashboard");
  });

  test.each<[string, string, string, Record<string, string>?]>([
    ["PORT", "70000", "whole number from 0 to 65535"],
    ["PORT", "3e3", "Write digits only"],
    ["DATABASE_URL", "mysql://me:hunter2@db/x", "postgresql://user:password@host"],
    ["DATABASE_URL", "postgresql://me:hun#ter2@db/x", "%23"],
    ["SHOPIFY_APP_URL", "http://app.example.com", "http is for localhost only"],
    ["SHOPIFY_APP_URL", "https://app.example.com/app", "has a path"],
    ["HAKUNA_API_URL", "http://api.hellohakuna.com", "http is for localhost only"],
    ["HAKUNA_API_URL", "https://me:hunter2@api.hellohakuna.com", "not an address"],
    ["HAKUNA_VERSION", "1.0", "v1.0"],
    ["SCOPES", "read orders", "separated by commas"],
    ["SCOPES", ",", "separated by commas"],
    ["ENCRYPTION_KEY", "aHVudGVyMg==", "not 32 bytes in base64"],
    ["ENCRYPTION_KEY_PREVIOUS", "hunter2,hunter2", "not 32 bytes in base64"],
    ["WORKER", "yes", "one of on, off"],
    ["LOG_LEVEL", "loud", "one of trace, debug"],
    ["FEED_BATCH_ORDERS", "0", "from 1 to 1000"],
    ["MAIL_FROM", "nobody", "not a sender"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "http://collector:4318"],
    ["LEASE_MS", "10000", "more than FEED_TIMEOUT_MS", { DATABASE_IDLE_MS: "9000" }],
    ["DATABASE_IDLE_MS", "30000", "less than LEASE_MS"],
    ["DATABASE_LOCK_MS", "30000", "less than LEASE_MS", { DATABASE_STATEMENT_MS: "40000" }],
    ["FEED_PROBE_TIMEOUT_MS", "10001", "more than FEED_TIMEOUT_MS"],
    ["SWEEP_STALE_MS", "6000", "more than twice SWEEP_INTERVAL_MS"],
    ["BACKOFF_MAX_MS", "10", "less than BACKOFF_MIN_MS"],
    ["DATABASE_STATEMENT_MS", "3000", "more than DATABASE_LOCK_MS"],
    ["DATABASE_POOLER", "transaction", "one of on, off"],
    ["DATABASE_DIRECT_URL", "db:5432", "postgresql://user:password@host", pooled],
    ["DATABASE_DIRECT_URL", "", "PostgreSQL's own address", pooled],
    ["DATABASE_URL", "", "Set it to the pooler's address", pooledDirectly],
    ["DATABASE_DIRECT_URL", at, "DATABASE_POOLER is off", { DATABASE_URL: at }],
    ["MIGRATION_DATABASE_URL", "mysql://db/x", "postgresql://user:password@host", pooledDirectly],
    ["MIGRATION_DATABASE_URL", at, "The embedded PostgreSQL has one user"],
    ["HEADERS_MS", "75000", "more than KEEP_ALIVE_MS"],
    ["RUN_LIMIT_MS", "30000", "more than STEP_MS"],
    ["INTAKE_MS", "5000", "from 100 to 4500"],
    ["POLL_MAX_MS", "10", "less than POLL_MIN_MS"],
  ])("refuses %s=%s, without repeating it", (name, value, hint, others = {}) => {
    const message = problems({ ...least, ...others, [name]: value });
    const line = message.split("\n").find((text) => text.startsWith(`  ${name} `));
    expect(line).toContain(hint);
    expect(message.match(/^ {2}[A-Z]/gm)).toHaveLength(1);
    expect(message).not.toContain("hunter2");
    expect(message).not.toContain("aHVudGVyMg");
  });

  test("compares variables with each other although a third is wrong", () => {
    const message = problems({ ...least, PORT: "x", LEASE_MS: "5" });
    expect(message).toContain("  PORT ");
    expect(message).toContain("  LEASE_MS is not more than FEED_TIMEOUT_MS");
  });

  test("says nothing of a comparison with a value that is wrong itself", () => {
    expect(problems({ ...least, LEASE_MS: "x" })).not.toContain("FEED_TIMEOUT_MS");
  });

  test("takes an empty variable for unset and drops white space around a value", () => {
    const config = read({ DATABASE_URL: "", PORT: " ", SHOPIFY_API_SECRET: "s3\n" });
    expect(config.DATABASE_URL).toBeUndefined();
    expect(config.PORT).toBe(3000);
    expect(config.SHOPIFY_API_SECRET).toBe("s3");
    expect(problems({ ...least, SHOPIFY_API_KEY: " " })).toContain("SHOPIFY_API_KEY is not set");
  });

  test("takes local addresses over http and drops closing slashes", () => {
    const config = read({
      SHOPIFY_APP_URL: "http://localhost:3000/",
      HAKUNA_API_URL: "http://127.0.0.1:4010/v1//",
    });
    expect(config.SHOPIFY_APP_URL).toBe("http://localhost:3000");
    expect(config.HAKUNA_API_URL).toBe("http://127.0.0.1:4010/v1");
  });

  test("takes a mail server with its sender, and a collector on a network of its own", () => {
    const url = "smtps://me:secret@mail.example.com";
    const config = read({
      ...{ SMTP_URL: url, MAIL_FROM: "Hakuna <sync@example.com>" },
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318/",
    });
    expect(config.mail).toEqual({ url, from: "Hakuna <sync@example.com>" });
    expect(config.OTEL_EXPORTER_OTLP_ENDPOINT).toBe("http://collector:4318");
    expect(read({}).mail).toBeNull();
    const wrong = problems({
      ...least,
      MAIL_FROM: "a@b.example",
      SMTP_URL: "http://me:hunter2@m/",
    });
    expect(wrong).toContain("SMTP_URL is not a URL such as smtps://user:password@");
    expect(wrong).not.toContain("hunter2");
    expect(problems({ ...least, SMTP_URL: url })).toContain("MAIL_FROM is not set");
  });

  test("takes several previous keys and scopes", () => {
    const old = [1, 2].map((byte) => Buffer.alloc(32, byte));
    const text = old.map((key) => key.toString("base64")).join(", ");
    const config = read({ ENCRYPTION_KEY_PREVIOUS: text, SCOPES: "read_orders, read_products," });
    expect(config.ENCRYPTION_KEY_PREVIOUS).toEqual(old);
    expect(config.SCOPES).toEqual(["read_orders", "read_products"]);
  });
});

test("docs/configuration.md has every variable with its default and meaning", () => {
  const page = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");
  const rows = Object.entries(variables).map(([name, { description, def }]) => {
    const standard = "defaultValue" in def && def.defaultValue ? `\`${def.defaultValue}\`` : "";
    const needed = name in least ? "required" : standard;
    return `| \`${name}\` | ${needed} | ${description} |`.replace(/ +\|/g, " |");
  });
  const table = page.split("\n").filter((line) => line.startsWith("| `"));
  expect(table.map((row) => row.replace(/ +\|/g, " |"))).toEqual(rows);
});
