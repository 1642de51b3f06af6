import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { resendOrders } from "#app/actions/order-actions.ts";
import { createTexts, languageOf, localeOf } from "#app/texts/i18n.ts";
import { messages } from "#app/texts/messages.server.ts";
import { orderPage } from "#app/views/order-page.ts";
import { orderSummary } from "#app/views/order-summary.ts";

/**
 * What the block on Shopify's order page asks for (extensions/order-status). It asks from Shopify's
 * origin: `authenticateAdmin` answers its preflight, which comes here too, and refuses with the
 * headers that let the block read why; `cors` sets them on the other answers.
 */
export async function loader(args: LoaderFunctionArgs) {
  return await answer(args, async () => {});
}

/** Sends the order once more, and answers how it stands then. */
export async function action(args: ActionFunctionArgs) {
  const { run, queue } = args.context;
  return await answer(args, async (shop, id, by) => {
    await resendOrders(run, shop, [id], by);
    await queue.wake([shop]);
  });
}

async function answer(
  { request, params, context }: LoaderFunctionArgs,
  carryOut: (shop: string, id: string, by: string) => Promise<void>,
): Promise<Response> {
  const { session, sessionToken, cors } = await context.authenticateAdmin(request);
  const { id = "" } = params;
  if (!/^\d{1,20}$/.test(id)) return cors(Response.json({ error: "no order id" }, { status: 400 }));
  await carryOut(session.shop, id, `user:${sessionToken.sub}`);
  const page = await orderPage(
    { prisma: context.prisma, pool: context.run.pool },
    session.shop,
    id,
  );
  if (page === null) return cors(Response.json({ error: "unknown order" }, { status: 404 }));
  const locale = localeOf(new URL(request.url).searchParams.get("locale"));
  const language = languageOf(locale);
  const { t } = createTexts(language, messages[language]);
  return cors(Response.json(orderSummary(t, locale, page, context.run.now())));
}
