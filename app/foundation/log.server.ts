import { type DestinationStream, type Logger, type LoggerOptions, pino } from "pino";

export type { Logger };

/** Names whose values never reach the log, at the top of a record and two levels below it. */
const confidential = [
  ...["authorization", "Authorization", "bearer", "Bearer", "cookie", "headers"],
  ...["apiKey", "apiSecret", "secret", "password", "databaseUrl", "hmac", "signature"],
  ...["token", "accessToken", "access_token", "refreshToken", "refresh_token", "session"],
  ...["idToken", "id_token", "payload", "body", "rawBody", "query", "params", "parameters"],
  ...["customer", "email", "phone", "firstName", "first_name", "lastName", "last_name"],
  ...["address", "billingAddress", "billing_address", "shippingAddress", "shipping_address"],
];

/**
 * The process's log: JSON lines on standard output.
 *
 * @param level `trace` to `fatal`, or `silent`
 * @param destination instead of standard output
 */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    hooks: {
      // without a message of its own, a record would repeat the error's as it is
      logMethod([first, ...rest], method) {
        const error: unknown = first instanceof Error ? first : Object(first).err;
        if (!(error instanceof Error)) return method.apply(this, [first, ...rest]);
        const record: unknown = first instanceof Error ? { err: error } : first;
        const [message = describeError(error).message, ...values] = rest;
        method.apply(this, [record, message, ...values] as Parameters<typeof method>);
      },
    },
    serializers: { err: describeError, error: describeError },
    redact: {
      paths: confidential.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
      censor: "[redacted]",
    },
  };
  return destination ? pino(options, destination) : pino(options);
}

type LoggedError = {
  type: string;
  message: string;
  code?: string;
  stack?: string;
  cause?: LoggedError;
};

/** Longest message that is logged, in characters. */
const longestMessage = 500;

/**
 * What of an error is fit for the log: never its other properties, because errors of pg, Prisma and
 * undici bring rows, arguments and requests along.
 */
export function describeError(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: clean(String(error)) };
  const message = clean(error.message);
  // the stack begins with the message
  const frames = error.stack?.match(/^ +at .+$/gm)?.join("\n");
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  return {
    type: error.name,
    message,
    ...(code && { code }),
    ...(frames && { stack: `${error.name}: ${message}\n${frames}` }),
    ...(error.cause instanceof Error && { cause: describeError(error.cause) }),
  };
}

/**
 * Prisma writes a call with its arguments before its reason, after an empty line; drivers quote
 * values. Kept is the reason, with quoted values that look like data, credentials in addresses,
 * e-mail addresses, queries and keys cut out.
 */
function clean(text: string): string {
  const prisma = /^\s*Invalid `[^`]*` invocation/.test(text);
  const reason = prisma
    ? (text
        .trim()
        .split(/\n\s*\n/)
        .at(-1) ?? "")
    : text;
  const kept = reason
    .replace(/\b([a-z][a-z+]*:\/\/)[^\s/@]+@/gi, "$1…@")
    .replace(/(https?:\/\/[^\s?"'`]*)\?[^\s"'`]*/gi, "$1?…")
    .replace(/[^\s@"'<>(=…]+@[^\s@"'<>)]+\.[a-z]{2,}/gi, "…@…")
    .replace(/\b(?:Bearer\s+\S+|(?:sk|shp\w{2}|hkn)_\w+)/gi, "…")
    .replace(/\beyJ[\w-]+\.[\w-]+(?:\.[\w-]+)?/g, "…")
    // invalid input syntax for type json: "…"; Unexpected token … in JSON: "{…" is not valid JSON
    .replace(/(?<=(?:syntax for type \S+|value|Token|token).*)"[^"\n]{2,}"?/g, '"…"');
  return kept.length > longestMessage ? `${kept.slice(0, longestMessage)}…` : kept;
}
