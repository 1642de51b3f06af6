import { currencyDecimals } from "#app/order/money.ts";
import type { Translate } from "#app/texts/i18n.ts";
import type {
  Preview,
  Refunded,
  RefundPlans,
} from "../../extensions/plan-refund/src/plan-refunds.ts";
import type { OrderRefunds, RefundablePlan } from "./order-refunds.ts";
import type { RefundPreview } from "./refund-preview.ts";
import { refundScope } from "./refund-scopes.ts";

type Spoken = { t: Translate; locale: string };

/** Which plans of an order can be refunded, as the action on Shopify's order page shows them. */
export function refundPlans(
  { t, locale, timeZone }: Spoken & { timeZone: string },
  { plans, notify, missing }: OrderRefunds,
): RefundPlans {
  const format = new Intl.DateTimeFormat(locale, {
    ...{ dateStyle: "medium", timeStyle: "short", timeZone },
  });
  return {
    notify,
    mayRefund: !missing.includes(refundScope),
    plans: plans
      .filter(({ most, isOpen, isPlanned }) => most > 0 && (!isOpen || isPlanned))
      .map(({ id, title, most, owed, window }) => ({
        ...{ id, title, left: most, units: owed?.units ?? 1 },
        why: owed ? t(`refunds.owed.${owed.reason}`, { count: owed.units }) : null,
        window: windowIn(t, format, window),
      })),
  };
}

function windowIn(t: Translate, format: Intl.DateTimeFormat, window: RefundablePlan["window"]) {
  if (window.state !== "open") return t(`refunds.window.${window.state}`);
  if (window.until === null) return t("refunds.window.unshipped");
  return t("refunds.window.until", { time: format.format(window.until) });
}

/** What the dialog shows of a refund before it is confirmed. */
export function refundPreview(
  { t, locale }: Spoken,
  asked: { preview: RefundPreview } | { unavailable: string | null },
): Preview | { unavailable: string } {
  if ("unavailable" in asked) {
    const words = asked.unavailable;
    if (words === null) return { unavailable: t("refunds.dialog.notFound") };
    return { unavailable: t("refunds.dialog.unavailable", { words }) };
  }
  const { preview } = asked;
  const { units, left, amount, currency, refunded, canNotify, payments, isBelow } = preview;
  const decimals = currencyDecimals(currency);
  // as Shopify pays it, not as the language rounds it
  const format = new Intl.NumberFormat(locale, {
    ...{ style: "currency", currency },
    ...{ minimumFractionDigits: decimals, maximumFractionDigits: decimals },
  });
  const money = (minor: number) => format.format(minor / 10 ** decimals);
  const manual = payments.filter(({ isManual }) => isManual).map(({ gateway }) => gateway);
  const parts = (["discount", "tax", "duties"] as const).filter((part) => preview[part] > 0);
  return {
    ...{ units, left, amount, currency, refunded, canNotify },
    rows: [
      { label: t("refunds.dialog.unitsPrice"), value: money(preview.price) },
      ...parts.map((part) => ({ label: t(`refunds.dialog.${part}`), value: money(preview[part]) })),
      ...payments.map((payment) => ({
        label: `${t("refunds.dialog.payment")} ${payment.gateway}`,
        value: money(payment.amount),
      })),
      {
        label: t("refunds.dialog.earlier"),
        value: t("refunds.dialog.ofTotal", {
          refunded: money(preview.refunded),
          received: money(preview.received),
        }),
      },
      { label: t("refunds.dialog.amount"), value: money(amount) },
    ],
    warnings: [
      ...(amount === 0 ? [t("refunds.dialog.nothing")] : []),
      ...(amount > 0 && isBelow ? [t("refunds.dialog.below")] : []),
      ...[...new Set(manual)].map((gateway) => t("refunds.dialog.manual", { gateway })),
    ],
  };
}

type Answered = { result: string; state?: string };

const answers = [
  ...(["done", "paying", "unpaid", "asking", "refused", "open", "changed", "decided"] as const),
  ...(["late", "no_scope", "staff_may_not", "unavailable"] as const),
];

/** What came of a refund. */
export function refundedInWords(t: Translate, { result, state }: Answered): Refunded {
  const told = result === "asked" ? state : result;
  const answer = answers.find((one) => one === told) ?? "unavailable";
  return { isDone: answer === "done" || answer === "paying", text: t(`refunds.answer.${answer}`) };
}
