import type { LoaderFunctionArgs } from "@remix-run/node";
import {
  isRouteErrorResponse,
  Links,
  Meta,
  Outlet,
  Scripts,
  ScrollRestoration,
  useRouteError,
} from "@remix-run/react";
import type { ReactNode } from "react";
import { PlainPage } from "./components/plain-page.tsx";

/** The key is public; App Bridge needs it even where a page below could not be loaded. */
export function loader({ context }: LoaderFunctionArgs) {
  return { apiKey: context.config.SHOPIFY_API_KEY };
}

export const shouldRevalidate = () => false;

export function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Hakuna Order Sync</title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <Meta />
        <Links />
      </head>
      <body>
        {children}
        <ScrollRestoration />
        <Scripts />
      </body>
    </html>
  );
}

export default function App() {
  return <Outlet />;
}

export function ErrorBoundary() {
  const error = useRouteError();
  if (isRouteErrorResponse(error) && error.status === 404) {
    return (
      <PlainPage title="There is no such page">
        Open <strong>Hakuna Order Sync</strong> from the Apps list in your Shopify admin.
      </PlainPage>
    );
  }
  return (
    <PlainPage title="Something went wrong">
      The page could not be loaded. Please try again in a moment.
    </PlainPage>
  );
}
