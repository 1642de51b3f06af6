import { type LoaderFunctionArgs, redirect } from "@remix-run/node";
import { PlainPage } from "#app/components/shared/plain-page.tsx";

/** Shopify opens the app at its root address, with the shop in the query. */
export function loader({ request }: LoaderFunctionArgs) {
  const { search, searchParams } = new URL(request.url);
  if (searchParams.has("shop")) throw redirect(`/app${search}`);
  return null;
}

export default function Outside() {
  return (
    <PlainPage title="Hakuna Order Sync">
      This app sends the orders of a Shopify shop that hold Hakuna protection plans to Hakuna, and
      keeps them up to date. It lives inside the shop's admin: open it from the Apps list in
      Shopify.
    </PlainPage>
  );
}
