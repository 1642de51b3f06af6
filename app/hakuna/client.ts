import { z } from "zod";
import type { FeedTarget } from "./feed-target.ts";
import { type ProcessingAnswer, readProcessing } from "./processing.ts";
import { parseJson, refusalReason } from "./reason.ts";
import { requestHeaders } from "./request-headers.ts";
import { retryAfterMs } from "./retry-after.ts";
import { createTransport, type Exchange } from "./transport.ts";

export type { ProcessingAnswer };

/** What the feed said to orders, by what to do next. `reason` holds no customer data. */
export type FeedAnswer = { httpStatus: number | null; durationMs: number } & (
  | { kind: "accepted"; requestId: string | null }
  | { kind: "invalid"; reason: string }
  | { kind: "key_refused"; reason: string }
  | { kind: "wrong_address"; reason: string }
  | { kind: "unavailable"; reason: string; retryAfterMs: number | null }
  /** no answer, or one that does not say whether the orders were taken: they may be, now or later */
  | { kind: "unanswered"; reason: string; retryAfterMs: number | null }
);

export type ConnectionTest = { result: "works" | "wrong_key" | "unreachable"; detail: string };

export type FeedClient = {
  /**
   * Posts orders.
   *
   * @param body a JSON array of feed orders
   * @param idempotencyKey a repetition of the same bytes with the same key does not act twice
   * @param timeoutMs less than the client's own limit
   */
  send(
    to: FeedTarget,
    body: string,
    idempotencyKey: string,
    timeoutMs?: number,
  ): Promise<FeedAnswer>;
  /** What became of accepted orders. */
  processingStatus(
    to: FeedTarget,
    requestId: string,
    timeoutMs?: number,
  ): Promise<ProcessingAnswer>;
  /** Whether the feed answers and takes the key; nothing is changed there. `detail`: a sentence. */
  testConnection(to: FeedTarget): Promise<ConnectionTest>;
  close(): Promise<void>;
};

/** A request that nobody made: the feed has to look at the key before it can say so. */
const unknownRequest = "req-00000000-0000-0000-0000-000000000000";

const badKey =
  "The API key holds a character that no key has, such as a space or an umlaut. " +
  "Copy it from Hakuna once more.";

/**
 * The client of Hakuna's Order feed. Make one per process: it keeps connections alive. None of its
 * functions rejects because of what the feed does.
 *
 * @param baseUrl without closing slash; the sandbox is `/sandbox` below it
 * @param timeoutMs for one whole request
 * @param version sent as `Hakuna-Version`, such as v1.0
 */
export function createFeedClient(options: {
  baseUrl: string;
  timeoutMs: number;
  version?: string;
}): FeedClient {
  const transport = createTransport(options.timeoutMs);

  /** null: no header can carry the key */
  async function exchange(
    to: FeedTarget,
    request: { path?: string; body?: string; idempotencyKey?: string; timeoutMs?: number },
  ): Promise<Exchange | null> {
    const { path = "", body, idempotencyKey, timeoutMs } = request;
    const headers = requestHeaders(to, {
      hasBody: body !== undefined,
      idempotencyKey,
      version: options.version,
    });
    if (headers === null) return null;
    const prefix = to.environment === "sandbox" ? "/sandbox" : "";
    return await transport.exchange({
      method: body === undefined ? "GET" : "POST",
      url: `${options.baseUrl}${prefix}/feeds/order${path}`,
      headers,
      body,
      timeoutMs,
    });
  }

  return {
    async send(to, body, idempotencyKey, timeoutMs) {
      const start = performance.now();
      const exchanged = await exchange(to, { body, idempotencyKey, timeoutMs });
      const httpStatus = exchanged?.result === "answered" ? exchanged.status : null;
      const durationMs = Math.round(performance.now() - start);
      return { httpStatus, durationMs, ...readAnswer(exchanged, body) };
    },

    async processingStatus(to, requestId, timeoutMs) {
      const exchanged = await exchange(to, {
        path: `/${encodeURIComponent(requestId)}`,
        timeoutMs,
      });
      return exchanged ? readProcessing(exchanged) : { kind: "key_refused", reason: badKey };
    },

    async testConnection(to) {
      const requests = [{ path: `/${unknownRequest}` }, { body: "[]" }];
      let detail = "";
      for (const request of requests) {
        const exchanged = await exchange(to, request);
        if (exchanged === null) return { result: "wrong_key", detail: badKey };
        if (exchanged.result !== "answered") {
          return { result: "unreachable", detail: sentence(exchanged.problem) };
        }
        const { status } = exchanged;
        detail = `Hakuna answered ${status}.`;
        if (status === 401 || status === 403) return { result: "wrong_key", detail };
        if (status >= 500) return { result: "unreachable", detail };
      }
      return { result: "works", detail };
    },

    close: transport.close,
  };
}

type Outcome = FeedAnswer extends infer A
  ? A extends unknown
    ? Omit<A, "httpStatus" | "durationMs">
    : never
  : never;

function readAnswer(exchanged: Exchange | null, sent: string): Outcome {
  if (exchanged === null) return { kind: "key_refused", reason: badKey };
  if (exchanged.result === "unsent") {
    return { kind: "unavailable", reason: sentence(exchanged.problem), retryAfterMs: null };
  }
  if (exchanged.result === "silent") {
    return { kind: "unanswered", reason: sentence(exchanged.problem), retryAfterMs: null };
  }
  const { status, headers, body, complete } = exchanged;
  if (status >= 200 && status < 300) {
    // Whoever broke off in the middle of "accepted" may have broken off in accepting, too.
    if (!complete) {
      const reason = `Hakuna's answer (${status}) broke off in the middle.`;
      return { kind: "unanswered", reason, retryAfterMs: null };
    }
    return { kind: "accepted", requestId: readRequestId(body) };
  }
  const reason = refusalReason(status, body, sent);
  if (status === 401 || status === 403) return { kind: "key_refused", reason };
  if (status === 404 || status < 400) return { kind: "wrong_address", reason };
  const wait = retryAfterMs(headers["retry-after"], Date.now());
  // what stands behind a gateway or a failing server may still take the orders
  if (status >= 500 || status === 408) return { kind: "unanswered", reason, retryAfterMs: wait };
  if (status === 425 || status === 429) return { kind: "unavailable", reason, retryAfterMs: wait };
  return { kind: "invalid", reason };
}

const requestId = z.string().regex(/^req-[\w-]{1,100}$/);
const acceptance = z.object({
  request_id: requestId.optional().catch(undefined),
  requestId: requestId.optional().catch(undefined),
  id: requestId.optional().catch(undefined),
});

/** The contract's answer is empty; a later version of the API answers an id, whose name varies. */
function readRequestId(body: string): string | null {
  const { data } = acceptance.safeParse(parseJson(body));
  return data?.request_id ?? data?.requestId ?? data?.id ?? null;
}

function sentence(problem: string): string {
  return `${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`;
}
