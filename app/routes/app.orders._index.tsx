import { type ActionFunctionArgs, data, type LoaderFunctionArgs } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { Card, Page } from "@shopify/polaris";
import { boundary } from "@shopify/shopify-app-remix/server";
import { z } from "zod";
import { type BulkAction, bulkActions, changeOrders } from "#app/actions/bulk-actions.ts";
import { resendOrders } from "#app/actions/order-actions.ts";
import { ExportButton } from "#app/components/orders/export-button.tsx";
import { OrderFilters } from "#app/components/orders/order-filters.tsx";
import { OrderTable } from "#app/components/orders/order-table.tsx";
import { useLocale } from "#app/components/shared/locale.tsx";
import { readAsked } from "#app/components/shared/read-asked.ts";
import { useRefresh } from "#app/components/shared/refresh.ts";
import { Trouble } from "#app/components/shared/trouble.tsx";
import { mostSavedViews, savedViews } from "#app/shops/saved-views.ts";
import { pageOfOrders } from "#app/views/list-in-parts.ts";
import { orderFilterOf, positionOf } from "#app/views/order-filter.ts";
import { viewCounts } from "#app/views/order-list.ts";

const pageSize = 50;

export async function loader({ request, context }: LoaderFunctionArgs) {
  const { session } = await context.authenticateAdmin(request);
  const { shop } = session;
  const params = new URL(request.url).searchParams;
  const filter = orderFilterOf(params);
  const { pool } = context.run;
  const settings = await context.prisma.shop.findUnique({
    where: { domain: shop },
    select: { timeZone: true },
  });
  const [counts, page, saved] = await Promise.all([
    viewCounts(pool, shop),
    pageOfOrders(pool, shop, settings?.timeZone ?? "UTC", filter, positionOf(params), pageSize),
    savedViews(pool, shop),
  ]);
  return {
    filter,
    counts,
    saved,
    hasRoom: saved.length < mostSavedViews,
    ...page,
    isPhone: /Mobi/.test(request.headers.get("User-Agent") ?? ""),
  };
}

const resendForm = z.object({
  action: z.enum(["resend", ...(Object.keys(bulkActions) as BulkAction[])]).default("resend"),
  ids: z
    .array(z.string().regex(/^\d{1,20}$/))
    .min(1)
    .max(500),
});

/** Sends the chosen orders once more, or does something else with all of them. */
export async function action({ request, context }: ActionFunctionArgs) {
  const { session, sessionToken } = await context.authenticateAdmin(request);
  const { ids, action } = await readAsked(request, resendForm);
  const who = `user:${sessionToken.sub}`;
  try {
    if (action !== "resend") {
      const changed = await changeOrders(context.run, session.shop, { ids, action }, who);
      await context.queue.wake([session.shop]);
      return { action, ids: changed };
    }
    const statuses = await resendOrders(context.run, session.shop, ids, who);
    await context.queue.wake([session.shop]);
    const became = [...statuses.values()];
    const skipped = became.filter((status) => status === "skipped").length;
    const held = became.filter((status) => status === "blocked" || status === "waiting").length;
    return { resent: became.length - skipped - held, skipped, held };
  } catch (err) {
    context.log.error({ err, shop: session.shop }, "orders were not sent again");
    return data({ failed: true as const }, { status: 500 });
  }
}

export const headers = boundary.headers;

export default function Orders() {
  const { filter, counts, saved, hasRoom, orders, next, previous, isPhone } =
    useLoaderData<typeof loader>();
  const { t } = useLocale();
  useRefresh(counts.pending > 0 ? 3_000 : 30_000);
  return (
    <Page fullWidth title={t("orders.title")} secondaryActions={<ExportButton />}>
      <Card padding="0">
        <OrderFilters filter={filter} counts={counts} saved={saved} hasRoom={hasRoom} />
        <OrderTable
          orders={orders}
          filter={filter}
          isEmptyShop={counts.all === 0}
          next={next}
          previous={previous}
          isPhone={isPhone}
        />
      </Card>
    </Page>
  );
}

export const ErrorBoundary = Trouble;
