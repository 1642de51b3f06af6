import { type ActionFunctionArgs, data, type LoaderFunctionArgs } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { BlockStack, Card, Layout, Page, Text } from "@shopify/polaris";
import { boundary } from "@shopify/shopify-app-remix/server";
import { useState } from "react";
import {
  cancelAtHakuna,
  checkProcessing,
  pairByHand,
  putFindingAway,
  resendOrders,
  skipByHand,
  unpair,
} from "#app/actions/order-actions.ts";
import { useOrderAction } from "#app/components/order/order-action.tsx";
import { OrderFindings } from "#app/components/order/order-findings.tsx";
import { OrderPairing } from "#app/components/order/order-pairing.tsx";
import { OrderPayload } from "#app/components/order/order-payload.tsx";
import { type OrderRequest, orderRequest } from "#app/components/order/order-request.ts";
import { OrderTimeline } from "#app/components/order/order-timeline.tsx";
import { PlanRefunds } from "#app/components/order/plan-refunds.tsx";
import { UnknownRefusal } from "#app/components/order/refusal-words.tsx";
import { RemedyDesk } from "#app/components/order/remedies.tsx";
import { orderOf } from "#app/components/orders/list-address.ts";
import { Dialog } from "#app/components/shared/dialog.tsx";
import { useLocale } from "#app/components/shared/locale.tsx";
import { OrderBadges } from "#app/components/shared/order-badges.tsx";
import { OrderNote } from "#app/components/shared/order-note.tsx";
import { readAsked } from "#app/components/shared/read-asked.ts";
import { useRefresh } from "#app/components/shared/refresh.ts";
import { Trouble } from "#app/components/shared/trouble.tsx";
import type { NamedPair } from "#app/order/named-pairs.ts";
import { readOrderRefunds, type ShownRefund } from "#app/refunds/order-refunds.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { type Neighbor, neighborsOf } from "#app/views/order-neighbors.ts";
import { orderPage, type PageLine } from "#app/views/order-page.ts";

export async function loader({ request, params, context }: LoaderFunctionArgs) {
  const { session, sessionToken } = await context.authenticateAdmin(request);
  const page = await orderPage(
    { prisma: context.prisma, pool: context.run.pool },
    session.shop,
    params.id ?? "",
  );
  if (page === null) throw new Response(null, { status: 404 });
  const { searchParams } = new URL(request.url);
  const [list, place] = [searchParams.get("list"), searchParams.get("place")];
  const { prisma, run } = context;
  const { order, standings, timeZone } = page;
  const [refunds, neighbors] = await Promise.all([
    readOrderRefunds(prisma, session.shop, order.id, standings, run.now()),
    list === null || place === null
      ? { previous: null, next: null }
      : neighborsOf(run.pool, session.shop, timeZone, new URLSearchParams(list), place),
  ]);
  return { ...page, refunds, viewer: sessionToken.sub, list, neighbors };
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const { session, sessionToken } = await context.authenticateAdmin(request);
  const asked = await readAsked(request, orderRequest);
  const who = `user:${sessionToken.sub}`;
  try {
    const pairs = await carryOut(context.run, session.shop, params.id ?? "", asked, who);
    await context.queue.wake([session.shop]);
    return data({ done: asked.action, pairs });
  } catch (err) {
    context.log.warn({ err, shop: session.shop, action: asked.action }, "an action failed");
    return data({ failed: true as const }, { status: 409 });
  }
}

/** Answers the order's pairs where they were changed. */
async function carryOut(
  run: RunContext,
  shop: string,
  id: string,
  asked: OrderRequest,
  by: string,
): Promise<NamedPair[]> {
  switch (asked.action) {
    case "pair":
      return (await pairByHand(run, shop, id, asked, by)).pairs;
    case "unpair":
      return (await unpair(run, shop, id, asked.productLineId, by)).pairs;
    case "resend":
      await resendOrders(run, shop, [id], by);
      break;
    case "put_away":
    case "bring_back":
      await putFindingAway(
        run,
        shop,
        id,
        { keys: asked.keys, away: asked.action === "put_away" },
        by,
      );
      break;
    case "skip":
    case "unskip":
      await skipByHand(run, shop, id, asked.action === "skip", by);
      break;
    case "cancel":
      await cancelAtHakuna(run, shop, id, by);
      break;
    case "check":
      await checkProcessing(run, shop, id, by);
      break;
  }
  return [];
}

export const headers = boundary.headers;

const refundTakesMs = 2 * 60_000;

export default function Order() {
  const page = useLoaderData<typeof loader>();
  const { order, findings, lines, list, neighbors } = page;
  const beside = (one: Neighbor | null) => (one && list !== null ? orderOf(one, list) : undefined);
  const { t, formatTime } = useLocale();
  const [isSkipping, setSkipping] = useState(false);
  const { busy, ask } = useOrderAction();
  const isMoving =
    order.status === "pending" ||
    order.status === "waiting" ||
    page.isChecking ||
    isBeingRefunded(page.refunds.refunds);
  useRefresh(isMoving ? 3_000 : 30_000);
  const isSkipped = order.status === "skipped";
  // in front only where it may help: what Hakuna has, or is sent anyway, it mends nothing of
  const isRefused = order.status === "rejected";
  const resend = {
    content: t("orderPage.resend"),
    loading: busy,
    disabled: isSkipped,
    helpText: isSkipped ? t("queue.whyNot.skipped") : undefined,
    onAction: () => ask({ action: "resend" }),
  };
  const open = findings.filter(({ dismissed }) => !dismissed);
  // beside the last of its lines: of a product and a plan, the plan
  const besideOf = (line: PageLine) =>
    open.filter(({ lineItemIds }) => lineItemIds.at(-1) === line.id);
  return (
    // Names and titles from outside may be long and without a space.
    <div style={{ overflowWrap: "anywhere" }}>
      <Page
        backAction={{
          content: t("orderPage.back"),
          url: list ? `/app/orders?${list}` : "/app/orders",
        }}
        pagination={
          list === null
            ? undefined
            : {
                hasPrevious: neighbors.previous !== null,
                previousURL: beside(neighbors.previous),
                hasNext: neighbors.next !== null,
                nextURL: beside(neighbors.next),
              }
        }
        title={order.name ?? t("common.order.nameless", { id: order.id })}
        titleMetadata={<OrderBadges order={order} />}
        subtitle={[
          t("orderPage.placed", { time: formatTime(order.placedAt) }),
          ...(order.sentAt === null
            ? []
            : [t("orderPage.sent", { time: formatTime(order.sentAt) })]),
          ...(order.customer === null ? [] : [t("queue.customer", { name: order.customer })]),
        ].join(" · ")}
        primaryAction={isRefused ? resend : undefined}
        secondaryActions={[
          {
            content: t("orderPage.viewInShopify"),
            url: `shopify:admin/orders/${order.id}`,
            target: "_top",
          },
          ...(isRefused ? [] : [resend]),
          {
            content: t("orderPage.check"),
            disabled: !page.canCheck,
            helpText: page.canCheck ? undefined : t("orderPage.checkNot"),
            onAction: () => ask({ action: "check" }),
          },
          order.skippedByHand
            ? {
                content: t("orderPage.unskip"),
                onAction: () => ask({ action: "unskip" }, { action: "skip" }),
              }
            : {
                content: t("orderPage.skip"),
                destructive: true,
                disabled: isSkipped,
                helpText: isSkipped ? t("queue.whyNot.skipped") : undefined,
                onAction: () => setSkipping(true),
              },
        ]}
      >
        <RemedyDesk {...page}>
          <Layout>
            <Layout.Section>
              <BlockStack gap="400">
                {order.note?.kind === "refused" && <UnknownRefusal words={order.note.words} />}
                {order.note?.kind === "reason" && (
                  <Card>
                    <Text as="p">
                      <OrderNote note={order.note} />
                    </Text>
                  </Card>
                )}
                <OrderFindings
                  title={t("orderPage.finding.title")}
                  refusal={order.note?.kind === "refused" ? null : order.refusal}
                  findings={open.filter(({ lineItemIds }) => lineItemIds.length === 0)}
                />
                <OrderPairing lines={lines} pairs={page.pairs} findingsOf={besideOf} />
                <PlanRefunds refunds={page.refunds} order={order} viewer={page.viewer} />
                <OrderPayload payload={page.payload} order={order} />
              </BlockStack>
            </Layout.Section>
            <Layout.Section variant="oneThird">
              <BlockStack gap="400">
                <OrderTimeline entries={page.timeline} viewer={page.viewer} />
                <OrderFindings
                  title={t("orderPage.finding.away")}
                  findings={findings.filter(({ dismissed }) => dismissed)}
                />
              </BlockStack>
            </Layout.Section>
          </Layout>
        </RemedyDesk>
        <Dialog
          open={isSkipping}
          onClose={() => setSkipping(false)}
          title={t("orderPage.skipDialog.title")}
          primaryAction={{
            content: t("orderPage.skipDialog.confirm"),
            destructive: true,
            onAction: () => {
              ask({ action: "skip" }, { action: "unskip" });
              setSkipping(false);
            },
          }}
          secondaryActions={[
            { content: t("common.action.cancel"), onAction: () => setSkipping(false) },
          ]}
        >
          <Dialog.Section>
            <Text as="p">{t("orderPage.skipDialog.text")}</Text>
          </Dialog.Section>
        </Dialog>
      </Page>
    </div>
  );
}

/** Shopify's word that a plan was refunded, and what follows from it, takes a moment. */
function isBeingRefunded(refunds: readonly ShownRefund[]): boolean {
  return refunds.some(
    ({ state, isAtHakuna, createdAt }) =>
      state === "done" && !isAtHakuna && Date.now() - createdAt < refundTakesMs,
  );
}

export const ErrorBoundary = Trouble;
