import { Link, Text } from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";

/** What keeps the page from fetching offers; null: nothing does. */
export type WhyNotReason = "noKey" | "noCountry" | "access" | null;

/** Why a button is off: what is missing in the settings, or the access that the page's banner asks for. */
export function WhyNot({ why }: { why: WhyNotReason }) {
  const { t } = useLocale();
  if (why === null) return null;
  return (
    <Text as="p" tone="subdued">
      {why === "access" ? t("queue.whyNot.access") : t(`plans.fetch.${why}`)}{" "}
      {why !== "access" && <Link url="/app/settings">{t("common.navigation.settings")}</Link>}
    </Text>
  );
}
