import { useParams } from "@remix-run/react";
import { BlockStack, Box, Button, Card, InlineStack, Text } from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";
import { isMendedInShopify } from "#app/order/findings.ts";
import { findingText } from "#app/texts/order-texts.ts";
import type { PageFinding } from "#app/views/order-page.ts";
import { CancelAtHakuna } from "./cancel-at-hakuna.tsx";
import { useOrderAction } from "./order-action.tsx";

const backgrounds = {
  error: "bg-surface-critical",
  warning: "bg-surface-warning",
  info: "bg-surface-info",
} as const;

/** One finding: what it is, what to do and where, and the way to put it away. For an order's page. */
export function FindingBox({ finding }: { finding: PageFinding }) {
  const { t, locale } = useLocale();
  const { busy, ask } = useOrderAction();
  const { id } = useParams();
  const { key, code, severity, dismissed } = finding;
  return (
    <Box
      background={dismissed ? "bg-surface-secondary" : backgrounds[severity]}
      padding="200"
      borderRadius="200"
    >
      <BlockStack gap="150">
        <div style={{ overflowWrap: "anywhere" }}>
          <Text as="p">{findingText(t, locale, finding)}</Text>
        </div>
        <InlineStack gap="300">
          {code === "deleted_in_shopify" && <CancelAtHakuna />}
          {isMendedInShopify(code) && (
            <Button variant="plain" url={`shopify:admin/orders/${id}`} target="_top">
              {t("orderPage.finding.shopify")}
            </Button>
          )}
          <Button variant="plain" url={`/app/help#finding-${code}`}>
            {t("orderPage.finding.help")}
          </Button>
          {severity === "warning" && (
            <Button
              variant="plain"
              loading={busy}
              onClick={() => ask({ action: dismissed ? "bring_back" : "put_away", key })}
            >
              {t(dismissed ? "orderPage.finding.bringBack" : "orderPage.finding.putAway")}
            </Button>
          )}
        </InlineStack>
      </BlockStack>
    </Box>
  );
}

/** Findings about the order as a whole, or those that were put away. */
export function OrderFindings({ title, findings }: { title: string; findings: PageFinding[] }) {
  if (findings.length === 0) return null;
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {title}
        </Text>
        {findings.map((finding) => (
          <FindingBox key={finding.key} finding={finding} />
        ))}
      </BlockStack>
    </Card>
  );
}
