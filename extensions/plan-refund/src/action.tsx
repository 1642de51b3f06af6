/// <reference types="@shopify/ui-extensions/admin.order-details.action.render" />
import "@shopify/ui-extensions/preact";
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import {
  orderIdOf,
  type Preview,
  type Refunded,
  type RefundPlan,
  type RefundPlans,
  readPlans,
  readPreview,
  refund,
} from "./plan-refunds.ts";

export default async function action(): Promise<void> {
  render(<PlanRefund />, document.body);
}

/** Refunds a plan from Shopify's own order page: choose it, see what is paid back, confirm. */
function PlanRefund() {
  const { i18n, data, close } = shopify;
  const t = i18n.translate;
  const language = t("language");
  const orderId = orderIdOf(data.selected[0]?.id ?? "");
  const [known, setKnown] = useState<RefundPlans | "loading" | "failed">("loading");
  const [plan, setPlan] = useState<RefundPlan | null>(null);
  const [preview, setPreview] = useState<Preview | "loading" | string>("loading");
  const [wantsNotice, setNotice] = useState(true);
  const [outcome, setOutcome] = useState<Refunded | "none" | "asking">("none");
  useEffect(() => {
    readPlans(orderId, language)
      .then((read) => {
        setKnown(read);
        setNotice(read.notify);
        setPlan(read.plans.find(({ why }) => why !== null) ?? read.plans[0] ?? null);
      })
      .catch(() => setKnown("failed"));
  }, [orderId, language]);
  useEffect(() => {
    if (plan === null) return;
    let isOver = false;
    setPreview("loading");
    readPreview(orderId, language, plan)
      .then((read) => ("unavailable" in read ? read.unavailable : read))
      .catch(() => t("failed"))
      .then((read) => isOver || setPreview(read));
    return () => {
      isOver = true;
    };
  }, [orderId, language, plan, t]);

  async function confirm(shown: Preview, chosen: RefundPlan) {
    setOutcome("asking");
    try {
      setOutcome(await refund(orderId, language, chosen, shown, wantsNotice));
    } catch {
      // it may have arrived: the order's page in the app knows
      setOutcome({ isDone: false, text: t("unknown") });
    }
  }

  const isOpen = outcome === "none" || outcome === "asking";
  const canConfirm = isOpen && plan !== null && typeof preview === "object";
  const mayRefund = typeof known === "object" && known.mayRefund;
  return (
    <s-admin-action heading={t("heading")} loading={known === "loading"}>
      <s-stack direction="block" gap="base">
        {known === "failed" && <s-banner tone="critical">{t("failed")}</s-banner>}
        {typeof known === "object" && known.plans.length === 0 && <s-text>{t("none")}</s-text>}
        {typeof known === "object" && !known.mayRefund && (
          <s-banner tone="warning">{t("notAllowed")}</s-banner>
        )}
        {typeof known === "object" && known.plans.length > 1 && isOpen && (
          <s-select
            label={t("plan")}
            value={plan?.id ?? ""}
            onChange={(event) => {
              const { value } = event.currentTarget as HTMLElement & { value: string };
              setPlan(known.plans.find(({ id }) => id === value) ?? null);
            }}
          >
            {known.plans.map(({ id, title }) => (
              <s-option key={id} value={id}>
                {title}
              </s-option>
            ))}
          </s-select>
        )}
        {plan && isOpen && <Chosen plan={plan} onUnits={(units) => setPlan({ ...plan, units })} />}
        {plan && isOpen && preview === "loading" && <s-spinner accessibilityLabel={t("loading")} />}
        {plan && isOpen && typeof preview === "string" && preview !== "loading" && (
          <s-banner tone="warning">{preview}</s-banner>
        )}
        {plan && isOpen && typeof preview === "object" && (
          <s-stack direction="block" gap="small-300">
            {preview.rows.map(({ label, value }) => (
              <s-text key={label}>{t("row", { label, value })}</s-text>
            ))}
            {preview.warnings.map((warning) => (
              <s-banner key={warning} tone="warning">
                {warning}
              </s-banner>
            ))}
            <s-checkbox
              label={t("notify")}
              checked={wantsNotice && preview.canNotify}
              disabled={!preview.canNotify}
              onChange={(event) =>
                setNotice((event.currentTarget as HTMLElement & { checked: boolean }).checked)
              }
            />
          </s-stack>
        )}
        {typeof outcome === "object" && (
          <s-banner tone={outcome.isDone ? "success" : "warning"}>{outcome.text}</s-banner>
        )}
        <s-link href={`app:app/orders/${orderId}`}>{t("open")}</s-link>
      </s-stack>
      {isOpen && (
        <s-button
          slot="primary-action"
          variant="primary"
          tone="critical"
          loading={outcome === "asking"}
          disabled={!canConfirm || !mayRefund || outcome === "asking"}
          onClick={() => plan && typeof preview === "object" && void confirm(preview, plan)}
        >
          {confirmWords(preview)}
        </s-button>
      )}
      <s-button slot="secondary-actions" onClick={() => close()}>
        {t(isOpen ? "cancel" : "close")}
      </s-button>
    </s-admin-action>
  );
}

/** The amount that is paid back stands on the button: it is the last of the rows. */
function confirmWords(preview: Preview | string): string {
  const t = shopify.i18n.translate;
  if (typeof preview === "string") return t("confirm");
  if (preview.amount === 0) return t("confirmNothing");
  return t("confirmAmount", { amount: preview.rows.at(-1)?.value ?? "" });
}

function Chosen({ plan, onUnits }: { plan: RefundPlan; onUnits: (units: number) => void }) {
  const t = shopify.i18n.translate;
  const { title, why, window, units, left } = plan;
  const counts = Array.from({ length: Math.min(left, 100) }, (_, index) => String(index + 1));
  return (
    <s-stack direction="block" gap="small-300">
      <s-text type="strong">{title}</s-text>
      <s-text>{why ?? t("alone")}</s-text>
      <s-text color="subdued">{window}</s-text>
      {left > 1 && (
        <s-select
          label={t("units")}
          value={String(units)}
          onChange={(event) =>
            onUnits(Number((event.currentTarget as HTMLElement & { value: string }).value))
          }
        >
          {counts.map((count) => (
            <s-option key={count} value={count}>
              {count}
            </s-option>
          ))}
        </s-select>
      )}
    </s-stack>
  );
}
