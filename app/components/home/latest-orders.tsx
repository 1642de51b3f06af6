import { BlockStack, Card, InlineStack, Link, Text } from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";
import { RelativeMoment } from "#app/components/shared/moment.tsx";
import { OrderBadges } from "#app/components/shared/order-badges.tsx";
import { OrderName } from "#app/components/shared/order-name.tsx";
import type { ListedOrder } from "#app/views/listed-order.ts";

/** The newest orders, and the way to all of them. */
export function LatestOrders({ orders }: { orders: ListedOrder[] }) {
  const { t } = useLocale();
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack align="space-between" blockAlign="center" gap="200">
          <Text as="h2" variant="headingMd">
            {t("home.latest.title")}
          </Text>
          {orders.length > 0 && <Link url="/app/orders">{t("home.latest.all")}</Link>}
        </InlineStack>
        {orders.length === 0 && (
          <Text as="p" tone="subdued">
            {t("home.latest.none")}
          </Text>
        )}
        {orders.map((order) => (
          <InlineStack key={order.id} align="space-between" blockAlign="center" gap="200">
            <div style={{ overflowWrap: "anywhere", flex: 1 }}>
              <Link url={`/app/orders/${order.id}`} removeUnderline monochrome>
                <Text as="span" fontWeight="semibold">
                  <OrderName order={order} />
                </Text>
              </Link>{" "}
              <Text as="span" tone="subdued" variant="bodySm">
                <RelativeMoment at={order.placedAt} />
              </Text>
            </div>
            <OrderBadges order={order} />
          </InlineStack>
        ))}
      </BlockStack>
    </Card>
  );
}
