import { Readable } from "node:stream";
import { createReadableStreamFromReadable, type LoaderFunctionArgs } from "@remix-run/node";
import { boundary } from "@shopify/shopify-app-remix/server";
import { statementOf } from "#app/analytics/statement.ts";
import { createTexts, languageOf, localeOf } from "#app/texts/i18n.ts";
import { messages } from "#app/texts/messages.server.ts";

export const headers = boundary.headers;

/** A month's plans as a CSV file, streamed as they are read. */
export async function loader({ request, context }: LoaderFunctionArgs) {
  const { session } = await context.authenticateAdmin(request);
  const params = new URL(request.url).searchParams;
  const month = params.get("month") ?? "";
  if (!/^20\d\d-(0[1-9]|1[0-2])$/.test(month)) {
    throw new Response("The month is written like 2026-11.", { status: 400 });
  }
  const locale = localeOf(params.get("locale"));
  const language = languageOf(locale);
  const settings = await context.prisma.shop.findUnique({
    where: { domain: session.shop },
    select: { timeZone: true },
  });
  const lines = statementOf({
    pool: context.run.pool,
    shop: session.shop,
    timeZone: settings?.timeZone ?? "UTC",
    month,
    t: createTexts(language, messages[language]).t,
    locale,
  });
  return new Response(createReadableStreamFromReadable(Readable.from(lines)), {
    headers: {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="plans-${month}.csv"`,
    },
  });
}
