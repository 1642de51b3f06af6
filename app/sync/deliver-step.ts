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
    const answer = await context.feed.send(attempt.to, attempt.body, attempt.id);
    await recordAnswer(context, lease, attempt, answer);
    const ids = attempt.orders.map(({ id }) => id);
    if (answer.kind === "invalid" && ids.length > 1) {
      const half = Math.ceil(ids.length / 2);
      batches.unshift(ids.slice(0, half), ids.slice(half));
    } else if (answer.kind !== "accepted" && answer.kind !== "invalid") {
      break;
    }
  }
  return made;
}
