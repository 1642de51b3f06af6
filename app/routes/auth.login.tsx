import { redirect } from "@remix-run/node";

/** Where Shopify's library sends requests that name no shop: there is no login besides Shopify's. */
export function loader() {
  throw redirect("/");
}
