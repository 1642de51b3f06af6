import type { LinksFunction, LoaderFunctionArgs } from "@remix-run/node";
import {
  isRouteErrorResponse,
  Outlet,
  useNavigation,
  useRouteError,
  useRouteLoaderData,
} from "@remix-run/react";
import { NavMenu } from "@shopify/app-bridge-react";
import polarisStyles from "@shopify/polaris/build/esm/styles.css?url";
import { AppProvider } from "@shopify/shopify-app-remix/react";
import { boundary } from "@shopify/shopify-app-remix/server";
import type { ReactNode } from "react";
import { PageSkeleton } from "../components/page-skeleton.tsx";
import { Trouble } from "../components/trouble.tsx";
import type { loader as rootLoader } from "../root.tsx";

export const links: LinksFunction = () => [
  { rel: "preconnect", href: "https://cdn.shopify.com/" },
  { rel: "stylesheet", href: "https://cdn.shopify.com/static/fonts/inter/v4/styles.css" },
  { rel: "stylesheet", href: polarisStyles },
];

export async function loader({ request, context }: LoaderFunctionArgs) {
  await context.authenticateAdmin(request);
  return null;
}

export const headers = boundary.headers;

/** The frame of every page in Shopify's admin. */
export default function AdminLayout() {
  const navigation = useNavigation();
  return (
    <Embedded>
      <NavMenu>
        <a href="/app" rel="home">
          Overview
        </a>
      </NavMenu>
      {navigation.state === "loading" ? <PageSkeleton /> : <Outlet />}
    </Embedded>
  );
}

export function ErrorBoundary() {
  const error = useRouteError();
  const status = isRouteErrorResponse(error) ? error.status : 500;
  return (
    <Embedded>
      <Trouble status={status} />
    </Embedded>
  );
}

function Embedded({ children }: { children: ReactNode }) {
  const root = useRouteLoaderData<typeof rootLoader>("root");
  return (
    <AppProvider isEmbeddedApp apiKey={root?.apiKey ?? ""}>
      <main>{children}</main>
    </AppProvider>
  );
}
