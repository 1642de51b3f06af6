import { BlockStack, Button, InlineStack, Link, Text } from "@shopify/polaris";
import { useAskForScopes } from "#app/components/shared/ask-scopes.ts";
import { useLocale } from "#app/components/shared/locale.tsx";

type Props = {
  /** access scopes that are not granted */
  missing: Record<"markets" | "languages", string[]>;
};

/** What the app does for prices and languages where plans are offered, or could do. */
export function PlanReach({ missing }: Props) {
  const { t } = useLocale();
  const { isAsking, ask } = useAskForScopes();
  return (
    <BlockStack gap="300">
      <Text as="p">
        <Link url="/app/settings">{t("plans.reach.change")}</Link>
      </Text>
      {(["markets", "languages"] as const).map((what) =>
        missing[what].length === 0 ? (
          <Text key={what} as="p">
            {t(`plans.reach.${what}Done`)}
          </Text>
        ) : (
          <BlockStack key={what} gap="200">
            <Text as="p">{t(`plans.reach.${what}`)}</Text>
            <InlineStack>
              <Button loading={isAsking} onClick={() => ask(missing[what])}>
                {t(`plans.reach.${what}Grant`)}
              </Button>
            </InlineStack>
          </BlockStack>
        ),
      )}
      <Text as="p" tone="subdued">
        {t("plans.reach.next")}
      </Text>
    </BlockStack>
  );
}
