import {
  Badge,
  BlockStack,
  Box,
  IndexTable,
  InlineStack,
  Link,
  Text,
  useBreakpoints,
} from "@shopify/polaris";
import type { CSSProperties, ReactNode } from "react";
import type { ListedOrder } from "#app/sync/listed-order.ts";
import type { ConnectionStatus } from "#app/sync/status.ts";
import { Moment } from "./moment.tsx";
import { OrderNote } from "./order-note.tsx";
import { OrderStatusBadge } from "./order-status-badge.tsx";

type Props = {
  title: string;
  orders: ListedOrder[];
  connection: ConnectionStatus;
  /** what the server takes the screen for, until the browser knows */
  isPhone: boolean;
  /** what stands there without orders */
  empty?: ReactNode;
};

/** Text from outside may be long and without a space; Polaris's cells never wrap. */
const wrapping: CSSProperties = { whiteSpace: "normal", overflowWrap: "anywhere" };

/** Orders with their status and what to do about them. */
export function OrderTable({ title, orders, connection, isPhone, empty }: Props) {
  const { smDown } = useBreakpoints({ defaults: { smDown: isPhone } });
  return (
    <>
      <Box padding={{ xs: "400", md: "300" }} paddingBlock="400">
        <BlockStack gap="200">
          <Text as="h2" variant="headingMd">
            {title}
          </Text>
          {orders.length === 0 && empty}
        </BlockStack>
      </Box>
      {orders.length > 0 && (
        <IndexTable
          resourceName={{ singular: "order", plural: "orders" }}
          itemCount={orders.length}
          selectable={false}
          condensed={smDown}
          headings={[
            { title: "Order" },
            { title: "Placed" },
            { title: "Status" },
            { title: "Plans", alignment: "end" },
            { title: "What to know" },
          ]}
        >
          {orders.map((order, position) => (
            <IndexTable.Row id={order.id} key={order.id} position={position}>
              {smDown ? (
                <Condensed order={order} connection={connection} />
              ) : (
                <Cells order={order} connection={connection} />
              )}
            </IndexTable.Row>
          ))}
        </IndexTable>
      )}
    </>
  );
}

type RowProps = { order: ListedOrder; connection: ConnectionStatus };

function Cells({ order, connection }: RowProps) {
  return (
    <>
      <IndexTable.Cell>
        <div style={{ ...wrapping, width: "max-content", maxWidth: "12rem" }}>
          <OrderName order={order} />
        </div>
      </IndexTable.Cell>
      <IndexTable.Cell>
        <Moment at={order.placedAt} />
      </IndexTable.Cell>
      <IndexTable.Cell>
        <OrderStatusBadge status={order.status} />
      </IndexTable.Cell>
      <IndexTable.Cell>
        <Text as="span" alignment="end" numeric>
          {order.planUnits}
        </Text>
      </IndexTable.Cell>
      <IndexTable.Cell>
        <div style={{ ...wrapping, minWidth: "16rem" }}>{note(order, connection) ?? <None />}</div>
      </IndexTable.Cell>
    </>
  );
}

function Condensed({ order, connection }: RowProps) {
  return (
    <Box padding="400" width="100%">
      <BlockStack gap="150">
        <InlineStack align="space-between" blockAlign="start" gap="200" wrap={false}>
          <div style={wrapping}>
            <OrderName order={order} />
          </div>
          <OrderStatusBadge status={order.status} />
        </InlineStack>
        <Text as="span" variant="bodySm" tone="subdued">
          <Moment at={order.placedAt} /> ·{" "}
          {order.planUnits === 1 ? "1 plan" : `${order.planUnits} plans`}
        </Text>
        <div style={wrapping}>{note(order, connection)}</div>
      </BlockStack>
    </Box>
  );
}

function OrderName({ order }: { order: ListedOrder }) {
  return (
    <Link url={`shopify:admin/orders/${order.id}`} target="_top" removeUnderline monochrome>
      <Text as="span" fontWeight="semibold">
        {order.name ?? `Order ${order.id}`}
      </Text>
    </Link>
  );
}

/** What to know or do; null where there is nothing to say. */
function note(order: ListedOrder, connection: ConnectionStatus): ReactNode {
  if (order.note) {
    return (
      <>
        {order.note.kind === "finding" && order.note.severity === "warning" && (
          <span style={{ whiteSpace: "nowrap" }}>
            <Badge tone="warning">Check</Badge>{" "}
          </span>
        )}
        <OrderNote note={order.note} />
      </>
    );
  }
  return order.status === "pending" ? pendingText(connection) : null;
}

function pendingText({ state, backoff }: ConnectionStatus): string {
  if (state === "none") return "Sent once the shop is connected to Hakuna.";
  if (state !== "connected") return "Sent once the connection to Hakuna works again.";
  if (backoff) return "Sent as soon as Hakuna can be reached.";
  return "On its way to Hakuna.";
}

function None() {
  return (
    <Text as="span" tone="subdued">
      –
    </Text>
  );
}
