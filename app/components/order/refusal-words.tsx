import { BlockStack, Box, Button, Card, InlineStack, Text } from "@shopify/polaris";
import { useId, useState } from "react";
import { useLocale } from "#app/components/shared/locale.tsx";

/** Hakuna's own words why it refused the order, for whoever asks for them. */
export function RefusalWords({ words }: { words: string }) {
  const { t } = useLocale();
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  return (
    <BlockStack gap="200">
      <InlineStack>
        <Button
          variant="plain"
          disclosure={isOpen ? "up" : "down"}
          ariaExpanded={isOpen}
          ariaControls={id}
          onClick={() => setOpen(!isOpen)}
        >
          {t("orderPage.refusal.words")}
        </Button>
      </InlineStack>
      <div id={id} hidden={!isOpen}>
        <Box background="bg-surface-secondary" padding="200" borderRadius="200">
          <div style={{ overflowWrap: "anywhere" }}>
            <Text as="p">{t("common.quoted", { text: words })}</Text>
          </div>
        </Box>
      </div>
    </BlockStack>
  );
}

/** A refusal that no finding explains: what to do about it, and Hakuna's words on demand. */
export function UnknownRefusal({ words }: { words: string }) {
  const { t } = useLocale();
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="p">{t("orderPage.refusal.text")}</Text>
        <RefusalWords words={words} />
        <InlineStack>
          <Button url="/app/help#support">{t("queue.remedy.support")}</Button>
        </InlineStack>
      </BlockStack>
    </Card>
  );
}
