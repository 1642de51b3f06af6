import { Banner, BlockStack, Link, Text } from "@shopify/polaris";
import { useAskForScopes } from "./ask-scopes.ts";
import { useLocale } from "./locale.tsx";

type Props = {
  /** the missing ones; see missingScopes of app/shops/scopes.ts */
  scopes: string[];
  /** what is asked for: what the app needs at any rate, or what one of its parts does */
  of?: "common.scopes" | "plans.access" | "refunds.access";
};

/**
 * Says that access which the app needs was not granted, and asks for it. Shows nothing where all of
 * it was.
 */
export function MissingScopesBanner({ scopes, of = "common.scopes" }: Props) {
  const { t } = useLocale();
  const { isAsking, ask } = useAskForScopes();
  if (scopes.length === 0) return null;
  const names = scopes.map((scope) =>
    t(`common.scopes.names.${scope as "read_orders"}`, { defaultValue: scope }),
  );
  return (
    <Banner
      tone={of === "common.scopes" ? "warning" : "info"}
      title={t(`${of}.title`)}
      action={{ content: t("common.scopes.grant"), onAction: () => ask(scopes), loading: isAsking }}
    >
      {of === "common.scopes" ? (
        <BlockStack gap="100">
          <Text as="p">{t("common.scopes.text", { names: names.join(", ") })}</Text>
          <Text as="p">
            {t("common.scopes.guide")}{" "}
            <Link url="/app/help#access">{t("common.action.learnMore")}</Link>
          </Text>
        </BlockStack>
      ) : (
        <Text as="p">{t(`${of}.text`)}</Text>
      )}
    </Banner>
  );
}
