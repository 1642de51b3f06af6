import { BlockStack, Card, Grid, Text } from "@shopify/polaris";
import type { HomeStatus } from "#app/sync/status.ts";

/** How many orders are where, in the merchant's terms. */
export function OrderCounts({ counts }: { counts: HomeStatus["counts"] }) {
  const troubles = counts.blocked + counts.rejected;
  const groups = [
    { label: "At Hakuna", count: counts.sent + counts.confirmed, hint: "in their latest state" },
    { label: "To be sent", count: counts.pending, hint: "new or changed" },
    {
      label: "Needs attention",
      count: troubles,
      hint: troubles === 0 ? "nothing to do" : "see below",
    },
    { label: "Waiting", count: counts.waiting, hint: "for the rest of the order" },
    { label: "Not shared", count: counts.skipped, hint: "need not go to Hakuna" },
  ];
  return (
    <Card>
      <Grid columns={{ xs: 2, sm: 2, md: 5, lg: 5, xl: 5 }}>
        {groups.map(({ label, count, hint }, index) => (
          <Grid.Cell
            key={label}
            // Five in two columns: the first has a row of its own.
            columnSpan={{ xs: index === 0 ? 2 : 1, sm: index === 0 ? 2 : 1, md: 1, lg: 1, xl: 1 }}
          >
            <BlockStack gap="050">
              <Text as="h2" variant="bodyMd">
                {label}
              </Text>
              <Text
                as="p"
                variant="headingLg"
                numeric
                tone={label === "Needs attention" && count > 0 ? "critical" : undefined}
              >
                {count.toLocaleString("en")}
              </Text>
              <Text as="p" variant="bodySm" tone="subdued">
                {hint}
              </Text>
            </BlockStack>
          </Grid.Cell>
        ))}
      </Grid>
    </Card>
  );
}
