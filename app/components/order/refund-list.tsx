import {
  Badge,
  type BadgeProps,
  BlockStack,
  Box,
  Button,
  InlineStack,
  Text,
} from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { ShownRefund } from "#app/refunds/order-refunds.ts";
import { useRefund } from "./refund-answer.ts";

const tones: Record<ShownRefund["state"], NonNullable<BadgeProps["tone"]> | undefined> = {
  planned: "info",
  asking: "attention",
  unclear: "critical",
  paying: "attention",
  unpaid: "critical",
  done: "success",
  refused: "warning",
  dropped: undefined,
};

/** The refunds of an order's plans, the newest first, with what a person can say of them. */
export function RefundList({ refunds, viewer }: { refunds: ShownRefund[]; viewer: string }) {
  const { t } = useLocale();
  if (refunds.length === 0) return null;
  return (
    <BlockStack gap="300">
      <Text as="h3" variant="headingSm">
        {t("refunds.list.title")}
      </Text>
      {refunds.map((refund) => (
        <Refund key={refund.id} refund={refund} viewer={viewer} />
      ))}
    </BlockStack>
  );
}

function Refund({ refund, viewer }: { refund: ShownRefund; viewer: string }) {
  const { t, formatMoney, formatTime } = useLocale();
  const { busy, ask } = useRefund();
  const { id, units, title, state, amount, by, createdAt, dueAt, refundId, problem, words } =
    refund;
  const who = by === null ? "setting" : by === `user:${viewer}` ? "you" : "staff";
  const say = (action: "decline" | "was_paid" | "was_not_paid") => () =>
    ask({ action, refundId: id });
  return (
    <Box padding="300" borderWidth="025" borderColor="border" borderRadius="200">
      <BlockStack gap="150">
        <InlineStack align="space-between" gap="200" blockAlign="start">
          <div style={{ flex: 1, minWidth: "10rem", overflowWrap: "anywhere" }}>
            <Text as="p" fontWeight="semibold">
              {t("refunds.list.line", { units, title })}
            </Text>
          </div>
          <Badge tone={tones[state]}>{t(`refunds.state.${state}`)}</Badge>
        </InlineStack>
        <Text as="p" numeric>
          {[
            amount === null
              ? t("refunds.list.amountUnknown")
              : formatMoney(amount.amount, amount.currency),
            formatTime(createdAt),
            t(`refunds.list.by.${who}`),
            ...(refundId ? [t("refunds.list.shopify", { id: refundId })] : []),
          ].join(" · ")}
        </Text>
        {state in abouts && (
          <Text as="p">
            {t(`refunds.about.${state as About}`, {
              time: dueAt === null ? "" : formatTime(dueAt),
            })}
          </Text>
        )}
        {problem && (
          <Text as="p" tone={state === "refused" ? "critical" : undefined}>
            {t(`refunds.problem.${problem}`, { words: words ?? "" })}
          </Text>
        )}
        {state === "done" && (
          <Text as="p" tone="subdued">
            {t(refund.isAtHakuna ? "refunds.list.atHakuna" : "refunds.list.notAtHakuna")}
          </Text>
        )}
        <InlineStack gap="200">
          {state === "planned" && (
            <Button loading={busy} onClick={say("decline")}>
              {t("refunds.decide.decline")}
            </Button>
          )}
          {(state === "unclear" || state === "unpaid" || state === "paying") && (
            <Button loading={busy} onClick={say("was_paid")}>
              {t(
                state === "unclear" ? "refunds.decide.was_paid_unclear" : "refunds.decide.was_paid",
              )}
            </Button>
          )}
          {state === "unclear" && (
            <Button loading={busy} onClick={say("was_not_paid")}>
              {t("refunds.decide.was_not_paid")}
            </Button>
          )}
        </InlineStack>
      </BlockStack>
    </Box>
  );
}

/** The states that need a sentence. */
const abouts = { planned: 1, asking: 1, unclear: 1, paying: 1, unpaid: 1 };
type About = keyof typeof abouts;
