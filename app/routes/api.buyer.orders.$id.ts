import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { z } from "zod";
import { askBack } from "#app/refunds/requests/ask-back.ts";
import { buyerPlans, buyerRequest, isOrderOf } from "#app/refunds/requests/buyer-plans.ts";
import { requestsOfOrder } from "#app/refunds/requests/plan-request.ts";
import { buyerLanguageOf } from "#app/texts/buyer-texts.ts";
import { orderPage } from "#app/views/order-page.ts";

const askedBack = z.object({
  planLineId: z.string().regex(/^\d{1,20}$/),
  units: z.int().min(1).max(100_000),
  left: z.int().min(1).max(100_000),
  locale: z.string().max(35),
});

/**
 * The plans of a buyer's own order, for the extension in their customer account
 * (extensions/plan-return). Of an order of somebody else it says what it says of none.
 */
export async function loader({ request, params, context }: LoaderFunctionArgs) {
  const { shop, customerId, cors } = await context.authenticateBuyer(request);
  const { prisma, run } = context;
  const orderId = orderIdOf(params.id);
  const isTheirs = orderId !== null && (await isOrderOf(prisma, shop, orderId, customerId));
  const page = isTheirs ? await orderPage({ prisma, pool: run.pool }, shop, orderId) : null;
  if (page === null || orderId === null) return cors(unknown());
  const requests = await requestsOfOrder(run.pool, shop, orderId);
  return cors(Response.json({ plans: buyerPlans(page.standings, requests, run.now()) }));
}

/** The buyer has confirmed that they want to give a plan back. */
export async function action({ request, params, context }: ActionFunctionArgs) {
  const { shop, customerId, cors } = await context.authenticateBuyer(request);
  const { refunds, queue } = context;
  const orderId = orderIdOf(params.id);
  const asked = askedBack.safeParse(await request.json().catch(() => null));
  if (!asked.success) return cors(Response.json({ error: "not understood" }, { status: 400 }));
  if (orderId === null) return cors(unknown());
  const { locale, ...wanted } = asked.data;
  const language = buyerLanguageOf(locale);
  const done = await askBack(refunds, shop, { ...wanted, orderId, customerId, language });
  if (done.result === "unknown") return cors(unknown());
  if (done.result !== "asked") return cors(Response.json({ result: done.result }));
  await Promise.all([queue.wake([shop]), queue.refunds.wake([shop])]);
  const shown = buyerRequest(done.request, true);
  return cors(Response.json({ result: done.result, request: shown }));
}

function orderIdOf(id = ""): string | null {
  return /^\d{1,20}$/.test(id) ? id : null;
}

function unknown(): Response {
  return Response.json({ error: "unknown order" }, { status: 404 });
}
