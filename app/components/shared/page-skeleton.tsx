import {
  BlockStack,
  Card,
  SkeletonBodyText,
  SkeletonDisplayText,
  SkeletonPage,
} from "@shopify/polaris";
import { useLocale } from "./locale.tsx";

const pages = ["orders", "plans", "settings", "help"] as const;

/**
 * What stands in for a page while it is being read.
 *
 * @param to the page's path
 */
export function PageSkeleton({ to }: { to: string }) {
  const { t } = useLocale();
  const page = pages.find((name) => to.startsWith(`/app/${name}`)) ?? "home";
  const isAnalytics = to.startsWith("/app/analytics");
  return (
    <SkeletonPage title={t(isAnalytics ? "analytics.title" : `common.navigation.${page}`)}>
      <BlockStack gap="400">
        <Card>
          <SkeletonBodyText lines={2} />
        </Card>
        <Card>
          <BlockStack gap="400">
            <SkeletonDisplayText size="small" />
            <SkeletonBodyText lines={8} />
          </BlockStack>
        </Card>
      </BlockStack>
    </SkeletonPage>
  );
}
