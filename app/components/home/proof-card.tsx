import { Card, InlineStack, Text } from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";
import { RelativeMoment } from "#app/components/shared/moment.tsx";
import type { HomePage } from "#app/views/home.ts";

/** What the last nightly proof against Shopify and Hakuna came to. */
export function ProofCard({ at, checked, differed }: NonNullable<HomePage["proof"]>) {
  const { t } = useLocale();
  return (
    <Card>
      <InlineStack align="space-between" gap="200">
        <Text as="p" fontWeight="medium">
          {t(differed === 0 ? "home.proof.agree" : "home.proof.differ", {
            count: checked,
            differed,
          })}
        </Text>
        <Text as="p" tone="subdued">
          {t("home.proof.last")}: <RelativeMoment at={at} />
        </Text>
      </InlineStack>
    </Card>
  );
}
