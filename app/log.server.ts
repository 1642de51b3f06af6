import { type DestinationStream, type Logger, pino } from "pino";

export type { Logger };

/** Names whose values never reach the log, at the top of a record and one or two levels below it. */
const confidential = [
  ...["authorization", "Authorization", "bearer", "Bearer", "cookie", "Cookie", "headers"],
  ...["apiKey", "apiSecret", "secret", "password", "encryptionKey", "databaseUrl"],
  ...["token", "accessToken", "access_token", "refreshToken", "refresh_token", "id_token"],
  ...["idToken", "session", "hmac", "signature"],
  ...["payload", "body", "rawBody", "query", "params", "parameters", "values"],
  ...["customer", "email", "phone", "firstName", "first_name", "lastName", "last_name"],
  ...["billingAddress", "billing_address", "shippingAddress", "shipping_address", "address"],
];

/**
 * The process's log: JSON lines on standard output.
 *
 * @param level `trace` to `fatal`, or `silent`
 * @param destination instead of standard output
 */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
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
  cause?: unknown;
};

/** What of an error is fit for the log. */
export function describeError(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  return { type: error.name, message: error.message, stack: error.stack };
}
