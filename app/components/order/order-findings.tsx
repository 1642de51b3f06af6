import { useParams } from "@remix-run/react";
import { BlockStack, Box, Button, Card, InlineStack, Text } from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";
import { findingText } from "#app/texts/order-texts.ts";
import type { PageFinding } from "#app/views/order-page.ts";
import { CancelAtHakuna } from "./cancel-at-hakuna.tsx";
import { RefusalWords } from "./refusal-words.tsx";
import { remedyOf, useRemedies } from "./remedies.tsx";

const backgrounds = {
  error: "bg-surface-critical",
  warning: "bg-surface-warning",
  info: "bg-surface-info",
} as const;

/** One finding: what it is, what to do and where, and the way to put it away. For an order's page. */
export function FindingBox({ finding }: { finding: PageFinding }) {
  const { t, locale } = useLocale();
  const desk = useRemedies();
  const { id } = useParams();
  const { keys, code, severity, inShopify, dismissed } = finding;
  const remedy = dismissed ? null : remedyOf(finding, desk);
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
        <InlineStack gap="300" blockAlign="center">
          {remedy && (
            <Button
              size="slim"
              variant={remedy.remedy === "accept" ? "primary" : "secondary"}
              loading={desk.busy}
              {...(typeof remedy.act === "string" ? linkTo(remedy.act) : { onClick: remedy.act })}
            >
              {t(`queue.remedy.${remedy.remedy}`)}
            </Button>
          )}
          {code === "deleted_in_shopify" && <CancelAtHakuna />}
          {inShopify && (
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
              loading={desk.busy}
              onClick={() =>
                dismissed
                  ? desk.ask({ action: "bring_back", keys }, { action: "put_away", keys })
                  : desk.ask({ action: "put_away", keys }, { action: "bring_back", keys })
              }
            >
              {t(dismissed ? "orderPage.finding.bringBack" : "orderPage.finding.putAway")}
            </Button>
          )}
        </InlineStack>
      </BlockStack>
    </Box>
  );
}

/** A page of Shopify's is not opened inside the app's frame. */
function linkTo(url: string) {
  return url.startsWith("shopify:") ? { url, target: "_top" as const } : { url };
}

type Props = {
  title: string;
  findings: PageFinding[];
  /** Hakuna's words to a refusal that is among them */
  refusal?: string | null;
};

/** Findings about the order as a whole, or those that were put away. */
export function OrderFindings({ title, findings, refusal = null }: Props) {
  if (findings.length === 0) return null;
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {title}
        </Text>
        {findings.map((finding) => (
          <FindingBox key={finding.keys[0]} finding={finding} />
        ))}
        {refusal !== null && <RefusalWords words={refusal} />}
      </BlockStack>
    </Card>
  );
}
