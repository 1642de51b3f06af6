import type { OrderStatus } from "#app/database/generated/prisma/enums.ts";
import type { Finding, Severity } from "#app/order/findings.ts";
import { oneCause, severityOf } from "#app/order/one-cause.ts";
import type { ReasonCode } from "#app/store/order.ts";
import { isRefusal } from "#app/store/refusal.ts";
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
  /** units of a plan are to be refunded here; of a cancelled order it is done in Shopify */
  toRefund: boolean;
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
  refundUnits: true,
} as const;

/** SQL: the same of a row `o`. Whoever lacks one of them shows another note than the list. */
export const listedOfRow = Object.keys(listedColumns)
  .map((column) => `o."${column}"`)
  .join(", ");

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
  refundUnits: number;
};

/** Turns a row into what lists show of it. */
export function listedOrder(row: ListedRow): ListedOrder {
  const { planTotal, currency, placedAt, reasonCode, statusReason, findings, ...rest } = row;
  const { refundUnits, ...same } = rest;
  return {
    ...same,
    placedAt: placedAt.getTime(),
    planTotal:
      planTotal === null || currency === null ? null : { amount: Number(planTotal), currency },
    note: noteOf(row),
    toRefund:
      refundUnits > 0 &&
      !(findings as Finding[]).some(({ code }) => code === "cancelled_not_refunded"),
  };
}

const gravity: readonly Severity[] = ["error", "warning", "info"];

/** Hakuna's own words why it refused an order; null: it did not. */
export function refusalOf({
  status,
  statusReason,
}: Pick<ListedRow, "status" | "statusReason">): string | null {
  return status === "rejected" ? statusReason || null : null;
}

/** Without one of these what is to be refunded is what the buyer asked for. */
const owing: Finding["code"][] = ["product_gone_plan_not", "cancelled_not_refunded"];

function noteOf(row: ListedRow): Note | null {
  const { status, reasonCode, statusReason } = row;
  const found = row.findings as Finding[];
  const refusal = status === "rejected" ? found.find(isRefusal) : undefined;
  if (refusal) return noteOfFinding(refusal);
  const words = refusalOf(row);
  if (words !== null) return { kind: "refused", words };
  if (reasonCode) {
    return { kind: "reason", code: reasonCode as ReasonCode, detail: statusReason };
  }
  // as the order's page tells them: what has one cause is one finding
  const causes = oneCause(found).map((cause) => ({
    ...cause.finding,
    severity: severityOf(cause),
  }));
  const isRequest = row.refundUnits > 0 && !found.some(({ code }) => owing.includes(code));
  for (const grade of gravity) {
    // it is no finding: nothing is wrong with the order
    if (grade === "warning" && isRequest) return { kind: "requested" };
    const finding = causes.find(({ severity }) => severity === grade);
    if (finding) return noteOfFinding(finding);
  }
  return null;
}

function noteOfFinding({ severity, code, titles, refused, message }: Finding): Note {
  return { kind: "finding", severity, code, titles, refused, message };
}
