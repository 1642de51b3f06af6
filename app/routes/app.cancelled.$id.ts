import type { LoaderFunctionArgs } from "@remix-run/node";
import { boundary } from "@shopify/shopify-app-remix/server";
import { cancelledRequest } from "#app/components/order/refund-request.ts";
import { readCancelledPart } from "#app/refunds/cancelled/cancelled-part.ts";

/** What of a cancelled order's payment was for a plan and was not paid back; asked for by its page. */
export async function loader({ request, params, context }: LoaderFunctionArgs) {
  const { session } = await context.authenticateAdmin(request);
  const query = Object.fromEntries(new URL(request.url).searchParams);
  const asked = cancelledRequest.safeParse(query);
  if (!asked.success) throw new Response(null, { status: 400 });
  const of = { orderId: params.id ?? "", planLineId: asked.data.plan };
  try {
    const part = await readCancelledPart(context.refunds, session.shop, of);
    return part ? { part } : { unavailable: null };
  } catch (error) {
    // two copies of the class may be loaded
    if (!(error instanceof Error && "code" in error && error.code === "admin_api")) throw error;
    return { unavailable: error.message };
  }
}

export const headers = boundary.headers;
