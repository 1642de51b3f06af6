import { BlockStack, Card, InlineGrid, Link, Text } from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { HomePage } from "#app/views/home.ts";

/** The four figures of the home page, each the way to the orders behind it. */
export function Figures({ figures, since }: Pick<HomePage, "figures" | "since">) {
  const { t, formatNumber } = useLocale();
  const shown = [
    { name: "synced", url: "/app/orders?view=synced" },
    { name: "pending", url: "/app/orders?view=pending" },
    { name: "attention", url: "/app/orders?view=attention" },
    { name: "plansSold", url: `/app/orders?plans=yes&from=${since}` },
  ] as const;
  return (
    <InlineGrid columns={{ xs: 2, md: 4 }} gap={{ xs: "300", md: "400" }}>
      {shown.map(({ name, url }) => (
        <Card key={name}>
          <BlockStack gap="100">
            <Text as="h2" variant="bodyMd" tone="subdued">
              <Link url={url} monochrome removeUnderline>
                {t(`home.figure.${name}`)}
              </Link>
            </Text>
            <Text
              as="p"
              variant="headingXl"
              numeric
              tone={name === "attention" && figures.attention > 0 ? "critical" : undefined}
            >
              {formatNumber(figures[name])}
            </Text>
          </BlockStack>
        </Card>
      ))}
    </InlineGrid>
  );
}
