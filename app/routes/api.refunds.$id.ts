import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { readOrderRefunds } from "#app/refunds/order-refunds.ts";
import { refundedInWords, refundPlans, refundPreview } from "#app/refunds/refund-words.ts";
import { createTexts, languageOf, localeOf } from "#app/texts/i18n.ts";
import { messages } from "#app/texts/messages.server.ts";
import { orderPage } from "#app/views/order-page.ts";
import { loader as preview, action as refund } from "./app.refunds.$id.ts";

/**
 * What the action on Shopify's order page asks for (extensions/plan-refund), in words: which plans can
 * be refunded; with a plan, what would be paid back. It asks from Shopify's origin.
 */
export async function loader(args: LoaderFunctionArgs) {
  const { request, params, context } = args;
  const { session, cors } = await context.authenticateAdmin(request);
  const { searchParams } = new URL(request.url);
  const spoken = textsOf(searchParams.get("locale"));
  if (searchParams.has("plan")) {
    return cors(Response.json(refundPreview(spoken, await preview(args))));
  }
  const { prisma, run } = context;
  const orderId = params.id ?? "";
  const page = await orderPage({ prisma, pool: run.pool }, session.shop, orderId);
  if (page === null) return cors(Response.json({ error: "unknown order" }, { status: 404 }));
  const { standings } = page;
  const known = await readOrderRefunds(prisma, session.shop, orderId, standings, run.now());
  const shop = await prisma.shop.findUnique({
    where: { domain: session.shop },
    select: { timeZone: true },
  });
  return cors(Response.json(refundPlans({ ...spoken, timeZone: shop?.timeZone ?? "UTC" }, known)));
}

/** Refunds, as on the order's page in the app: the staff member's rights are asked for there. */
export async function action(args: ActionFunctionArgs) {
  const { cors } = await args.context.authenticateAdmin(args.request);
  const { t } = textsOf(new URL(args.request.url).searchParams.get("locale"));
  const { data, init } = await refund(args);
  return cors(Response.json(refundedInWords(t, data), init ?? undefined));
}

function textsOf(asked: string | null) {
  const locale = localeOf(asked);
  const language = languageOf(locale);
  return { locale, t: createTexts(language, messages[language]).t };
}
