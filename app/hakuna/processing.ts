import { z } from "zod";
import { parseJson } from "./answer-body.ts";
import { refusalReason } from "./reason.ts";
import { retryAfterMs } from "./retry-after.ts";
import type { Exchange } from "./transport.ts";

/** What became of orders that the feed had accepted. `reason` holds no customer data. */
export type ProcessingAnswer =
  | { kind: "in_progress" }
  /**
   * Every order that is not in `failed` was processed. `errors` are Hakuna's own words and may
   * repeat what was sent: they are kept by `processingReason` alone.
   */
  | { kind: "done"; failed: { orderId: string; errors: string[] }[] }
  /** the feed knows no such request, or says nothing about it that can be read */
  | { kind: "unknown" }
  | { kind: "key_refused"; reason: string }
  | { kind: "unavailable"; reason: string; retryAfterMs: number | null };

const id = z.union([z.string(), z.number()]).transform(String);
const word = z.string().optional().catch(undefined);
const status = z.object({
  order_id: id,
  status: word,
  errors: z.array(z.string().catch("")).catch([]).default([]),
});
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
  const statuses = data.statuses.filter((entry) => entry !== null);
  const open = statuses.length === 0 || statuses.some(({ status }) => status === "in_progress");
  const done = data.processing_status ? data.processing_status === "done" : !open;
  if (!done) return { kind: "in_progress" };
  const failed = new Map<string, string[]>();
  for (const orderId of data.failed_orders) if (orderId !== null) failed.set(orderId, []);
  for (const { order_id, status, errors } of statuses) {
    if (status === "failed") failed.set(order_id, errors.filter(Boolean));
  }
  return { kind: "done", failed: [...failed].map(([orderId, errors]) => ({ orderId, errors })) };
}
