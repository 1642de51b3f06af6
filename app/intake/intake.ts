import type { IncomingHttpHeaders } from "node:http";
import { withinTime } from "#app/foundation/time-limit.ts";
import { isPayloadError } from "#app/shopify/webhooks/payload-reader.ts";
import { isSignedBy } from "#app/shopify/webhooks/webhook-signature.ts";
import type { InboxRow } from "./inbox-writer.ts";
import { readWebhookHeaders } from "./webhook-headers.ts";

/** What the sender is told: the HTTP status and, where it is not 200, a sentence. */
export type IntakeAnswer = { status: 200 | 400 | 401 | 503; message: string };

/** `arrivedAt`: when the webhook's first bytes came, by performance.now(); left out: now. */
export type Intake = (
  headers: IncomingHttpHeaders,
  body: Uint8Array,
  arrivedAt?: number,
) => Promise<IntakeAnswer>;

/**
 * Takes in webhooks: a function of headers and raw body, so that a queue consumer can be a second
 * door. Answers 200 once the webhook is stored (or was already), 400 when headers are missing or the
 * body is not JSON, 401 when the signature is wrong, 503 when it could not be stored in time (Shopify
 * sends it again). It loads no session, maps nothing and calls nobody.
 *
 * @param topics the topics that this door takes
 * @param secrets the app's client secrets, current first
 * @param check refuses, with a PayloadError, a body that cannot be the topic's
 * @param store commits the row, then wakes the shop's run; or does at once what the webhook asks for,
 *   with a PayloadError if it cannot. After `deadline` (performance.now()) nobody waits for it
 * @param answerMs the time in which a webhook is answered, from its arrival
 * @param onError is told why something was not stored
 */
export function createIntake(options: {
  topics: readonly string[];
  secrets: readonly string[];
  check?: (topic: string, body: Uint8Array) => void;
  store: (row: InboxRow, deadline: number) => Promise<void>;
  answerMs: number;
  now: () => number;
  onError?: (error: unknown) => void;
}): Intake {
  const topics = new Set(options.topics);
  return async (headers, body, arrivedAt = performance.now()) => {
    const read = readWebhookHeaders(headers, topics);
    if (typeof read === "string") return refuse(400, read);
    const { signature, topic, shop, webhookId } = read;
    if (!isSignedBy(options.secrets, body, signature)) {
      return refuse(401, "The signature does not match the body.");
    }
    if (!isJsonObject(body)) return refuse(400, "The body is not a JSON object.");
    const deadline = arrivedAt + options.answerMs;
    const row = {
      shop,
      webhookId,
      topic,
      triggeredAt: triggeredAt(headers["x-shopify-triggered-at"], options.now()),
      payload: body,
    };
    try {
      options.check?.(topic, body);
      const stored = options.store(row, deadline);
      await withinTime(stored, deadline - performance.now(), "Storing a webhook");
    } catch (error) {
      if (isPayloadError(error)) return refuse(400, error.message);
      options.onError?.(error);
      return refuse(503, "The webhook could not be stored. Please send it again.");
    }
    return { status: 200, message: "" };
  };
}

function refuse(status: IntakeAnswer["status"], message: string): IntakeAnswer {
  return { status, message };
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function isJsonObject(body: Uint8Array): boolean {
  try {
    const value: unknown = JSON.parse(utf8.decode(body));
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** The header is not signed: whoever replays a webhook cannot have it win for longer than this. */
const furthestAheadMs = 3_600_000;

/** Epoch milliseconds; now, where the header is absent or unreadable. */
function triggeredAt(header: string | string[] | undefined, now: number): number {
  const time = typeof header === "string" ? Date.parse(header) : Number.NaN;
  return Number.isNaN(time) ? now : Math.min(time, now + furthestAheadMs);
}
