import {
  type ActionFunctionArgs,
  type AppLoadContext,
  data,
  type LoaderFunctionArgs,
} from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { BlockStack, Card, InlineStack, Page, Text } from "@shopify/polaris";
import { boundary } from "@shopify/shopify-app-remix/server";
import type { ReactElement } from "react";
import { Figures } from "#app/components/home/figures.tsx";
import { HomeBanner } from "#app/components/home/home-banner.tsx";
import { homeRequest } from "#app/components/home/home-request.ts";
import { LatestOrders } from "#app/components/home/latest-orders.tsx";
import { MissingApprovalsBanner } from "#app/components/home/missing-approvals-banner.tsx";
import { ProofCard } from "#app/components/home/proof-card.tsx";
import { SetupGuide } from "#app/components/home/setup-guide.tsx";
import { SyncChart } from "#app/components/home/sync-chart.tsx";
import type { ThemeEditor } from "#app/components/home/theme-step.tsx";
import { useLocale } from "#app/components/shared/locale.tsx";
import { MissingScopesBanner } from "#app/components/shared/missing-scopes-banner.tsx";
import { RelativeMoment } from "#app/components/shared/moment.tsx";
import { readAsked } from "#app/components/shared/read-asked.ts";
import { ReconciliationCard } from "#app/components/shared/reconciliation-card.tsx";
import { useRefresh } from "#app/components/shared/refresh.ts";
import { Trouble as FailedPage } from "#app/components/shared/trouble.tsx";
import { missingAccess } from "#app/shopify/access/scopes.ts";
import { testKey } from "#app/shops/connection-test.ts";
import { homePage } from "#app/views/home.ts";
import type { Trouble } from "#app/views/home-trouble.ts";

export async function loader({ request, context }: LoaderFunctionArgs) {
  const { session } = await context.authenticateAdmin(request);
  return {
    ...(await homePage(context.prisma, session.shop, Date.now())),
    themeEditor: themeEditor(session.shop, context.config.SHOPIFY_API_KEY),
    ...(await missingAccessOf(context, session.shop)),
  };
}

async function missingAccessOf({ prisma, config }: AppLoadContext, domain: string) {
  const shop = await prisma.shop.findUniqueOrThrow({
    where: { domain },
    select: { scopes: true, missingAccess: true },
  });
  return missingAccess(config, shop);
}

/** The setup guide's own steps. */
export async function action({ request, context }: ActionFunctionArgs) {
  const { session } = await context.authenticateAdmin(request);
  const where = { domain: session.shop };
  switch ((await readAsked(request, homeRequest)).intent) {
    case "test":
      return data({ tested: (await testKey(context.run, session.shop)) ?? "no_key" });
    case "block":
      await context.prisma.shop.updateMany({
        where,
        data: { blockSeenAt: new Date(), blockByHand: true, blockGone: null, blockGoneAt: null },
      });
      return data(null);
    case "dismiss":
      await context.prisma.shop.updateMany({ where, data: { guideDismissedAt: new Date() } });
      return data(null);
  }
}

export const headers = boundary.headers;

export default function Home() {
  const page = useLoaderData<typeof loader>();
  const { guide, trouble, figures, since, days, lastAcceptedAt, latest } = page;
  const { t } = useLocale();
  useRefresh(figures.pending > 0 ? 3_000 : 30_000);
  const banner = oneBanner(page);
  return (
    <Page title={t("home.title")}>
      <BlockStack gap={{ xs: "300", md: "400" }}>
        {banner}
        {guide && <SetupGuide done={guide} themeEditor={page.themeEditor} />}
        {trouble === null && !page.reconciliation?.paused && !(guide && !guide.connect) && (
          <AllWell at={lastAcceptedAt} pending={figures.pending} />
        )}
        {page.reconciliation && (
          <ReconciliationCard {...page.reconciliation} isSecond={banner !== null} />
        )}
        {page.proof && <ProofCard {...page.proof} />}
        <Figures figures={figures} since={since} />
        <SyncChart days={days} />
        <LatestOrders orders={latest} />
      </BlockStack>
    </Page>
  );
}

/** The one banner: of all that is wrong, what matters most. What comes next follows when it is mended. */
function oneBanner({
  trouble,
  missingScopes,
  missingApprovals,
  themeEditor,
}: ReturnType<typeof useLoaderData<typeof loader>>): ReactElement | null {
  const told = trouble && <HomeBanner trouble={trouble} themeEditor={themeEditor} />;
  if (trouble && worse.includes(trouble.kind)) return told;
  if (missingScopes.length > 0) return <MissingScopesBanner scopes={missingScopes} />;
  if (trouble && trouble.kind !== "no_sales") return told;
  if (missingApprovals.length > 0) return <MissingApprovalsBanner approvals={missingApprovals} />;
  return told;
}

/** Nothing is sent at all: worse than missing access. */
const worse: readonly Trouble["kind"][] = ["key_refused", "wrong_address", "feed_refuses"];

/** Nothing to do, said calmly; whether all is done, too. */
function AllWell({ at, pending }: { at: number | null; pending: number }) {
  const { t } = useLocale();
  return (
    <Card>
      <InlineStack align="space-between" gap="200">
        <Text as="p" fontWeight="medium">
          {pending > 0
            ? t("overview.onTheWay", { count: pending })
            : t(at === null ? "home.wellQuiet" : "home.well")}
        </Text>
        {at !== null && (
          <Text as="p" tone="subdued">
            {t("home.lastSync")}: <RelativeMoment at={at} />
          </Text>
        )}
      </InlineStack>
    </Card>
  );
}

/** https://shopify.dev/docs/apps/build/online-store/theme-app-extensions/configuration#deep-linking */
function themeEditor(shop: string, clientId: string): ThemeEditor {
  const editor = (query: Record<string, string>) =>
    `https://${shop}/admin/themes/current/editor?${new URLSearchParams({ template: "product", ...query })}`;
  return {
    protection: editor({ addAppBlockId: `${clientId}/protection`, target: "mainSection" }),
    "cart-guard": editor({ context: "apps", activateAppId: `${clientId}/cart-guard` }),
  };
}

export const ErrorBoundary = FailedPage;
