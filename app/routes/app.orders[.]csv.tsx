import { Readable } from "node:stream";
import { createReadableStreamFromReadable, type LoaderFunctionArgs } from "@remix-run/node";
import { boundary } from "@shopify/shopify-app-remix/server";
import { createTexts, languageOf, localeOf } from "#app/texts/i18n.ts";
import { messages } from "#app/texts/messages.server.ts";
import { csvOfOrders } from "#app/views/order-csv.ts";
import { orderFilterOf } from "#app/views/order-filter.ts";

export const headers = boundary.headers;

/** The filtered list as a CSV file, streamed as it is read. */
export async function loader({ request, context }: LoaderFunctionArgs) {
  const { session } = await context.authenticateAdmin(request);
  const params = new URL(request.url).searchParams;
  const locale = localeOf(params.get("locale"));
  const language = languageOf(locale);
  const settings = await context.prisma.shop.findUnique({
    where: { domain: session.shop },
    select: { timeZone: true },
  });
  const lines = csvOfOrders({
    pool: context.run.pool,
    shop: session.shop,
    timeZone: settings?.timeZone ?? "UTC",
    filter: orderFilterOf(params),
    t: createTexts(language, messages[language]).t,
    locale,
  });
  return new Response(createReadableStreamFromReadable(Readable.from(lines)), {
    headers: {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="orders.csv"`,
    },
  });
}
