import { useAppBridge } from "@shopify/app-bridge-react";
import { BlockStack, Box, Button, Card, Collapsible, InlineStack, Text } from "@shopify/polaris";
import { type CSSProperties, useState } from "react";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { OrderPage } from "#app/views/order-page.ts";

type Props = Pick<OrderPage, "payload" | "order">;

const looks: Record<"same" | "added" | "removed", { sign: string; style: CSSProperties }> = {
  same: { sign: " ", style: {} },
  added: { sign: "+", style: { background: "var(--p-color-bg-surface-success)" } },
  removed: { sign: "−", style: { background: "var(--p-color-bg-surface-critical)" } },
};

/** The exact JSON that Hakuna has, and line by line what would change if it were sent now. */
export function OrderPayload({ payload, order }: Props) {
  const { t } = useLocale();
  const shopify = useAppBridge();
  const [isOpen, setOpen] = useState(false);
  async function copy() {
    const sent = payload?.lines.filter(({ kind }) => kind !== "added") ?? [];
    await navigator.clipboard.writeText(sent.map(({ text }) => text).join("\n"));
    shopify.toast.show(t("orderPage.payload.copied"));
  }
  const state = order.redacted
    ? "noneRedacted"
    : payload === null
      ? order.status === "skipped"
        ? "noneSkipped"
        : "none"
      : payload.differs
        ? "differs"
        : "same";
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack align="space-between" blockAlign="center" gap="200">
          <Text as="h2" variant="headingMd">
            {t(
              payload?.isSent === false ? "orderPage.payload.titleNew" : "orderPage.payload.title",
            )}
          </Text>
          {payload && (
            <InlineStack gap="300">
              <Button
                variant="plain"
                ariaExpanded={isOpen}
                ariaControls="payload"
                onClick={() => setOpen(!isOpen)}
              >
                {t(isOpen ? "orderPage.payload.hide" : "orderPage.payload.show")}
              </Button>
              <Button variant="plain" onClick={copy}>
                {t("orderPage.payload.copy")}
              </Button>
            </InlineStack>
          )}
        </InlineStack>
        {(payload?.isSent !== false || state !== "same") && (
          <Text as="p" tone="subdued">
            {t(`orderPage.payload.${state}`)}
          </Text>
        )}
        {payload && (
          <Collapsible id="payload" open={isOpen}>
            <Box background="bg-surface-secondary" padding="300" borderRadius="200">
              {payload.lines.map(({ place, kind, text }) => (
                <Line key={place} kind={kind} text={text} />
              ))}
            </Box>
          </Collapsible>
        )}
      </BlockStack>
    </Card>
  );
}

function Line({ kind, text }: { kind: "same" | "added" | "removed"; text: string }) {
  const { t } = useLocale();
  const { sign, style } = looks[kind];
  return (
    <div
      style={{
        ...style,
        fontFamily: "var(--p-font-family-mono)",
        fontSize: "var(--p-font-size-300)",
        whiteSpace: "pre-wrap",
        overflowWrap: "anywhere",
      }}
    >
      <span aria-hidden>{sign} </span>
      {kind !== "same" && (
        <Text as="span" visuallyHidden>
          {t(`orderPage.payload.${kind}`)}:
        </Text>
      )}
      {text}
    </div>
  );
}
