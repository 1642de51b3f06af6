import { useFetcher } from "@remix-run/react";
import { Banner, BlockStack, InlineStack, Link, Spinner, Text } from "@shopify/polaris";
import { useEffect } from "react";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { CancelledPart as Part } from "#app/order/refunds/cancelled-part.ts";

type Asked = { part: Part } | { unavailable: string | null };

/** Of a cancelled order: what was paid for the plan and not paid back. Shopify is asked for it. */
export function CancelledPart({ planId, orderId }: { planId: string; orderId: string }) {
  const { t } = useLocale();
  const { data, load } = useFetcher<Asked>();
  useEffect(() => {
    load(`/app/cancelled/${orderId}?plan=${planId}`);
  }, [load, orderId, planId]);
  if (data === undefined) {
    return (
      <InlineStack gap="200" blockAlign="center">
        <Spinner size="small" />
        <Text as="p">{t("refunds.cancelled.loading")}</Text>
      </InlineStack>
    );
  }
  if ("unavailable" in data) {
    return (
      <Text as="p" tone="subdued">
        {t("refunds.cancelled.unknown")}
      </Text>
    );
  }
  return <Told part={data.part} orderId={orderId} />;
}

function Told({ part: told, orderId }: { part: Part; orderId: string }) {
  const { t, formatMoney } = useLocale();
  const { received, refunded, part, currency } = told;
  const money = (minor: number) => formatMoney(minor, currency);
  if (received === 0 || received <= refunded || part === 0) {
    return (
      <Text as="p" tone="subdued">
        {t(received === 0 ? "refunds.cancelled.unpaid" : "refunds.cancelled.paidBack")}
      </Text>
    );
  }
  return (
    <Banner tone="warning">
      <BlockStack gap="100">
        {part !== null && (
          <Text as="p" fontWeight="semibold">
            {t("refunds.cancelled.part", { part: money(part) })}
          </Text>
        )}
        <Text as="p">
          {t("refunds.cancelled.text", { received: money(received), refunded: money(refunded) })}
        </Text>
        <Link url={`shopify:admin/orders/${orderId}`} target="_top">
          {t("orderPage.viewInShopify")}
        </Link>
      </BlockStack>
    </Banner>
  );
}
