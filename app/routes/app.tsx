import type { LinksFunction, LoaderFunctionArgs } from "@remix-run/node";
import { Outlet, useLocation, useNavigation, useRouteLoaderData } from "@remix-run/react";
import { NavMenu } from "@shopify/app-bridge-react";
import polarisStyles from "@shopify/polaris/build/esm/styles.css?url";
import { AppProvider } from "@shopify/shopify-app-remix/react";
import { boundary } from "@shopify/shopify-app-remix/server";
import type { ReactNode } from "react";
import { LocaleProvider, type ShopTimes, useLocale } from "#app/components/shared/locale.tsx";
import { PageSkeleton } from "#app/components/shared/page-skeleton.tsx";
import { useThemeWatch } from "#app/components/shared/theme/theme-watch.ts";
import { Trouble } from "#app/components/shared/trouble.tsx";
import type { loader as rootLoader } from "#app/root.tsx";
import { shopFacts } from "#app/shops/shop-facts.ts";
import { languageOf, localeOf } from "#app/texts/i18n.ts";

export const links: LinksFunction = () => [
  { rel: "preconnect", href: "https://cdn.shopify.com/" },
  { rel: "stylesheet", href: "https://cdn.shopify.com/static/fonts/inter/v4/styles.css" },
  { rel: "stylesheet", href: polarisStyles },
];

/** Who looks, and how the shop's times are shown. Stays as it is while the app is open. */
export async function loader({ request, context }: LoaderFunctionArgs) {
  const { session, admin } = await context.authenticateAdmin(request);
  const language = languageOf(localeOf(new URL(request.url).searchParams.get("locale")));
  const { timeZone } = await shopFacts(context, session.shop, admin.graphql, language);
  const times: ShopTimes = { timeZone };
  return { shop: session.shop, ...times };
}

export const shouldRevalidate = () => false;

export const headers = boundary.headers;

/** The frame of every page in Shopify's admin. */
export default function AdminLayout() {
  return (
    <Embedded>
      <Navigation />
      <Content />
    </Embedded>
  );
}

function Navigation() {
  const { t } = useLocale();
  return (
    <NavMenu>
      <a href="/app" rel="home">
        {t("common.navigation.home")}
      </a>
      <a href="/app/orders">{t("common.navigation.orders")}</a>
      <a href="/app/plans">{t("common.navigation.plans")}</a>
      <a href="/app/analytics">{t("analytics.title")}</a>
      <a href="/app/settings">{t("common.navigation.settings")}</a>
      <a href="/app/help">{t("common.navigation.help")}</a>
    </NavMenu>
  );
}

/** The page, or what stands in for it while another one is being read. */
function Content() {
  const { state, location } = useNavigation();
  const here = useLocation();
  const live = useThemeWatch();
  const isLeaving = state === "loading" && location.pathname !== here.pathname;
  return isLeaving ? <PageSkeleton to={location.pathname} /> : <Outlet context={live} />;
}

export function ErrorBoundary() {
  return (
    <Embedded>
      <Trouble />
    </Embedded>
  );
}

function Embedded({ children }: { children: ReactNode }) {
  const root = useRouteLoaderData<typeof rootLoader>("root");
  return (
    // around the provider: its portals, where popovers and tooltips are drawn, are in the landmark too
    <main>
      <AppProvider isEmbeddedApp apiKey={root?.apiKey ?? ""} i18n={root?.polarisTexts}>
        <LocaleProvider>{children}</LocaleProvider>
      </AppProvider>
    </main>
  );
}
