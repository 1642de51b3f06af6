/// <reference types="@shopify/ui-extensions/customer-account.order.action.render" />
import "@shopify/ui-extensions/preact";
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { askBack, type BuyerPlan, type BuyerRequest, canAsk, readPlans } from "./buyer-plans.ts";

export default async function action(): Promise<void> {
  render(<PlanReturn />, document.body);
}

type Step =
  | { name: "loading" | "failed" }
  | { name: "choose"; plans: BuyerPlan[]; told?: "open" | "late" | "changed" | "notAsked" }
  | { name: "confirm"; plans: BuyerPlan[]; plan: BuyerPlan; units: number; isAsking: boolean }
  | { name: "asked"; plan: BuyerPlan; request: BuyerRequest };

const time = (at: number) =>
  shopify.i18n.formatDate(new Date(at), { dateStyle: "medium", timeStyle: "short" });

/** Choose the plan, look at what it means, confirm; then what was asked for, and when. */
function PlanReturn() {
  const { i18n, close } = shopify;
  const t = i18n.translate;
  const [step, setStep] = useState<Step>({ name: "loading" });
  useEffect(() => {
    readPlans(shopify)
      .then((plans) => setStep({ name: "choose", plans }))
      .catch(() => setStep({ name: "failed" }));
  }, []);

  async function confirm(of: Extract<Step, { name: "confirm" }>) {
    const { plan, units, plans } = of;
    setStep({ ...of, isAsking: true });
    try {
      const asked = await askBack(shopify, plan, units, t("language"));
      if (asked.result === "asked") setStep({ name: "asked", plan, request: asked.request });
      else setStep({ name: "choose", plans: await readPlans(shopify), told: asked.result });
    } catch {
      // it may have arrived all the same: what was asked for is shown
      const now = await readPlans(shopify).catch(() => plans);
      setStep({ name: "choose", plans: now, told: "notAsked" });
    }
  }

  return (
    <s-customer-account-action heading={t(step.name === "confirm" ? "confirmHeading" : "heading")}>
      {step.name === "loading" && <s-spinner accessibilityLabel={t("loading")} />}
      {step.name === "failed" && <s-banner tone="critical">{t("failed")}</s-banner>}
      {step.name === "choose" && (
        <s-stack direction="block" gap="base">
          {step.told && <s-banner tone="warning">{t(`told.${step.told}`)}</s-banner>}
          {step.plans.length === 0 && <s-text>{t("none")}</s-text>}
          {step.plans.map((plan) => (
            <Plan
              key={plan.id}
              plan={plan}
              onChoose={(units) =>
                setStep({ name: "confirm", plans: step.plans, plan, units, isAsking: false })
              }
            />
          ))}
        </s-stack>
      )}
      {step.name === "confirm" && (
        <s-stack direction="block" gap="base">
          <s-text type="strong">
            {t("what", { units: String(step.units), title: step.plan.title })}
          </s-text>
          <s-paragraph>{t("consequence")}</s-paragraph>
        </s-stack>
      )}
      {step.name === "asked" && (
        <s-stack direction="block" gap="base">
          <s-banner tone="success">{t("asked", { time: time(step.request.at) })}</s-banner>
          <s-text>
            {t("what", { units: String(step.request.units), title: step.plan.title })}
          </s-text>
          <s-text>{t("reference", { id: step.request.id })}</s-text>
          <s-paragraph>{t(step.request.receipt === "due" ? "byMail" : "keep")}</s-paragraph>
        </s-stack>
      )}
      {step.name === "confirm" && (
        <s-button
          slot="primary-action"
          variant="primary"
          loading={step.isAsking}
          disabled={step.isAsking}
          onClick={() => void confirm(step)}
        >
          {t("confirm")}
        </s-button>
      )}
      <s-button
        slot="secondary-actions"
        onClick={() =>
          step.name === "confirm" ? setStep({ name: "choose", plans: step.plans }) : close()
        }
      >
        {t(step.name === "confirm" ? "back" : "close")}
      </s-button>
    </s-customer-account-action>
  );
}

/** A plan with its time, what was asked for it, and the way on. */
function Plan({ plan, onChoose }: { plan: BuyerPlan; onChoose: (units: number) => void }) {
  const t = shopify.i18n.translate;
  const { title, left, state, until, request } = plan;
  const [units, setUnits] = useState(left);
  return (
    <s-stack direction="block" gap="small">
      <s-text type="strong">{title}</s-text>
      {request && (
        <s-text>{t(`answer.${request.answer ?? "open"}`, { time: time(request.at) })}</s-text>
      )}
      {left === 0 && !request && <s-text color="subdued">{t("gone")}</s-text>}
      {left > 0 && state === "past" && <s-text color="subdued">{t("past")}</s-text>}
      {canAsk(plan) && (
        <s-text color="subdued">
          {until === null ? t("unshipped") : t("until", { time: time(until) })}
        </s-text>
      )}
      {canAsk(plan) && left > 1 && (
        <s-select
          label={t("units")}
          value={String(units)}
          onChange={({ currentTarget }) =>
            setUnits(
              Number((currentTarget as (HTMLElement & { value: string }) | null)?.value ?? left),
            )
          }
        >
          {Array.from({ length: Math.min(left, 100) }, (_, index) => String(index + 1)).map(
            (count) => (
              <s-option key={count} value={count}>
                {count}
              </s-option>
            ),
          )}
        </s-select>
      )}
      {canAsk(plan) && <s-button onClick={() => onChoose(units)}>{t("choose")}</s-button>}
    </s-stack>
  );
}
