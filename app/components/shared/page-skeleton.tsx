import {
  BlockStack,
  Card,
  SkeletonBodyText,
  SkeletonDisplayText,
  SkeletonPage,
} from "@shopify/polaris";

/** What stands in for a page while it is being read. */
export function PageSkeleton() {
  return (
    <SkeletonPage title="Order sync">
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
