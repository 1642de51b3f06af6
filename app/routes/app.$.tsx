import type { LoaderFunctionArgs } from "@remix-run/node";
import { boundary } from "@shopify/shopify-app-remix/server";

/** Addresses below /app that lead nowhere; the layout's error boundary says so. */
export async function loader({ request, context }: LoaderFunctionArgs) {
  await context.authenticateAdmin(request);
  throw new Response(null, { status: 404 });
}

export const headers = boundary.headers;

export default function NoSuchPage() {
  return null;
}
