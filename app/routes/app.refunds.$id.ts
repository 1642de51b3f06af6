import { type ActionFunctionArgs, data, type LoaderFunctionArgs } from "@remix-run/node";
import { boundary } from "@shopify/shopify-app-remix/server";
import {
  previewRequest,
  type RefundRequest,
  refundRequest,
} from "#app/components/order/refund-request.ts";
import { readAsked } from "#app/components/shared/read-asked.ts";
import { refundByHand } from "#app/refunds/refund-by-hand.ts";
import { decide } from "#app/refunds/refund-decisions.ts";
import { previewRefund } from "#app/refunds/refund-preview.ts";
import { declineRequest } from "#app/refunds/requests/decline-request.ts";
import { checkStaff } from "#app/refunds/staff-check.ts";
import type { Services } from "#app/services.server.ts";
import { sessionTokenOf } from "#app/shops/earlier-secret.ts";

/** What a refund of plan units would pay back; asked for when the dialog opens. */
export async function loader({ request, params, context }: LoaderFunctionArgs) {
  const { session } = await context.authenticateAdmin(request);
  const query = Object.fromEntries(new URL(request.url).searchParams);
  const asked = previewRequest.safeParse(query);
  if (!asked.success) throw new Response(null, { status: 400 });
  const { plan: planLineId, units } = asked.data;
  const orderId = params.id ?? "";
  try {
    const wanted = { orderId, planLineId, units };
    const preview = await previewRefund(context.refunds, session.shop, wanted);
    return preview ? { preview } : { unavailable: null };
  } catch (error) {
    return { unavailable: wordsOf(error) };
  }
}

/** Refunds, or takes down what a person says of a refund. */
export async function action({ request, params, context }: ActionFunctionArgs) {
  const { session, sessionToken } = await context.authenticateAdmin(request);
  const asked = await readAsked(request, refundRequest);
  const token = sessionTokenOf(request);
  if (token === null) throw new Response(null, { status: 400 });
  const orderId = params.id ?? "";
  try {
    const by = { orderId, token, userId: sessionToken.sub };
    return data(await carryOut(context, session.shop, by, asked));
  } catch (error) {
    return data({ result: "unavailable" as const, words: wordsOf(error) }, { status: 503 });
  }
}

async function carryOut(
  { refunds, config, queue }: Pick<Services, "refunds" | "config" | "queue">,
  shop: string,
  { orderId, token, userId }: { orderId: string; token: string; userId: string },
  asked: RefundRequest,
) {
  // who says no moves no money: that takes no right to refund, which the app may not have either
  if (asked.action === "decline_request") {
    const of = { orderId, planLineId: asked.planLineId };
    const isDeclined = await declineRequest(refunds, shop, of, userId);
    return { result: isDeclined ? ("decided" as const) : ("changed" as const) };
  }
  if (asked.action === "decline") {
    const { action: decision, refundId } = asked;
    const isDecided = await decide(refunds, shop, { orderId, refundId }, decision, userId);
    return { result: isDecided ? ("decided" as const) : ("changed" as const), decision };
  }
  const app = { apiKey: config.SHOPIFY_API_KEY, apiSecret: config.SHOPIFY_API_SECRET };
  const staff = await checkStaff({ pool: refunds.pool, app }, shop, token);
  if (!staff.may) return { result: staff.because };
  if (asked.action === "refund") {
    const done = await refundByHand(refunds, shop, { orderId, ...asked }, staff.staffId);
    await queue.refunds.wake([shop]);
    if (done.result === "changed" || done.result === "late") return { result: done.result };
    const { state, problem, words } = done.refund;
    return { result: done.result, state, problem, words };
  }
  const { action: decision, refundId } = asked;
  const isDecided = await decide(refunds, shop, { orderId, refundId }, decision, staff.staffId);
  return { result: isDecided ? ("decided" as const) : ("changed" as const), decision };
}

/** Shopify's words, where it could not be asked. @throws whatever else went wrong */
function wordsOf(error: unknown): string {
  const isShopifys = error instanceof Error && "code" in error && error.code === "admin_api";
  if (!isShopifys) throw error;
  return error.message;
}

export const headers = boundary.headers;
