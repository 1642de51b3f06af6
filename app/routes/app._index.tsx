import type { LoaderFunctionArgs } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { Banner, BlockStack, Card, Page, Text } from "@shopify/polaris";
import { boundary } from "@shopify/shopify-app-remix/server";
import { homeStatus } from "#app/sync/status.ts";
import { ConnectionCard } from "../components/connection-card.tsx";
import { OrderCounts } from "../components/order-counts.tsx";
import { OrderTable } from "../components/order-table.tsx";
import { useRefresh } from "../components/refresh.ts";

export async function loader({ request, context }: LoaderFunctionArgs) {
  const { session } = await context.authenticateAdmin(request);
  return {
    shop: session.shop,
    status: await homeStatus(context.prisma, session.shop),
    isPhone: /Mobi/.test(request.headers.get("User-Agent") ?? ""),
  };
}

export const headers = boundary.headers;

export default function Home() {
  const { shop, status, isPhone } = useLoaderData<typeof loader>();
  const { connection, counts, orders, olderTroubles, unreadable } = status;
  useRefresh(counts.pending + counts.waiting > 0 ? 3_000 : 10_000);
  return (
    <Page title="Order sync" subtitle="What Hakuna knows of your shop's orders">
      <BlockStack gap="400">
        <ConnectionCard shop={shop} connection={connection} pending={counts.pending} />
        {unreadable > 0 && (
          <Banner tone="warning" title="Some messages from Shopify could not be read">
            {unreadable === 1 ? "One message was" : `${unreadable} messages were`} set aside. The
            people who run the app can see why.
          </Banner>
        )}
        <OrderCounts counts={counts} />
        <Card padding="0">
          <OrderTable
            title="Latest orders"
            orders={orders}
            connection={connection}
            isPhone={isPhone}
            empty={<NoOrders isConnected={connection.state !== "none"} />}
          />
        </Card>
        {olderTroubles.length > 0 && (
          <Card padding="0">
            <OrderTable
              title="Older orders that need attention"
              orders={olderTroubles}
              connection={connection}
              isPhone={isPhone}
            />
          </Card>
        )}
      </BlockStack>
    </Page>
  );
}

function NoOrders({ isConnected }: { isConnected: boolean }) {
  return (
    <BlockStack gap="200">
      <Text as="p" fontWeight="medium">
        No orders yet
      </Text>
      <Text as="p" tone="subdued">
        When a customer buys a Hakuna protection plan, the order appears here and{" "}
        {isConnected ? "goes to Hakuna" : "goes to Hakuna as soon as the shop is connected"}. It is
        sent again whenever it is shipped, changed, refunded or canceled. There is nothing for you
        to do.
      </Text>
    </BlockStack>
  );
}
