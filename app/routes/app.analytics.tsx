import type { LoaderFunctionArgs } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { Banner, BlockStack, InlineGrid, Page } from "@shopify/polaris";
import { boundary } from "@shopify/shopify-app-remix/server";
import { analyticsPage } from "#app/analytics/analytics-page.ts";
import { grains } from "#app/analytics/periods.ts";
import { EarnedByTable } from "#app/components/analytics/earned-by-table.tsx";
import { NothingSold } from "#app/components/analytics/nothing-sold.tsx";
import { PeriodChart } from "#app/components/analytics/period-chart.tsx";
import { PeriodChoice } from "#app/components/analytics/period-choice.tsx";
import { StatementCard } from "#app/components/analytics/statement-card.tsx";
import { Totals } from "#app/components/analytics/totals.tsx";
import { UnprotectedProducts } from "#app/components/analytics/unprotected-products.tsx";
import { useLocale } from "#app/components/shared/locale.tsx";
import { Trouble } from "#app/components/shared/trouble.tsx";

export async function loader({ request, context }: LoaderFunctionArgs) {
  const { session } = await context.authenticateAdmin(request);
  const asked = new URL(request.url).searchParams.get("by");
  const grain = grains.find((one) => one === asked) ?? "day";
  const { timeZone } = await context.prisma.shop.findUniqueOrThrow({
    where: { domain: session.shop },
    select: { timeZone: true },
  });
  const shop = { domain: session.shop, timeZone };
  return await analyticsPage(context.run.pool, shop, grain, Date.now());
}

export const headers = boundary.headers;

export default function Analytics() {
  const page = useLoaderData<typeof loader>();
  const { t } = useLocale();
  const isEmpty = page.total.orders + page.totalBefore.orders === 0;
  return (
    <Page title={t("analytics.title")} subtitle={t("analytics.subtitle")}>
      <BlockStack gap={{ xs: "300", md: "400" }}>
        {page.isCounting && <Banner tone="info">{t("analytics.counting")}</Banner>}
        <PeriodChoice grain={page.grain} period={page.period} />
        {isEmpty ? (
          <NothingSold />
        ) : (
          <>
            <Totals {...page} />
            <InlineGrid columns={{ xs: 1, md: 2 }} gap={{ xs: "300", md: "400" }}>
              <PeriodChart of="orders" {...page} />
              <PeriodChart of="plans" {...page} />
            </InlineGrid>
            <EarnedByTable kind="product" rows={page.by.product} />
            <InlineGrid columns={{ xs: 1, md: 2 }} gap={{ xs: "300", md: "400" }}>
              <EarnedByTable kind="term" rows={page.by.term} />
              <EarnedByTable kind="country" rows={page.by.country} />
            </InlineGrid>
            <UnprotectedProducts products={page.unprotected} />
          </>
        )}
        {page.months.length > 0 && <StatementCard months={page.months} />}
      </BlockStack>
    </Page>
  );
}

export const ErrorBoundary = Trouble;
