import { beginAttempt } from "./attempt.ts";
import type { Lease } from "./lease.ts";
import { recordAnswer } from "./outcome.ts";
import type { RunContext } from "./run-context.ts";

/**
 * Sends one batch of the shop's due orders. A batch that the feed finds invalid is halved until the
 * guilty order stands alone; any other trouble ends the step.
 *
 * @returns whether a request was made
 */
export async function deliverStep(context: RunContext, lease: Lease): Promise<boolean> {
  const batches: (readonly string[] | null)[] = [null];
  let made = false;
  while (batches.length > 0) {
    const attempt = await beginAttempt(context, lease, batches.shift() ?? null);
    if (attempt === null) continue;
    made = true;
    const ids = attempt.orders.map(({ id }) => id);
    const where = { shop: lease.shop, attempt: attempt.id };
    const answer = await context.tracing.span(
      "deliver",
      { ...where, orders: ids.length },
      async (add) => {
        const answered = await context.feed.send(attempt.to, attempt.body, attempt.id);
        add({ outcome: answered.kind, httpStatus: answered.httpStatus ?? 0 });
        await recordAnswer(context, lease, attempt, answered);
        return answered;
      },
    );
    const { kind, httpStatus, durationMs } = answer;
    context.metrics.answered(kind, ids.length, durationMs / 1000);
    if (kind === "unavailable" || kind === "unanswered") context.metrics.backedOff();
    const level = kind === "accepted" ? "info" : "warn";
    context.log[level]({ ...where, outcome: kind, httpStatus, durationMs, orders: ids }, "sent");
    if (answer.kind === "invalid" && ids.length > 1) {
      const half = Math.ceil(ids.length / 2);
      batches.unshift(ids.slice(0, half), ids.slice(half));
    } else if (answer.kind !== "accepted" && answer.kind !== "invalid") {
      break;
    }
  }
  return made;
}
