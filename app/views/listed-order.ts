import type { OrderStatus } from "#app/database/generated/prisma/enums.ts";
import type { Finding, Severity } from "#app/order/findings.ts";
import type { ReasonCode } from "#app/store/order.ts";

import type { Note } from "#app/texts/order-texts.ts";

/** An order as lists show it. Times are epoch milliseconds. No customer data. */
export type ListedOrder = {
  /** Shopify's numeric id */
  id: string;
  /** as the merchant knows it (#1001); null while only parts of it came */
  name: string | null;
  /** of a waiting order: when it was first heard of */
  placedAt: number;
  status: OrderStatus;
  needsAttention: boolean;
  isTest: boolean;
  planUnits: number;
  /** what the plans cost, in minor units; null: none, or not known */
  planTotal: { amount: number; currency: string } | null;
  note: Note | null;
};

/** The columns of `Order` that `listedOrder` reads. */
export const listedColumns = {
  id: true,
  name: true,
  placedAt: true,
  status: true,
  needsAttention: true,
  isTest: true,
  planUnits: true,
  planTotal: true,
  currency: true,
  reasonCode: true,
  statusReason: true,
  findings: true,
} as const;

export type ListedRow = {
  id: string;
  name: string | null;
  placedAt: Date;
  status: OrderStatus;
  needsAttention: boolean;
  isTest: boolean;
  planUnits: number;
  planTotal: bigint | null;
  currency: string | null;
  reasonCode: string | null;
  statusReason: string | null;
  findings: unknown;
};

/** Turns a row into what lists show of it. */
export function listedOrder(row: ListedRow): ListedOrder {
  const { planTotal, currency, placedAt, reasonCode, statusReason, findings, ...same } = row;
  return {
    ...same,
    placedAt: placedAt.getTime(),
    planTotal:
      planTotal === null || currency === null ? null : { amount: Number(planTotal), currency },
    note: noteOf(row),
  };
}

const gravity: readonly Severity[] = ["error", "warning", "info"];

function noteOf({ status, reasonCode, statusReason, findings }: ListedRow): Note | null {
  if (status === "rejected" && statusReason) return { kind: "refused", words: statusReason };
  if (reasonCode) {
    return { kind: "reason", code: reasonCode as ReasonCode, detail: statusReason };
  }
  const found = findings as Finding[];
  for (const severity of gravity) {
    const finding = found.find((one) => one.severity === severity);
    if (finding) {
      const { code, titles, refused } = finding;
      return { kind: "finding", severity, code, titles, refused };
    }
  }
  return null;
}
