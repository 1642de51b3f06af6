import { type ActionFunctionArgs, data } from "@remix-run/node";
import { boundary } from "@shopify/shopify-app-remix/server";
import { readAsked } from "#app/components/shared/read-asked.ts";
import { themeRequest } from "#app/components/shared/theme/theme-request.ts";
import { noteThemeParts } from "#app/shops/theme-parts.ts";

/** Takes what an open page learned of the theme from Shopify, and answers whether it is news. */
export async function action({ request, context }: ActionFunctionArgs) {
  const { session } = await context.authenticateAdmin(request);
  const { live } = await readAsked(request, themeRequest);
  return data({ isNews: await noteThemeParts(context.prisma, session.shop, live) });
}

export const headers = boundary.headers;
