import { randomUUID } from "node:crypto";
import type { RunResult } from "#app/queue/lane.ts";
import { readNextKept } from "#app/refunds/cancelled/read-kept.ts";
import { mailReceipt } from "#app/refunds/requests/receipt.ts";
import { readNextReturn } from "#app/refunds/returns/read-return.ts";
import { watchReturns } from "#app/refunds/returns/watch-returns.ts";
import { lookAfter } from "./carry-out.ts";
import { putOff, troubleOf } from "./put-off.ts";
import { carryOutPlanned, planNext } from "./refund-alone.ts";
import type { RefundContext } from "./refund-context.ts";
import { claimDueRefund, releaseRefund } from "./refund-store.ts";

/** Short, so that a process which is to end does not wait long for it. */
const stepMs = 5_000;

/**
 * Works on the shop's refunds, one after the other, until nothing is due or its time is over: carries
 * out what is planned, finds out what became of what was asked for, reads returns of
 * which there is news, plans what may go by itself, mails buyers the receipts of what they asked for,
 * and reads cancelled orders that were stored without their money. Safe to kill anywhere: what was said to Shopify is
 * written down before.
 */
export async function runRefunds(context: RefundContext, shop: string): Promise<RunResult> {
  const { pool, now, log } = context;
  const until = now() + stepMs;
  const token = randomUUID();
  while (now() < until) {
    const refund = await claimDueRefund(pool, shop, token, now());
    if (refund === null) {
      if (await readNextReturn(context, shop)) continue;
      if ((await planNext(context, shop)) || (await mailReceipt(context, shop))) continue;
      if ((await watchReturns(context, shop)) || (await readNextKept(context, shop))) continue;
      return { again: false, nextInMs: null };
    }
    try {
      if (refund.state === "planned") await carryOutPlanned(context, shop, refund);
      else await lookAfter(context, shop, refund);
    } catch (error) {
      // it is not in the way of the others
      log.error({ err: error, shop, refund: refund.id }, "a refund could not be worked on");
      await putOff(context, shop, refund, troubleOf(error));
    } finally {
      await releaseRefund(pool, { shop, id: refund.id, token });
    }
  }
  return { again: true, nextInMs: null };
}
