import { useRevalidator } from "@remix-run/react";
import { useAppBridge } from "@shopify/app-bridge-react";
import { Banner, Text } from "@shopify/polaris";
import { useState } from "react";
import { useLocale } from "./locale.tsx";

/**
 * Asks for the access that this page needs and the sync does not. Shows nothing where all of it was
 * granted.
 */
export function PlanAccessBanner({ scopes }: { scopes: string[] }) {
  const { t } = useLocale();
  const shopify = useAppBridge();
  const revalidator = useRevalidator();
  const [isAsking, setAsking] = useState(false);
  if (scopes.length === 0) return null;
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
      tone="info"
      title={t("plans.access.title")}
      action={{ content: t("common.scopes.grant"), onAction: ask, loading: isAsking }}
    >
      <Text as="p">{t("plans.access.text")}</Text>
    </Banner>
  );
}
