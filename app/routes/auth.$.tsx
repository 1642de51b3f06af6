import type { LoaderFunctionArgs } from "@remix-run/node";
import { boundary } from "@shopify/shopify-app-remix/server";

/** The library's own pages: the session token bounce and the exit from the iframe. */
export async function loader({ request, context }: LoaderFunctionArgs) {
  await context.authenticateAdmin(request);
  return null;
}

export const headers = boundary.headers;
