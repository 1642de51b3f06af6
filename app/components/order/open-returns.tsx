import { Banner, BlockStack, Text } from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { ShownReturn } from "#app/refunds/order-refunds.ts";

/** The returns of a plan's products that are asked for or open, and what they mean for the plan. */
export function OpenReturns({ returns }: { returns: ShownReturn[] }) {
  const { t } = useLocale();
  if (returns.length === 0) return null;
  const unread = returns.find(({ words }) => words !== null);
  return (
    <Banner tone={unread ? "warning" : "info"}>
      <BlockStack gap="100">
        {returns.map(({ id, status, units }) => {
          if (status === null) return null;
          const state = status === "OPEN" ? "open" : "requested";
          return (
            <Text as="p" key={id}>
              {units === null
                ? t(`refunds.return.unknown.${state}`)
                : t(`refunds.return.${state}`, { count: units })}
            </Text>
          );
        })}
        {unread && <Text as="p">{t("refunds.return.unread", { words: unread.words })}</Text>}
        {returns.some(({ isExchange }) => isExchange) && (
          <Text as="p">{t("refunds.return.exchange")}</Text>
        )}
        <Text as="p">{t("refunds.return.counts")}</Text>
      </BlockStack>
    </Banner>
  );
}
