/// <reference types="@shopify/ui-extensions/admin.order-details.block.render" />
import "@shopify/ui-extensions/preact";
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import {
  type OrderSummary,
  orderIdOf,
  readSummary,
  resend,
  UnknownOrder,
} from "./order-summary.ts";

export default async function block(): Promise<void> {
  render(<OrderStatus />, document.body);
}

type Loaded = OrderSummary | "loading" | "unknown" | "failed";

const findingTones = { error: "critical", warning: "warning", info: "info" } as const;

/** Status, pairs and findings of the order that is open in Shopify's admin. */
function OrderStatus() {
  const { i18n, data } = shopify;
  const orderId = orderIdOf(data.selected[0]?.id ?? "");
  const language = i18n.translate("language");
  const [summary, setSummary] = useState<Loaded>("loading");
  useEffect(() => {
    readSummary(orderId, language)
      .then(setSummary)
      .catch((error) => setSummary(error instanceof UnknownOrder ? "unknown" : "failed"));
  }, [orderId, language]);
  return (
    <s-admin-block heading={i18n.translate("name")}>
      {summary === "loading" && <s-spinner accessibilityLabel={i18n.translate("loading")} />}
      {summary === "unknown" && <s-text color="subdued">{i18n.translate("unknown")}</s-text>}
      {summary === "failed" && <s-banner tone="critical">{i18n.translate("failed")}</s-banner>}
      {typeof summary === "object" && (
        <Summary orderId={orderId} summary={summary} onChange={setSummary} />
      )}
    </s-admin-block>
  );
}

type Props = {
  orderId: string;
  summary: OrderSummary;
  onChange: (summary: OrderSummary) => void;
};

function Summary({ orderId, summary, onChange }: Props) {
  const { i18n } = shopify;
  const { status, note, findings, pairs, refunds, sentAt, canResend } = summary;
  return (
    <s-stack direction="block" gap="base">
      <s-stack direction="inline" gap="small" alignItems="center">
        <s-badge tone={status.tone}>{status.text}</s-badge>
        {sentAt !== null && (
          <s-text color="subdued">
            {i18n.translate("sentAt", {
              time: i18n.formatDate(new Date(sentAt), { dateStyle: "medium", timeStyle: "short" }),
            })}
          </s-text>
        )}
      </s-stack>
      {note !== null && <s-paragraph>{note}</s-paragraph>}
      {findings.map(({ severity, text }) => (
        <s-banner key={text} tone={findingTones[severity]}>
          {text}
        </s-banner>
      ))}
      {pairs.length > 0 && (
        <s-stack direction="block" gap="small-300">
          <s-heading>{i18n.translate("plans")}</s-heading>
          <s-unordered-list>
            {pairs.map(({ product, plan }) => (
              <s-list-item key={`${product} ${plan}`}>
                {i18n.translate("pair", { product, plan })}
              </s-list-item>
            ))}
          </s-unordered-list>
        </s-stack>
      )}
      {refunds.length > 0 && <Refunds refunds={refunds} />}
      <Actions orderId={orderId} canResend={canResend} onChange={onChange} />
    </s-stack>
  );
}

/** Plans that are to be refunded, until when, and the way to the dialog (extensions/plan-refund). */
function Refunds({ refunds }: Pick<OrderSummary, "refunds">) {
  const { i18n, navigation } = shopify;
  return (
    <s-stack direction="block" gap="small-300">
      {refunds.map(({ text, until }) => (
        <s-text key={text}>
          {until === null
            ? text
            : i18n.translate("refundUntil", {
                text,
                time: i18n.formatDate(new Date(until), { dateStyle: "medium", timeStyle: "short" }),
              })}
        </s-text>
      ))}
      <s-button onClick={() => navigation.navigate("extension://plan-refund")}>
        {i18n.translate("refund")}
      </s-button>
    </s-stack>
  );
}

/** *Resend*, with what came of it, and the way to the order's page in the app. */
function Actions({
  orderId,
  canResend,
  onChange,
}: Pick<Props, "orderId" | "onChange"> & Pick<OrderSummary, "canResend">) {
  const { i18n } = shopify;
  const [outcome, setOutcome] = useState<"none" | "sending" | "resent" | "resendFailed">("none");
  async function send() {
    setOutcome("sending");
    try {
      onChange(await resend(orderId, i18n.translate("language")));
      setOutcome("resent");
    } catch {
      setOutcome("resendFailed");
    }
  }
  return (
    <s-stack direction="block" gap="small">
      <s-stack direction="inline" gap="small" alignItems="center">
        <s-button disabled={!canResend || outcome === "sending"} onClick={send}>
          {i18n.translate(outcome === "sending" ? "resending" : "resend")}
        </s-button>
        <s-link href={`app:app/orders/${orderId}`}>{i18n.translate("open")}</s-link>
      </s-stack>
      {outcome === "resent" && <s-text color="subdued">{i18n.translate("resent")}</s-text>}
      {outcome === "resendFailed" && (
        <s-banner tone="critical">{i18n.translate("resendFailed")}</s-banner>
      )}
    </s-stack>
  );
}
