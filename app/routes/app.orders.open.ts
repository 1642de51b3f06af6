import { type LoaderFunctionArgs, redirect } from "@remix-run/node";

/**
 * Where *More actions* of an order in Shopify leads (extensions/order-link): on to the order's page.
 * Shopify adds `id`, a number or a global id that ends with it, and what it adds to every page.
 */
export async function loader({ request, context }: LoaderFunctionArgs) {
  await context.authenticateAdmin(request);
  const { searchParams } = new URL(request.url);
  const id = /(?:^|\/)(\d{1,20})$/.exec(searchParams.get("id") ?? "")?.[1];
  searchParams.delete("id");
  throw redirect(`/app/orders${id ? `/${id}` : ""}?${searchParams}`);
}
