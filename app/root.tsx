import type { LoaderFunctionArgs } from "@remix-run/node";
import {
  isRouteErrorResponse,
  Links,
  Meta,
  Outlet,
  Scripts,
  ScrollRestoration,
  useRouteError,
  useRouteLoaderData,
} from "@remix-run/react";
import polarisGerman from "@shopify/polaris/locales/de.json" with { type: "json" };
import polarisEnglish from "@shopify/polaris/locales/en.json" with { type: "json" };
import type { ReactNode } from "react";
import { listOf } from "#app/components/orders/list-address.ts";
import type { PageTexts } from "#app/components/shared/locale.tsx";
import { PlainPage } from "#app/components/shared/plain-page.tsx";
import { languageOf, localeOf } from "#app/texts/i18n.ts";
import { messages } from "#app/texts/messages.server.ts";

const polarisTexts = { en: polarisEnglish, de: polarisGerman };

/**
 * What every page needs, also one that could not be loaded: the app's key, which is public, and the
 * texts. Shopify gives the merchant's locale with the document alone, so this is read once.
 */
export function loader({ request, context }: LoaderFunctionArgs) {
  const locale = localeOf(new URL(request.url).searchParams.get("locale"));
  const language = languageOf(locale);
  const texts: PageTexts = { locale, messages: messages[language] };
  return {
    apiKey: context.config.SHOPIFY_API_KEY,
    polarisTexts: polarisTexts[language],
    ...texts,
  };
}

export const shouldRevalidate = () => false;

export function Layout({ children }: { children: ReactNode }) {
  const root = useRouteLoaderData<typeof loader>("root");
  return (
    <html lang={root?.locale ?? "en"}>
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
        <ScrollRestoration
          // the way back to a list leads to its place
          getKey={({ pathname, search, key }) =>
            pathname === "/app/orders" ? pathname + listOf(new URLSearchParams(search)) : key
          }
        />
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
