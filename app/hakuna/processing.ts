import { z } from "zod";
import { noteUnknownWord } from "#app/foundation/unknown-words.ts";
import { parseJson } from "./answer-body.ts";
import { errorDetail, refusalReason } from "./reason.ts";
import { retryAfterMs } from "./retry-after.ts";
import type { Exchange } from "./transport.ts";

/**
 * An order that was refused. `errors` are Hakuna's own words and may repeat what was sent: they are
 * kept by `processingReason` alone.
 */
export type FailedOrder = { orderId: string; errors: string[] };

/** What became of orders that the feed had accepted. `reason` holds no customer data. */
export type ProcessingAnswer =
  /** the whole is not said to be done: what is told of single orders so far */
  | { kind: "in_progress"; failed: FailedOrder[]; successful: string[] }
  /** Every order that is neither in `failed` nor in `unclear` was processed. */
  | { kind: "done"; failed: FailedOrder[]; unclear: string[] }
  /** the feed knows no such request, or says nothing about it that can be read */
  | { kind: "unknown" }
  | { kind: "key_refused"; reason: string }
  | { kind: "unavailable"; reason: string; retryAfterMs: number | null };

const id = z.union([z.string(), z.number()]).transform(String);
const word = z
  .string()
  .transform((text) =>
    text
      .toLowerCase()
      .trim()
      .replace(/[\s-]+/g, "_"),
  )
  .optional()
  .catch(undefined);
/** An error that cannot be read is one all the same: "". */
const errors = z
  .unknown()
  .default([])
  .transform((value) => {
    const list = Array.isArray(value) ? value : [value].filter((one) => typeof one !== "number");
    return list.filter(isSomething).map((error) => errorDetail.catch("").parse(error));
  });
const status = z.object({ order_id: id, status: word, errors });
const schema = z.object({
  processing_status: word,
  failed_orders: z.array(id.nullable().catch(null)).catch([]).default([]),
  statuses: z.array(status.nullable().catch(null)).catch([]).default([]),
});

/** Reads the answer to `GET /feeds/order/{requestID}`. */
export function readProcessing(exchanged: Exchange): ProcessingAnswer {
  if (exchanged.result !== "answered") {
    const reason = `The processing status could not be read: ${exchanged.problem}.`;
    return { kind: "unavailable", reason, retryAfterMs: null };
  }
  const { status: httpStatus, headers, body, complete } = exchanged;
  if (httpStatus === 401 || httpStatus === 403) {
    return { kind: "key_refused", reason: refusalReason(httpStatus, body, "[]") };
  }
  if (httpStatus >= 500 || [408, 425, 429].includes(httpStatus) || !complete) {
    const reason = refusalReason(httpStatus, body, "[]");
    return {
      kind: "unavailable",
      reason,
      retryAfterMs: retryAfterMs(headers["retry-after"], Date.now()),
    };
  }
  const { data } = schema.safeParse(httpStatus === 200 ? parseJson(body) : undefined);
  if (!data) return { kind: "unknown" };
  return answerOf(data);
}

const wholeWords = ["in_progress", "done"];
const orderWords = ["in_progress", "successful", "failed"];

/**
 * Only `successful` is a success, or no entry in a whole that is done. An order has failed where the
 * word or the list says so, and where there are errors, whatever the word beside them is.
 */
function answerOf(data: z.infer<typeof schema>): ProcessingAnswer {
  const whole = data.processing_status;
  noteWord("hakuna.processing_status", whole, wholeWords);
  const listed = data.failed_orders.filter((orderId) => orderId !== null);
  const found = new Map(listed.map((orderId): [string, string[]] => [orderId, []]));
  const successful: string[] = [];
  const unclear: string[] = [];
  for (const entry of data.statuses) {
    if (entry === null) continue;
    const { order_id, status, errors } = entry;
    noteWord("hakuna.status", status, orderWords);
    if (found.has(order_id) || status === "failed" || errors.length > 0) {
      found.set(order_id, [...(found.get(order_id) ?? []), ...errors.filter(Boolean)]);
    } else (status === "successful" ? successful : unclear).push(order_id);
  }
  // an order may have several entries
  const without = (orders: string[], others: string[]) =>
    orders.filter((one) => !found.has(one) && !others.includes(one));
  const failed = Array.from(found, ([orderId, errors]) => ({ orderId, errors }));
  if (whole === "done") return { kind: "done", failed, unclear: without(unclear, []) };
  if (whole === "in_progress") {
    // as long as Hakuna is at it, only its list is final
    const final = failed.filter(({ orderId }) => listed.includes(orderId));
    return { kind: "in_progress", failed: final, successful: [] };
  }
  return { kind: "in_progress", failed, successful: without(successful, unclear) };
}

/** What is no single word may be anything: it is not repeated. */
function noteWord(field: string, word: string | undefined, known: readonly string[]): void {
  if (!word || known.includes(word)) return;
  noteUnknownWord(field, /^\p{L}+(_\p{L}+){0,2}$/u.test(word) ? word : "…");
}

function isSomething(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return typeof value === "number" || (typeof value === "string" && value.trim() !== "");
}
