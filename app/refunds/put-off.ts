import { databaseTime } from "#app/database/clock.ts";
import type { WhyNot } from "#app/order/refunds/why-not.ts";
import { AdminError } from "#app/shopify/access/admin-api.ts";
import { changeWithOrder } from "./change-with-order.ts";
import type { PlanRefund, RefundProblem } from "./plan-refund.ts";
import { eventOf, mayAskAgain, nextLook } from "./record-refund.ts";
import type { RefundContext } from "./refund-context.ts";
import { changeRefund } from "./refund-store.ts";

/** Why a look at a refund came to nothing. */
export type Trouble = {
  /** null: Shopify could say, and there is nothing new */
  problem: Extract<RefundProblem, "look_failed" | "look_denied" | "app_error"> | null;
  /** Shopify's own */
  words: string | null;
  /** when Shopify may be asked again; 0: whenever */
  waitMs: number;
};

/** What an error of a look means for the refund. Whatever is not Shopify's is ours. */
export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof AdminError)) return { problem: "app_error", words: null, waitMs: 0 };
  const { refusal, message: words } = error;
  if (refusal.kind === "no_session") return { problem: "look_denied", words, waitMs: 0 };
  const isDenied = refusal.reason.includes("ACCESS_DENIED");
  const waitMs = refusal.retryAfterMs ?? 0;
  return { problem: isDenied ? "look_denied" : "look_failed", words, waitMs };
}

/**
 * Nothing came of a look at a refund: it is looked again, ever more rarely. In the end nobody looks
 * any more: what was planned is dropped, and of everything else a person is told that it is theirs.
 */
export async function putOff(
  context: RefundContext,
  shop: string,
  refund: PlanRefund,
  { problem, words, waitMs }: Trouble,
): Promise<void> {
  const at = await databaseTime(context.pool);
  const { id, state } = refund;
  const dueAt = nextLook(refund.looks, at, waitMs);
  const looks = refund.looks + 1;
  const told = { looks, dueAt, ...(words !== null && { words }) };
  // whoever is not looked at any more is a person's as well
  if (state === "asking" && (dueAt === null || !mayAskAgain(refund, at))) {
    const why = dueAt === null ? ("gave_up" as const) : ("hour_over" as const);
    const isOver = { state: "unclear", problem: why, ...told } as const;
    await changeWithOrder(
      context,
      shop,
      refund,
      ["asking"],
      () => isOver,
      ({ tell }) => tell(eventOf(refund, "unclear")),
    );
    return;
  }
  if (state === "planned" && dueAt === null) {
    const end = { state: "dropped", problem: "gave_up", ...told } as const;
    const reasons: WhyNot[] = ["look_failed"];
    await changeWithOrder(
      ...([context, shop, refund, ["planned"]] as const),
      (now) => ({ ...end, endedAt: now }),
      ({ order, tell }) => {
        order.refundWhyNot = { ...order.refundWhyNot, [refund.planLineId]: reasons };
        tell(eventOf(refund, "gave_up"));
      },
    );
    return;
  }
  // what is a person's to decide keeps saying why
  const isDecided = state === "unclear" || problem === null;
  const said = dueAt === null && state !== "unclear" ? "gave_up" : isDecided ? null : problem;
  await changeRefund(context.pool, shop, id, [state], {
    ...told,
    ...(said !== null && { problem: said }),
  });
}
