import { type ActionFunctionArgs, data } from "@remix-run/node";
import { viewRequest } from "#app/components/orders/view-request.ts";
import { readAsked } from "#app/components/shared/read-asked.ts";
import { deleteView, saveView } from "#app/shops/saved-views.ts";
import { savedQuery } from "#app/views/order-filter.ts";

/** Saves, renames and forgets the views of the orders page. */
export async function action({ request, context }: ActionFunctionArgs) {
  const { session } = await context.authenticateAdmin(request);
  const { pool } = context.run;
  const asked = await readAsked(request, viewRequest);
  if (asked.action === "delete") {
    await deleteView(pool, session.shop, asked.id);
    return { done: true as const };
  }
  const query = savedQuery(new URLSearchParams(asked.query));
  const { id, name } = asked;
  const isSaved = await saveView(pool, session.shop, { id, name, query });
  return isSaved ? { done: true as const } : data({ failed: "full" as const }, { status: 409 });
}
