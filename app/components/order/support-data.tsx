import { useAppBridge } from "@shopify/app-bridge-react";
import { Button, InlineStack } from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { RefundablePlan } from "#app/refunds/order-refunds.ts";
import type { OrderPage } from "#app/views/order-page.ts";

/** Copies what Hakuna's support needs to decide about a plan. No customer data. */
export function SupportData({ plan, order }: { plan: RefundablePlan; order: OrderPage["order"] }) {
  const { t, formatTime } = useLocale();
  const shopify = useAppBridge();
  const text = [
    t("refunds.support.order", { name: order.name ?? order.id, id: order.id }),
    t("refunds.support.plan", { title: plan.title, id: plan.id, units: plan.left }),
    ...plan.windows.map(({ quantity: units, shippedAt }) =>
      shippedAt === null
        ? t("refunds.support.unshipped", { units })
        : t("refunds.support.shipped", { units, date: formatTime(shippedAt) }),
    ),
  ].join("\n");
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    shopify.toast.show(t("refunds.window.copied"));
  };
  return (
    <InlineStack>
      <Button onClick={copy}>{t("refunds.window.copy")}</Button>
    </InlineStack>
  );
}
