import { readAnswerBody, requestIdOf } from "./answer-body.ts";
import { type FeedVerdict, readVerdict } from "./feed-verdict.ts";
import { refusalReason } from "./reason.ts";
import type { Exchange } from "./transport.ts";

/** Whether the feed can be reached and takes the key. `detail`: a sentence. */
export type ConnectionTest = {
  result: "works" | "wrong_key" | "wrong_address" | "unreachable";
  detail: string;
};

/** Asks the feed one thing; null: no header can carry the key. */
type Ask = (request: { path?: string; body?: string }) => Promise<Exchange | null>;

/** A request that nobody made: the feed has to look at the key before it can say so. */
const unknownRequest = "/req-00000000-0000-0000-0000-000000000000";

const noOrders = "[]";

/**
 * Tries a connection without changing anything there: asks for the status of an unknown request,
 * then sends no orders. It works where these are taken, or refused as invalid.
 */
export async function tryConnection(ask: Ask): Promise<ConnectionTest> {
  const status = await ask({ path: unknownRequest });
  const asked = testOf(status, readVerdict(status, noOrders));
  if (asked.result !== "works" && !isUnknown(status)) return asked;
  const posted = await ask({ body: noOrders });
  const test = testOf(posted, readVerdict(posted, noOrders));
  const isGreeting = test.result === "works" && greets(status) && greets(posted);
  return isGreeting ? { ...test, result: "wrong_address" } : test;
}

function testOf(exchanged: Exchange | null, answer: FeedVerdict): ConnectionTest {
  const detail = detailOf(exchanged, answer);
  switch (answer.kind) {
    case "accepted":
      return { result: "works", detail };
    case "invalid":
      if (isPage(exchanged)) return { result: "wrong_address", detail };
      return { result: isRefused(exchanged) ? "works" : "unreachable", detail };
    case "key_refused":
      return { result: "wrong_key", detail };
    case "wrong_address":
      return { result: "wrong_address", detail };
    case "unavailable":
    case "unanswered":
      return { result: "unreachable", detail };
  }
}

/** The feed need not know the request, nor the question. */
function isUnknown(exchanged: Exchange | null): boolean {
  return exchanged?.result === "answered" && [400, 404, 405, 410].includes(exchanged.status);
}

/** Without the feed's own words: there was no order that they could be about. */
function detailOf(exchanged: Exchange | null, answer: FeedVerdict): string {
  if (exchanged?.result === "answered") {
    return refusalReason(exchanged.status, isPage(exchanged) ? exchanged.body : "", noOrders);
  }
  return answer.kind === "accepted" ? "" : answer.reason;
}

function isPage(exchanged: Exchange | null): boolean {
  return exchanged?.result === "answered" && readAnswerBody(exchanged.body).kind === "page";
}

/** By the feed, as no orders: whether an error beside 2xx or the status says so. */
function isRefused(exchanged: Exchange | null): boolean {
  if (exchanged?.result !== "answered" || isPage(exchanged)) return false;
  return exchanged.status < 300 || exchanged.status === 400 || exchanged.status === 422;
}

/** 2xx with JSON that is nothing of the feed's: who says so to everything is a gateway. */
function greets(exchanged: Exchange | null): boolean {
  if (exchanged?.result !== "answered" || exchanged.status >= 300) return false;
  const body = readAnswerBody(exchanged.body);
  if (body.kind !== "json" || requestIdOf(body) !== null) return false;
  const keys = Object.keys(Object(body.value));
  return keys.length > 0 && !keys.includes("processing_status") && !keys.includes("statuses");
}
