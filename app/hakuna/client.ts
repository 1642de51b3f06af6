import { type ConnectionTest, tryConnection } from "./connection.ts";
import type { FeedTarget } from "./feed-target.ts";
import { type FeedVerdict, readVerdict } from "./feed-verdict.ts";
import { type ProcessingAnswer, readProcessing } from "./processing.ts";
import { badKey, requestHeaders } from "./request-headers.ts";
import { createTransport, type Exchange } from "./transport.ts";

export type { ConnectionTest, ProcessingAnswer };

/** The feed's answer to a request with orders. */
export type FeedAnswer = FeedVerdict & { httpStatus: number | null; durationMs: number };

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
  /** Whether the feed answers and takes the key; nothing is changed there. */
  testConnection(to: FeedTarget): Promise<ConnectionTest>;
  close(): Promise<void>;
};

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
      return { httpStatus, durationMs, ...readVerdict(exchanged, body) };
    },

    async processingStatus(to, requestId, timeoutMs) {
      const exchanged = await exchange(to, {
        path: `/${encodeURIComponent(requestId)}`,
        timeoutMs,
      });
      return exchanged ? readProcessing(exchanged) : { kind: "key_refused", reason: badKey };
    },

    testConnection: (to) => tryConnection((request) => exchange(to, request)),

    close: transport.close,
  };
}
