import {
  Banner,
  BlockStack,
  Button,
  Card,
  Divider,
  InlineStack,
  List,
  Text,
} from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";
import { MissingScopesBanner } from "#app/components/shared/missing-scopes-banner.tsx";
import type { OrderRefunds, RefundablePlan } from "#app/refunds/order-refunds.ts";
import type { OrderPage } from "#app/views/order-page.ts";
import { CancelledPart } from "./cancelled-part.tsx";
import { OpenReturns } from "./open-returns.tsx";
import { RefundList } from "./refund-list.tsx";
import { canRefund, useRemedies } from "./remedies.tsx";
import { RequestList } from "./request-list.tsx";
import { SupportData } from "./support-data.tsx";

type Props = { refunds: OrderRefunds; order: OrderPage["order"]; viewer: string };

/** What can be refunded of an order's plans, until when, and what was. */
export function PlanRefunds({ refunds: all, ...of }: Props) {
  const { plans, refunds, requests, missing, returnsUnseen, alone } = all;
  const { t } = useLocale();
  if (plans.length === 0 && refunds.length === 0) return null;
  const isWanted = plans.some(({ owed }) => owed !== null) || refunds.length > 0;
  const mayRefund = !missing.includes("write_orders");
  // what else is missing is only for what goes by itself
  const asked = mayRefund && alone === null ? [] : missing;
  return (
    <Card>
      <BlockStack gap="400">
        <Text as="h2" variant="headingMd">
          {t("refunds.title")}
        </Text>
        {isWanted && <MissingScopesBanner scopes={asked} of="refunds.access" />}
        {returnsUnseen !== null && (
          <Banner tone="warning">{t("refunds.return.unseen", { words: returnsUnseen })}</Banner>
        )}
        {plans.map((plan, index) => (
          <BlockStack key={plan.id} gap="300">
            {index > 0 && <Divider />}
            <Plan plan={plan} order={of.order} isAlone={alone !== null} mayRefund={mayRefund} />
          </BlockStack>
        ))}
        <RequestList requests={requests} />
        <RefundList refunds={refunds} viewer={of.viewer} />
      </BlockStack>
    </Card>
  );
}

type PlanProps = {
  plan: RefundablePlan;
  order: OrderPage["order"];
  isAlone: boolean;
  mayRefund: boolean;
};

function Plan({ plan, order, isAlone, mayRefund }: PlanProps) {
  const { t } = useLocale();
  const { refund } = useRemedies();
  const { owed, left, whyNot, window } = plan;
  return (
    <BlockStack gap="200">
      <div style={{ overflowWrap: "anywhere" }}>
        <Text as="h3" variant="headingSm">
          {plan.title}
        </Text>
      </div>
      {owed && (
        <BlockStack gap="150">
          <Text as="p">{t(`refunds.owed.${owed.reason}`, { count: owed.units })}</Text>
          {owed.reason === "product_gone" && (
            <Text as="p" tone="subdued">
              {t("refunds.choice")}
            </Text>
          )}
        </BlockStack>
      )}
      <OpenReturns returns={plan.returns} />
      {plan.cancelledUnits > 0 && <CancelledPart planId={plan.id} orderId={order.id} />}
      {left === 0 && plan.cancelledUnits === 0 && (
        <Text as="p" tone="subdued">
          {t("refunds.none")}
        </Text>
      )}
      {left > 0 && <Windows plan={plan} />}
      {left > 0 && window.state !== "open" && (
        <Banner tone="warning">
          <BlockStack gap="200">
            <Text as="p">{t(`refunds.window.${window.state}`)}</Text>
            <SupportData plan={plan} order={order} />
          </BlockStack>
        </Banner>
      )}
      {owed && isAlone && whyNot.length > 0 && window.state !== "past" && (
        <BlockStack gap="100">
          <Text as="p" tone="subdued">
            {t("refunds.alone.whyNot")}
          </Text>
          <List>
            {whyNot.map((reason) => (
              <List.Item key={reason}>{t(`refunds.whyNot.${reason}`)}</List.Item>
            ))}
          </List>
        </BlockStack>
      )}
      {canRefund(plan) && (
        <InlineStack gap="200" blockAlign="center">
          <Button disabled={!mayRefund} onClick={refund(plan.id) ?? undefined} tone="critical">
            {t(owed ? "refunds.refund" : "refunds.cancel")}
          </Button>
          {!mayRefund && (
            <Text as="span" tone="subdued">
              {t("queue.whyNot.refund")}
            </Text>
          )}
        </InlineStack>
      )}
    </BlockStack>
  );
}

/** Each shipment with what is possible until when. */
function Windows({ plan }: { plan: RefundablePlan }) {
  const { t, formatTime, formatDate } = useLocale();
  return (
    <List>
      {plan.windows.map(({ quantity, shippedAt, planUntil, productUntil }) => (
        <List.Item key={shippedAt ?? "unshipped"}>
          {plan.windows.length > 1 && `${t("refunds.window.units", { units: quantity })} `}
          {shippedAt === null || planUntil === null || productUntil === null
            ? t("refunds.window.unshipped")
            : t("refunds.window.shipped", {
                date: formatDate(shippedAt),
                plan: formatTime(planUntil),
                product: formatTime(productUntil),
              })}
        </List.Item>
      ))}
    </List>
  );
}
