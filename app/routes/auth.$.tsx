import type { LoaderFunctionArgs } from "@remix-run/node";
import { boundary } from "@shopify/shopify-app-remix/server";

/**
 * The library's own pages: the session token bounce and the exit from the iframe. It lets whatever
 * `shop` names frame them and throws at addresses that it does not lead to: both are refused here.
 */
export async function loader({ request, context }: LoaderFunctionArgs) {
  const { searchParams } = new URL(request.url);
  const shop = searchParams.get("shop");
  if (shop !== null && !/^[a-z0-9][a-z0-9-]*\.myshopify\.com$/i.test(shop)) {
    throw new Response("This is not a shop's domain.", { status: 400 });
  }
  const exit = searchParams.get("exitIframe");
  if (exit !== null && !leadsHome(exit, context.config.SHOPIFY_APP_URL)) {
    throw new Response("The app does not lead there.", { status: 400 });
  }
  await context.authenticateAdmin(request);
  return null;
}

/** The app itself, or Shopify's admin. */
function leadsHome(address: string, appUrl: string): boolean {
  if (!URL.canParse(address, appUrl)) return false;
  const { origin, pathname } = new URL(address, appUrl);
  if (origin === new URL(appUrl).origin || origin === "https://admin.shopify.com") return true;
  return /^https:\/\/[a-z0-9-]+\.myshopify\.com$/.test(origin) && pathname.startsWith("/admin/");
}

export const headers = boundary.headers;
