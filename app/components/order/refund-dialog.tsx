import { useFetcher, useParams } from "@remix-run/react";
import {
  Banner,
  BlockStack,
  Checkbox,
  Divider,
  InlineStack,
  Select,
  Spinner,
  Text,
} from "@shopify/polaris";
import { useEffect, useState } from "react";
import { Dialog } from "#app/components/shared/dialog.tsx";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { RefundablePlan } from "#app/refunds/order-refunds.ts";
import type { RefundPreview } from "#app/refunds/refund-preview.ts";
import { useRefund } from "./refund-answer.ts";

type Props = {
  plan: RefundablePlan;
  /** units that are chosen first */
  units: number;
  notify: boolean;
  onClose: () => void;
};

type Asked = { preview: RefundPreview } | { unavailable: string | null };

/** Shows what Shopify would pay back for units of a plan, and pays it back when that is confirmed. */
export function RefundDialog({ plan, units: first, notify: wanted, onClose }: Props) {
  const { t, formatMoney } = useLocale();
  const { id } = useParams();
  const [units, setUnits] = useState(first);
  const [wantsNotice, setNotice] = useState(wanted);
  const { data, load, state } = useFetcher<Asked>();
  const { busy, ask } = useRefund(onClose);
  useEffect(() => {
    load(`/app/refunds/${id}?plan=${plan.id}&units=${units}`);
  }, [load, id, plan.id, units]);
  const isOwed = plan.owed !== null;
  const preview = data && "preview" in data && data.preview.units === units ? data.preview : null;
  const isAsking = state !== "idle" && preview === null;
  const notify = wantsNotice && (preview?.canNotify ?? false);
  const confirmWords = () => {
    if (preview === null) return t(isOwed ? "refunds.refund" : "refunds.cancel");
    if (preview.amount === 0) return t("refunds.dialog.confirmNothing");
    const amount = formatMoney(preview.amount, preview.currency);
    return t("refunds.dialog.confirm", { amount });
  };
  const confirm = () => {
    if (preview === null) return;
    const { amount, currency, refunded, left } = preview;
    const shown = { units, left, amount, currency, refunded };
    ask({ action: "refund", planLineId: plan.id, notify, ...shown });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(isOwed ? "refunds.dialog.refundTitle" : "refunds.dialog.cancelTitle")}
      primaryAction={{
        content: confirmWords(),
        destructive: true,
        loading: busy,
        disabled: preview === null,
        onAction: confirm,
      }}
      secondaryActions={[{ content: t("common.action.cancel"), onAction: onClose }]}
    >
      <Dialog.Section>
        <BlockStack gap="400">
          <div style={{ overflowWrap: "anywhere" }}>
            <Text as="p" fontWeight="semibold">
              {plan.title}
            </Text>
            {!isOwed && <Text as="p">{t("refunds.dialog.cancelText")}</Text>}
          </div>
          {plan.most > 1 && (
            <Select
              label={t("refunds.dialog.units")}
              options={Array.from({ length: Math.min(plan.most, 100) }, (_, index) => ({
                ...{ label: String(index + 1), value: String(index + 1) },
              }))}
              value={String(units)}
              onChange={(chosen) => setUnits(Number(chosen))}
            />
          )}
          {isAsking && (
            <InlineStack gap="200" blockAlign="center">
              <Spinner size="small" />
              <Text as="p">{t("refunds.dialog.loading")}</Text>
            </InlineStack>
          )}
          {data && "unavailable" in data && !isAsking && (
            <Banner tone="warning">
              {data.unavailable === null
                ? t("refunds.dialog.notFound")
                : t("refunds.dialog.unavailable", { words: data.unavailable })}
            </Banner>
          )}
          {preview && <PaidBack preview={preview} />}
          {preview && (
            <Checkbox
              label={t("refunds.dialog.notify")}
              helpText={preview.canNotify ? undefined : t("refunds.dialog.cannotNotify")}
              checked={notify}
              disabled={!preview.canNotify}
              onChange={setNotice}
            />
          )}
        </BlockStack>
      </Dialog.Section>
    </Dialog>
  );
}

/** What is paid back, by what, and what was paid back before. */
function PaidBack({ preview }: { preview: RefundPreview }) {
  const { t, formatMoney } = useLocale();
  const { amount, price, tax, duties, discount, payments, earlier, isBelow, currency } = preview;
  const money = (minor: number) => formatMoney(minor, currency);
  const manual = payments.filter(({ isManual }) => isManual);
  return (
    <BlockStack gap="300">
      <BlockStack gap="150">
        <Row label={t("refunds.dialog.unitsPrice")} value={money(price)} />
        {discount > 0 && <Row label={t("refunds.dialog.discount")} value={money(discount)} quiet />}
        {tax > 0 && <Row label={t("refunds.dialog.tax")} value={money(tax)} quiet />}
        {duties > 0 && <Row label={t("refunds.dialog.duties")} value={money(duties)} quiet />}
        <Divider />
        <Row label={t("refunds.dialog.amount")} value={money(amount)} strong />
        {payments.map((payment, index) => (
          <Row
            // several may be of one gateway
            // biome-ignore lint/suspicious/noArrayIndexKey: the list is shown as it came
            key={index}
            label={`${t("refunds.dialog.payment")} ${payment.gateway}`}
            value={money(payment.amount)}
            quiet
          />
        ))}
      </BlockStack>
      {amount === 0 && <Banner tone="warning">{t("refunds.dialog.nothing")}</Banner>}
      {amount > 0 && isBelow && <Banner tone="warning">{t("refunds.dialog.below")}</Banner>}
      {[...new Set(manual.map(({ gateway }) => gateway))].map((gateway) => (
        <Banner key={gateway} tone="warning">
          {t("refunds.dialog.manual", { gateway })}
        </Banner>
      ))}
      <BlockStack gap="100">
        <Row
          label={t("refunds.dialog.earlier")}
          value={t("refunds.dialog.ofTotal", {
            refunded: money(preview.refunded),
            received: money(preview.received),
          })}
        />
        {earlier.map((one) => (
          <Text key={one.id} as="p" tone="subdued" variant="bodySm">
            {t("refunds.dialog.earlierLine", {
              amount: money(one.amount),
              count: one.units,
              state: t(`refunds.dialog.paymentState.${one.state}`),
            })}
          </Text>
        ))}
      </BlockStack>
      <Text as="p" tone="subdued">
        {t("refunds.dialog.noRestock")}
      </Text>
    </BlockStack>
  );
}

type RowProps = { label: string; value: string; strong?: boolean; quiet?: boolean };

function Row({ label, value, strong = false, quiet = false }: RowProps) {
  const look = {
    ...(strong && { fontWeight: "semibold" as const }),
    ...(quiet && { tone: "subdued" as const }),
  };
  return (
    <InlineStack align="space-between" gap="200">
      <Text as="span" {...look}>
        {label}
      </Text>
      <Text as="span" numeric {...look}>
        {value}
      </Text>
    </InlineStack>
  );
}
