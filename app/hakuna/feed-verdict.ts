import { z } from "zod";
import { readAnswerBody, requestIdOf, tellsOfError } from "./answer-body.ts";
import { problemSentence, refusalReason } from "./reason.ts";
import { badKey } from "./request-headers.ts";
import { retryAfterMs } from "./retry-after.ts";
import type { Exchange } from "./transport.ts";

/** What the feed said to orders, by what to do next. `reason` holds no customer data. */
export type FeedVerdict =
  | { kind: "accepted"; requestId: string | null }
  | { kind: "invalid"; reason: string }
  | { kind: "key_refused"; reason: string }
  /** what answers there is not the feed */
  | { kind: "wrong_address"; reason: string }
  /** surely not taken */
  | { kind: "unavailable"; reason: string; retryAfterMs: number | null }
  /** no answer, or one that does not say whether the orders were taken: they may be, now or later */
  | { kind: "unanswered"; reason: string; retryAfterMs: number | null };

/** No such page, no such method, gone for good, not this server: nobody takes orders there. */
const notTheFeed = [404, 405, 410, 421];

/** A proxy on the way wants to know who asks, or the feed asks for patience. */
const notNow = [407, 425, 429];

/**
 * Reads the answer to `POST /feeds/order`.
 *
 * @param exchanged null: no header can carry the key
 * @param sent the request's body
 */
export function readVerdict(exchanged: Exchange | null, sent: string): FeedVerdict {
  if (exchanged === null) return { kind: "key_refused", reason: badKey };
  if (exchanged.result === "unsent") {
    const reason = problemSentence(exchanged.problem);
    return { kind: "unavailable", reason, retryAfterMs: null };
  }
  if (exchanged.result === "silent") {
    const reason = problemSentence(exchanged.problem);
    return { kind: "unanswered", reason, retryAfterMs: null };
  }
  const { status, headers, body, complete } = exchanged;
  // Whoever broke off in the middle of "accepted" may have broken off in accepting, too.
  if (status < 300 && !complete) {
    const reason = `Hakuna's answer (${status}) broke off in the middle.`;
    return { kind: "unanswered", reason, retryAfterMs: null };
  }
  const reason = refusalReason(status, body, sent);
  if (status < 300) return readAcceptance(body, reason);
  if (status === 401 || status === 403) return { kind: "key_refused", reason };
  if (status < 400 || notTheFeed.includes(status)) return { kind: "wrong_address", reason };
  const wait = retryAfterMs(headers["retry-after"], Date.now());
  // what stands behind a gateway or a failing server may still take the orders
  if (status >= 500 || status === 408) return { kind: "unanswered", reason, retryAfterMs: wait };
  if (notNow.includes(status)) return { kind: "unavailable", reason, retryAfterMs: wait };
  return { kind: "invalid", reason };
}

const feedError = z.object({ error: z.object({ error_code: z.string().min(1) }) });

/** A login page, a captive portal or a gateway answers 2xx too, and has taken no order. */
function readAcceptance(text: string, reason: string): FeedVerdict {
  const body = readAnswerBody(text);
  const requestId = requestIdOf(body);
  if (requestId !== null) return { kind: "accepted", requestId };
  if (body.kind === "page") return { kind: "wrong_address", reason };
  if (!tellsOfError(body)) return { kind: "accepted", requestId };
  const isFeeds = body.kind === "json" && feedError.safeParse(body.value).success;
  return { kind: isFeeds ? "invalid" : "wrong_address", reason };
}
