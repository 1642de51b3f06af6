import { Badge, BlockStack, Box, Button, InlineStack, Text } from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { ShownRequest } from "#app/refunds/order-refunds.ts";
import { useRefund } from "./refund-answer.ts";

const tones = {
  open: "attention",
  refunded: "success",
  declined: undefined,
  elsewhere: "success",
} as const;

/** What the buyer asked for in their account, the newest first, with its answer. */
export function RequestList({ requests }: { requests: ShownRequest[] }) {
  const { t } = useLocale();
  if (requests.length === 0) return null;
  return (
    <BlockStack gap="300">
      <Text as="h3" variant="headingSm">
        {t("refunds.request.title")}
      </Text>
      {requests.map((request) => (
        <Request key={request.id} request={request} />
      ))}
    </BlockStack>
  );
}

function Request({ request }: { request: ShownRequest }) {
  const { t, formatTime } = useLocale();
  const { busy, ask } = useRefund();
  const { planLineId, title, units, createdAt, answeredAt, state, receipt } = request;
  return (
    <Box padding="300" borderWidth="025" borderColor="border" borderRadius="200">
      <BlockStack gap="150">
        <InlineStack align="space-between" gap="200" blockAlign="start">
          <div style={{ flex: 1, minWidth: "10rem", overflowWrap: "anywhere" }}>
            <Text as="p" fontWeight="semibold">
              {t("refunds.request.line", { units, title, time: formatTime(createdAt) })}
            </Text>
          </div>
          <Badge tone={tones[state]}>{t(`refunds.request.state.${state}`)}</Badge>
        </InlineStack>
        {state === "open" && <Text as="p">{t("refunds.request.about.open")}</Text>}
        {answeredAt !== null && (
          <Text as="p">{t("refunds.request.answered", { time: formatTime(answeredAt) })}</Text>
        )}
        <Text as="p" tone="subdued">
          {t(`refunds.request.receipt.${receipt}`)}
        </Text>
        {state === "open" && (
          <InlineStack>
            <Button loading={busy} onClick={() => ask({ action: "decline_request", planLineId })}>
              {t("refunds.request.decline")}
            </Button>
          </InlineStack>
        )}
      </BlockStack>
    </Box>
  );
}
