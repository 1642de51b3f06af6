import { useSearchParams } from "@remix-run/react";
import { Banner, BlockStack, InlineStack, Pagination, Spinner, Text } from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";
import { RelativeMoment } from "#app/components/shared/moment.tsx";
import type { CoveragePage } from "#app/plans/coverage/coverage-page.ts";
import { GiveButton } from "./give-button.tsx";
import type { WhyNotReason } from "./why-not.tsx";

/** How many of the products on sale have no plans, and since when that is known. */
export function CoverageLine({ coverage }: { coverage: CoveragePage }) {
  const { t, formatNumber } = useLocale();
  const { products, without, countedAt, isCounting, wait } = coverage;
  return (
    <BlockStack gap="100">
      {products !== null && !(isCounting && products === 0) && (
        <Text as="p">
          {without === 0
            ? t(products === 0 ? "plans.coverage.noProducts" : "plans.coverage.all")
            : t("plans.coverage.without", {
                count: without,
                without: formatNumber(without),
                total: formatNumber(Math.max(products, without)),
              })}
          {!isCounting && countedAt !== null && (
            <Text as="span" tone="subdued">
              {" · "}
              {t("plans.coverage.counted")} <RelativeMoment at={countedAt} />
            </Text>
          )}
        </Text>
      )}
      {isCounting && wait === null && (
        <InlineStack gap="200" blockAlign="center">
          <Spinner size="small" />
          <Text as="span" tone="subdued">
            {t("plans.coverage.counting")}
          </Text>
        </InlineStack>
      )}
      {isCounting && wait !== null && (
        <Banner tone="warning">{t(`plans.jobs.wait.${wait}`)}</Banner>
      )}
    </BlockStack>
  );
}

type Props = { coverage: CoveragePage; why: WhyNotReason };

/** The products without plans, page by page, each with a button that gives it some. */
export function UncoveredProducts({ coverage, why }: Props) {
  return (
    <BlockStack gap="300">
      <BlockStack as="ul" gap="200">
        {coverage.listed.map((product) => (
          <li key={product.id} style={{ listStyle: "none" }}>
            <InlineStack gap="400" align="space-between" blockAlign="start" wrap={false}>
              <Text as="span">{product.title}</Text>
              <GiveButton {...product} why={why} />
            </InlineStack>
          </li>
        ))}
      </BlockStack>
      <Pages {...coverage} />
    </BlockStack>
  );
}

function Pages({ page, pages }: CoveragePage) {
  const { t, formatNumber } = useLocale();
  const [params, setParams] = useSearchParams();
  if (pages === 1) return null;
  const turn = (to: number) => {
    const changed = new URLSearchParams(params);
    changed.set("without", String(to));
    setParams(changed, { preventScrollReset: true });
  };
  return (
    <InlineStack align="center">
      <Pagination
        label={t("plans.coverage.page", { page: formatNumber(page), pages: formatNumber(pages) })}
        hasPrevious={page > 1}
        hasNext={page < pages}
        onPrevious={() => turn(page - 1)}
        onNext={() => turn(page + 1)}
      />
    </InlineStack>
  );
}
