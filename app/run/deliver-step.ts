import type { FeedAnswer } from "#app/hakuna/client.ts";
import { keepLease, type Lease } from "#app/store/lease.ts";
import type { StepContext } from "#app/store/run-context.ts";
import { beginAttempt } from "./attempt.ts";
import type { Attempt } from "./draft.ts";
import { recordAnswer } from "./outcome.ts";

/**
 * Sends a batch of the shop's due orders, or the one that was written down already. A batch that the
 * feed finds invalid is halved until the guilty order stands alone; any other trouble ends the step,
 * and so does the end of the run's time or of the process: what is left is due by itself. A batch that
 * was refused is halved on until something is settled, for the next run begins with the whole again.
 *
 * @returns `did`: a request was made, or orders were looked at that were not to be sent; `waits`: the
 *   feed did not answer, or the run has no time or place left, so that nothing more can be sent now
 */
export async function deliverStep(
  context: StepContext,
  lease: Lease,
  begun: Attempt | null = null,
): Promise<{ did: boolean; waits: boolean }> {
  const left: (Attempt | readonly string[] | null)[] = [begun];
  let did = false;
  let sent = 0;
  let isSettled = false;
  while (left.length > 0) {
    const next = left.shift() ?? null;
    const isBegun = next !== null && "body" in next;
    if (sent > 0 && !(await mayGoOn(context, isSettled))) return { did, waits: true };
    const { attempt, more } = isBegun
      ? { attempt: next, more: false }
      : await beginAttempt(context, lease, next);
    did ||= more || attempt !== null;
    if (attempt === null) {
      // the rest of a half; of all that is due the next step takes care
      if (more && next !== null) left.unshift(next);
      continue;
    }
    const { answer, counts } = await send(context, lease, attempt);
    sent += 1;
    // the connection was changed meanwhile: what is due goes by the one of now
    if (!counts) return { did, waits: false };
    const ids = attempt.orders.map(({ id }) => id);
    if (answer.kind === "invalid" && ids.length > 1) {
      const half = Math.ceil(ids.length / 2);
      left.unshift(ids.slice(0, half), ids.slice(half));
    } else if (answer.kind !== "accepted" && answer.kind !== "invalid") {
      return { did, waits: true };
    } else {
      isSettled = true;
    }
    await context.pace.rest();
  }
  return { did, waits: false };
}

/** Whether another request may be made. */
async function mayGoOn(
  { ending, hasTime, place }: StepContext,
  isSettled: boolean,
): Promise<boolean> {
  const isInTime = isSettled ? hasTime() : !ending.aborted;
  return isInTime && (await place.hasPlace());
}

/** Makes the request and records the feed's answer; `counts`: for the connection as it is now. */
async function send(
  context: StepContext,
  lease: Lease,
  attempt: Attempt,
): Promise<{ answer: FeedAnswer; counts: boolean }> {
  const orders = attempt.orders.map(({ id }) => id);
  const where = { shop: lease.shop, attempt: attempt.id };
  const size = { ...where, orders: orders.length };
  const { answer, counts } = await context.tracing.span("deliver", size, async (add) => {
    const { to, body, id, timeoutMs } = attempt;
    const answer = await context.place.away(context.feed.send(to, body, id, timeoutMs));
    add({ outcome: answer.kind, httpStatus: answer.httpStatus ?? 0 });
    if (isSilent(answer)) await waitForTurn(context, lease);
    return { answer, counts: await recordAnswer(context, lease, attempt, answer) };
  });
  const { kind, httpStatus, durationMs } = answer;
  context.metrics.answered(kind, orders.length, durationMs / 1000);
  if (isSilent(answer)) context.metrics.backedOff();
  else context.place.answered();
  const level = kind === "accepted" ? "info" : "warn";
  context.log[level]({ ...where, outcome: kind, httpStatus, durationMs, orders }, "sent");
  return { answer, counts };
}

/** Where a feed falls silent all its shops find so at once. */
async function waitForTurn({ pool, config, place }: StepContext, lease: Lease): Promise<void> {
  const { leaseMs } = config.worker;
  await keepLease(pool, lease, leaseMs);
  await place.silent(leaseMs / 2);
}

function isSilent({ kind }: FeedAnswer): boolean {
  return kind === "unavailable" || kind === "unanswered";
}
