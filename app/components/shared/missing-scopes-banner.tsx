import { useRevalidator } from "@remix-run/react";
import { useAppBridge } from "@shopify/app-bridge-react";
import { Banner, BlockStack, Link, Text } from "@shopify/polaris";
import { useState } from "react";
import { useLocale } from "./locale.tsx";

type Props = {
  /** the missing ones; see missingScopes of app/shops/scopes.ts */
  scopes: string[];
  /** what is asked for: what the app needs at any rate, or what the page of plans does */
  of?: "common.scopes" | "plans.access";
};

/**
 * Says that access which the app needs was not granted, and asks for it. Shows nothing where all of
 * it was.
 */
export function MissingScopesBanner({ scopes, of = "common.scopes" }: Props) {
  const { t } = useLocale();
  const shopify = useAppBridge();
  const revalidator = useRevalidator();
  const [isAsking, setAsking] = useState(false);
  if (scopes.length === 0) return null;
  const names = scopes.map((scope) =>
    t(`common.scopes.names.${scope as "read_orders"}`, { defaultValue: scope }),
  );
  const ask = async () => {
    setAsking(true);
    try {
      const { result } = await shopify.scopes.request(scopes);
      if (result === "granted-all") revalidator.revalidate();
      else shopify.toast.show(t("common.scopes.declined"));
    } catch {
      shopify.toast.show(t("common.scopes.declined"), { isError: true });
    } finally {
      setAsking(false);
    }
  };
  return (
    <Banner
      tone={of === "common.scopes" ? "warning" : "info"}
      title={t(`${of}.title`)}
      action={{ content: t("common.scopes.grant"), onAction: ask, loading: isAsking }}
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
        <Text as="p">{t("plans.access.text")}</Text>
      )}
    </Banner>
  );
}
