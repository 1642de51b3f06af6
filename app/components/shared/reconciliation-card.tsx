import { Banner, BlockStack, Card, InlineStack, Text } from "@shopify/polaris";
import { Trans } from "react-i18next";
import type { Reconciliation } from "#app/views/home.ts";
import { useLocale } from "./locale.tsx";
import { RelativeMoment } from "./moment.tsx";

/** When the orders were last compared with Shopify's, and what that mended. */
export function ReconciliationCard({
  lastAt,
  recovered,
  paused,
  isSecond,
}: Reconciliation & {
  /** the page bears a banner already: what is paused is then said without one */
  isSecond: boolean;
}) {
  const { t } = useLocale();
  return (
    <Card>
      <BlockStack gap="300">
        {lastAt !== null ? (
          <InlineStack align="space-between" gap="200">
            <Text as="p" fontWeight="medium">
              <Trans
                t={t}
                i18nKey="home.reconciliation.recovered"
                count={recovered}
                components={{ moment: <RelativeMoment at={lastAt} /> }}
              />
            </Text>
            {recovered > 0 && (
              <Text as="p" tone="subdued">
                {t("home.reconciliation.last")}: <RelativeMoment at={lastAt} />
              </Text>
            )}
          </InlineStack>
        ) : (
          paused === null && (
            <Text as="p" fontWeight="medium">
              {t("home.reconciliation.never")}
            </Text>
          )
        )}
        {paused &&
          (isSecond ? (
            <Text as="p">{t(`home.reconciliation.paused.${paused.reason}.title`)}</Text>
          ) : (
            <ScanPause {...paused} />
          ))}
      </BlockStack>
    </Card>
  );
}

/** Why orders cannot be read from Shopify at the moment. */
export function ScanPause({ reason, since, words }: NonNullable<Reconciliation["paused"]>) {
  const { t } = useLocale();
  return (
    <Banner tone="warning" title={t(`home.reconciliation.paused.${reason}.title`)}>
      <BlockStack gap="100">
        <Text as="p">{t(`home.reconciliation.paused.${reason}.text`)}</Text>
        <Text as="p">
          {t("home.reconciliation.since")}: <RelativeMoment at={since} />
        </Text>
        {words && (
          <Text as="p" breakWord>
            {t("home.reconciliation.words", { words })}
          </Text>
        )}
      </BlockStack>
    </Banner>
  );
}
