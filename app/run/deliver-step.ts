import type { FeedAnswer } from "#app/hakuna/client.ts";
import type { Lease } from "#app/store/lease.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { type Attempt, beginAttempt } from "./attempt.ts";
import { recordAnswer } from "./outcome.ts";

/**
 * Sends a batch of the shop's due orders, or the one that was written down already. A batch that the
 * feed finds invalid is halved until the guilty order stands alone; any other trouble ends the step.
 *
 * @returns whether a request was made
 */
export async function deliverStep(
  context: RunContext,
  lease: Lease,
  begun: Attempt | null = null,
): Promise<boolean> {
  const first = begun ?? (await beginAttempt(context, lease, null));
  const left: (Attempt | readonly string[])[] = first === null ? [] : [first];
  for (let next = left.shift(); next !== undefined; next = left.shift()) {
    const attempt = "body" in next ? next : await beginAttempt(context, lease, next);
    if (attempt === null) continue;
    const answer = await send(context, lease, attempt);
    const ids = attempt.orders.map(({ id }) => id);
    if (answer.kind === "invalid" && ids.length > 1) {
      const half = Math.ceil(ids.length / 2);
      left.unshift(ids.slice(0, half), ids.slice(half));
    } else if (answer.kind !== "accepted" && answer.kind !== "invalid") {
      break;
    }
  }
  return first !== null;
}

/** Makes the request and records the feed's answer. */
async function send(context: RunContext, lease: Lease, attempt: Attempt): Promise<FeedAnswer> {
  const orders = attempt.orders.map(({ id }) => id);
  const where = { shop: lease.shop, attempt: attempt.id };
  const size = { ...where, orders: orders.length };
  const answer = await context.tracing.span("deliver", size, async (add) => {
    const answered = await context.feed.send(attempt.to, attempt.body, attempt.id);
    add({ outcome: answered.kind, httpStatus: answered.httpStatus ?? 0 });
    await recordAnswer(context, lease, attempt, answered);
    return answered;
  });
  const { kind, httpStatus, durationMs } = answer;
  context.metrics.answered(kind, orders.length, durationMs / 1000);
  if (kind === "unavailable" || kind === "unanswered") context.metrics.backedOff();
  const level = kind === "accepted" ? "info" : "warn";
  context.log[level]({ ...where, outcome: kind, httpStatus, durationMs, orders }, "sent");
  return answer;
}
