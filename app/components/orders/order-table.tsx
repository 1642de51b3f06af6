import { useFetcher, useSearchParams } from "@remix-run/react";
import { useAppBridge } from "@shopify/app-bridge-react";
import {
  BlockStack,
  Box,
  IndexTable,
  IndexTableSelectionType,
  InlineStack,
  Link,
  Text,
  useBreakpoints,
  useIndexResourceState,
} from "@shopify/polaris";
import { type CSSProperties, memo, useEffect } from "react";
import { useLocale } from "#app/components/shared/locale.tsx";
import { Moment } from "#app/components/shared/moment.tsx";
import { OrderBadges } from "#app/components/shared/order-badges.tsx";
import { OrderName } from "#app/components/shared/order-name.tsx";
import { OrderNote } from "#app/components/shared/order-note.tsx";
import type { Translate } from "#app/texts/i18n.ts";
import type { OrderFilter } from "#app/views/order-filter.ts";
import type { OrderOfList } from "#app/views/order-list.ts";
import { useBulk } from "./bulk.tsx";
import { listOf, orderOf } from "./list-address.ts";
import { useMixedCheckboxes } from "./mixed-checkboxes.ts";
import { NoOrders } from "./no-orders.tsx";
import { PhoneSelection, RowCheckbox } from "./phone-selection.tsx";
import { RefundDeadline } from "./refund-deadline.tsx";

type Props = {
  orders: OrderOfList[];
  filter: OrderFilter;
  /** the shop has no order at all */
  isEmptyShop: boolean;
  /** cursors of the neighboring pages */
  next: string | null;
  previous: string | null;
  /** what the server takes the screen for, until the browser knows */
  isPhone: boolean;
};

/** Text from outside may be long and without a space; Polaris's cells never wrap. */
const wrapping: CSSProperties = { whiteSpace: "normal", overflowWrap: "anywhere" };

/** The orders of one page, to be chosen and sent again. */
export function OrderTable({ orders, filter, isEmptyShop, next, previous, isPhone }: Props) {
  const { t } = useLocale();
  const { mdDown } = useBreakpoints({ defaults: { mdDown: isPhone } });
  const [params, setParams] = useSearchParams();
  const selection = useIndexResourceState(orders);
  const resend = useResend(selection.clearSelection);
  const bulk = useBulk(selection.clearSelection);
  useMixedCheckboxes();
  const list = listOf(params);
  const turnTo = (name: "after" | "before", cursor: string | null) => {
    const query = new URLSearchParams(params);
    query.delete("after");
    query.delete("before");
    if (cursor) query.set(name, cursor);
    setParams(query);
    selection.clearSelection();
  };
  const actions = [
    {
      content: t("orders.resend"),
      disabled: resend.busy,
      onAction: () => resend.send(selection.selectedResources),
    },
    ...(["accept", "put_away", "skip"] as const).map((action) => ({
      content: t(`queue.bulk.${action}`),
      disabled: bulk.busy,
      onAction: () => bulk.ask(action, selection.selectedResources),
    })),
  ];
  const select = selection.handleSelectionChange;
  return (
    <>
      {bulk.undone}
      {mdDown && (
        <PhoneSelection
          count={selection.selectedResources.length}
          total={orders.length}
          actions={actions}
          onToggleAll={(chosen) => select(IndexTableSelectionType.Page, chosen)}
        />
      )}
      <IndexTable
        resourceName={{ singular: t("orders.singular"), plural: t("orders.plural") }}
        itemCount={orders.length}
        selectedItemsCount={
          selection.allResourcesSelected ? "All" : selection.selectedResources.length
        }
        onSelectionChange={selection.handleSelectionChange}
        promotedBulkActions={actions}
        condensed={mdDown}
        emptyState={<NoOrders filter={filter} isEmptyShop={isEmptyShop} />}
        headings={[
          { title: t("orders.column.order") },
          { title: t("orders.column.date") },
          { title: t("orders.column.customer") },
          { title: t("orders.column.plans"), alignment: "end" },
          { title: t("orders.column.status") },
          { title: t("orders.column.note") },
        ]}
        pagination={{
          hasNext: next !== null,
          hasPrevious: previous !== null,
          onNext: () => turnTo("after", next),
          onPrevious: () => turnTo("before", previous),
          accessibilityLabel: t("orders.page"),
        }}
      >
        {orders.map((order, position) => (
          <IndexTable.Row
            id={order.id}
            key={order.id}
            position={position}
            selected={selection.selectedResources.includes(order.id)}
          >
            {mdDown ? (
              <InlineStack wrap={false} blockAlign="start">
                <Box paddingBlockStart="400" paddingInlineStart="400">
                  <RowCheckbox
                    label={t("queue.select", { name: order.name ?? order.id })}
                    checked={selection.selectedResources.includes(order.id)}
                    onChange={(chosen) => select(IndexTableSelectionType.Single, chosen, order.id)}
                  />
                </Box>
                <Condensed order={order} list={list} />
              </InlineStack>
            ) : (
              <Cells order={order} list={list} />
            )}
          </IndexTable.Row>
        ))}
      </IndexTable>
    </>
  );
}

/** How many orders are sent again, and of how many nothing is sent. */
type Resent = { resent: number; skipped: number; held: number };

function resentText(t: Translate, { resent, skipped, held }: Resent): string {
  return [
    ...(resent > 0 ? [t("queue.resent.again", { count: resent })] : []),
    ...(skipped > 0 ? [t("queue.resent.skipped", { count: skipped })] : []),
    ...(held > 0 ? [t("queue.resent.held", { count: held })] : []),
  ].join(". ");
}

/** Sends orders again and tells the result. */
function useResend(whenDone: () => void) {
  const { t } = useLocale();
  const shopify = useAppBridge();
  const fetcher = useFetcher<Resent | { failed: true }>();
  const { data, state } = fetcher;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each answer
  useEffect(() => {
    if (state !== "idle" || !data) return;
    if ("resent" in data) {
      shopify.toast.show(resentText(t, data));
      whenDone();
    } else {
      shopify.toast.show(t("orders.resendFailed"), { isError: true });
    }
  }, [data, state]);
  return {
    busy: state !== "idle",
    send(ids: string[]) {
      fetcher.submit({ ids }, { method: "post", encType: "application/json" });
    },
  };
}

/** `list`: the search params of the list, for the way back and on */
type RowProps = { order: OrderOfList; list: string };

/** Drawn anew only for another order: choosing one of fifty rows is felt otherwise. */
const Cells = memo(function Cells({ order, list }: RowProps) {
  return (
    <>
      <IndexTable.Cell>
        <div style={{ ...wrapping, width: "max-content", maxWidth: "12rem" }}>
          <Link dataPrimaryLink url={orderOf(order, list)} removeUnderline monochrome>
            <Text as="span" fontWeight="semibold">
              <OrderName order={order} />
            </Text>
          </Link>
        </div>
      </IndexTable.Cell>
      <IndexTable.Cell>
        <Moment at={order.placedAt} />
      </IndexTable.Cell>
      <IndexTable.Cell>
        <div style={{ ...wrapping, width: "max-content", maxWidth: "10rem" }}>
          {order.lastName ?? <None />}
        </div>
      </IndexTable.Cell>
      <IndexTable.Cell>
        <Text as="span" alignment="end" numeric>
          <Plans order={order} />
        </Text>
      </IndexTable.Cell>
      <IndexTable.Cell>
        <OrderBadges order={order} />
      </IndexTable.Cell>
      <IndexTable.Cell>
        <div style={{ ...wrapping, minWidth: "14rem" }}>
          {order.note ? <OrderNote note={order.note} /> : <None />}
          <RefundOf order={order} list={list} />
        </div>
      </IndexTable.Cell>
    </>
  );
});

const Condensed = memo(function Condensed({ order, list }: RowProps) {
  return (
    <Box padding="400" paddingInlineStart="200" width="100%">
      <BlockStack gap="150">
        <InlineStack align="space-between" blockAlign="start" gap="200" wrap={false}>
          <div style={wrapping}>
            <Link dataPrimaryLink url={orderOf(order, list)} removeUnderline monochrome>
              <Text as="span" fontWeight="semibold">
                <OrderName order={order} />
              </Text>
            </Link>
            {order.lastName && <> · {order.lastName}</>}
          </div>
          <OrderBadges order={order} />
        </InlineStack>
        <Text as="span" variant="bodySm" tone="subdued">
          <Moment at={order.placedAt} />
          {order.planUnits > 0 && (
            <>
              {" · "}
              <Plans order={order} />
            </>
          )}
        </Text>
        {order.note && (
          <div style={wrapping}>
            <OrderNote note={order.note} />
            <RefundOf order={order} list={list} />
          </div>
        )}
      </BlockStack>
    </Box>
  );
});

function RefundOf({ order, list }: RowProps) {
  const { toRefund, refundUntil } = order;
  const url = orderOf(order, list, { remedy: "refund" });
  return (
    // a click anywhere in a row is one on its order
    // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/noStaticElementInteractions: the link has them
    <div onClick={(event) => event.stopPropagation()}>
      <RefundDeadline toRefund={toRefund} until={refundUntil} url={url} />
    </div>
  );
}

/** What the plans cost together and how many there are. */
function Plans({ order: { planUnits, planTotal } }: { order: OrderOfList }) {
  const { t, formatMoney } = useLocale();
  if (planUnits === 0) return <None />;
  const units = t("orders.planUnits", { count: planUnits });
  if (planTotal === null) return <>{units}</>;
  const total = formatMoney(planTotal.amount, planTotal.currency);
  return <>{planUnits === 1 ? total : `${total} · ${units}`}</>;
}

function None() {
  const { t } = useLocale();
  return (
    <Text as="span" tone="subdued">
      {t("common.none")}
    </Text>
  );
}
