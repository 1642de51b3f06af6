import type { Payment } from "#app/order/refunds/money-order.ts";
import { type AskAdmin, unavailable } from "#app/shopify/access/admin-api.ts";
import { paymentsOf } from "./admin-money.ts";
import {
  type AdminPayment,
  paymentPages,
  type RefundPaymentsData,
  refundPaymentsQuery,
} from "./refund-queries.ts";

/**
 * How all payments of a refund stand now.
 *
 * @param refundId numeric
 * @param currency the one that the buyer paid in
 * @returns null where there is no such refund that the app may see
 * @throws AdminError also where there are more payments than are read: some of them say nothing
 */
export async function readPayments(
  ask: AskAdmin,
  refundId: string,
  currency: string,
): Promise<Payment[] | null> {
  const refund = `gid://shopify/Refund/${refundId}`;
  const found: AdminPayment[] = [];
  let after: string | null = null;
  for (let page = 0; page < paymentPages.pages; page += 1) {
    const payments: Page | null = await readPage(ask, refund, after);
    if (payments === null) return null;
    found.push(...payments.nodes);
    if (!payments.pageInfo.hasNextPage) return paymentsOf(found, currency);
    after = payments.pageInfo.endCursor;
  }
  throw unavailable("A refund has more payments than can be looked through.");
}

type Page = NonNullable<RefundPaymentsData["node"]>["transactions"];

async function readPage(ask: AskAdmin, refund: string, after: string | null): Promise<Page | null> {
  const variables = { refund, payments: paymentPages.payments, after };
  const { data, denied } = await ask<RefundPaymentsData>(refundPaymentsQuery, variables);
  if (denied.length > 0) throw unavailable("The app may not read all payments of a refund.");
  return data.node?.transactions ?? null;
}
