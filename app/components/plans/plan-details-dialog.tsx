import { Banner, BlockStack, FormLayout, Select, Text, TextField } from "@shopify/polaris";
import { useMemo, useState } from "react";
import { countryOptions } from "#app/components/shared/countries.ts";
import { Dialog } from "#app/components/shared/dialog.tsx";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { CatalogPlan } from "#app/shopify/plans/plan-catalog.ts";
import { type PlansAnswer, usePlanRequest, useTargetPicker } from "./plan-request.ts";

type Field = "offerId" | "planId" | "insuranceUrl" | "termMonths";
/** `country`: empty for all of them. */
type Details = Record<Field | "country", string>;

/** What is wrong with a field; null: nothing. */
function problemOf(field: Field, value: string): "required" | "url" | "months" | null {
  const text = value.trim();
  switch (field) {
    case "offerId":
    case "planId":
      return /^\S{1,200}$/.test(text) ? null : "required";
    case "insuranceUrl":
      return text === "" || (/^https?:\/\//.test(text) && URL.canParse(text)) ? null : "url";
    case "termMonths":
      return text === "" || /^([1-9]\d?|[1-5]\d\d|600)$/.test(text) ? null : "months";
  }
}

const fields: Field[] = ["offerId", "planId", "insuranceUrl", "termMonths"];

/** Asks what Hakuna calls the chosen plans, and then for which products they are. */
export function PlanDetailsDialog({
  plans,
  onClose,
}: {
  plans: CatalogPlan[];
  onClose: () => void;
}) {
  const { t, locale } = useLocale();
  const countries = useMemo(() => countryOptions(locale), [locale]);
  const pick = useTargetPicker();
  const [details, setDetails] = useState(() => plans.map(detailsOf));
  const [isChecked, setChecked] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const answered = (answer: PlansAnswer) => {
    if (answer.result === "started") onClose();
    else if ("words" in answer) {
      setProblem(t(`plans.problem.${answer.result}`, { words: answer.words }));
    }
  };
  const { busy, ask } = usePlanRequest(answered);
  const isGood = details.every((one) => fields.every((field) => !problemOf(field, one[field])));
  const link = async (type: "product" | "collection") => {
    setChecked(true);
    if (!isGood) return;
    const target = await pick(type);
    if (!target) return;
    ask({
      intent: "link",
      ...target,
      plans: plans.map(({ id }, index) => ({ id, ...written(details[index]) })),
    });
  };
  const change = (index: number, field: keyof Details, value: string) =>
    setDetails(details.map((one, at) => (at === index ? { ...one, [field]: value } : one)));
  return (
    <Dialog
      open
      title={t("plans.details.title")}
      onClose={onClose}
      primaryAction={{
        content: t("plans.details.products"),
        onAction: () => void link("product"),
        loading: busy,
      }}
      secondaryActions={[
        {
          content: t("plans.details.collections"),
          onAction: () => void link("collection"),
          disabled: busy,
        },
      ]}
    >
      {problem && (
        <Dialog.Section>
          <Banner tone="warning">{problem}</Banner>
        </Dialog.Section>
      )}
      {plans.map((plan, index) => (
        <Dialog.Section key={plan.id}>
          <BlockStack gap="300">
            <Text as="h3" variant="headingSm">
              {plan.productTitle} · {plan.title}
            </Text>
            <FormLayout>
              {fields.map((field) => {
                const value = details[index]?.[field] ?? "";
                const wrong = isChecked ? problemOf(field, value) : null;
                return (
                  <TextField
                    key={field}
                    label={t(`plans.details.${field}`)}
                    value={value}
                    onChange={(text) => change(index, field, text)}
                    autoComplete="off"
                    inputMode={field === "termMonths" ? "numeric" : undefined}
                    helpText={field === "insuranceUrl" ? t("plans.details.linkHelp") : undefined}
                    error={wrong ? t(`plans.details.wrong.${wrong}`) : undefined}
                  />
                );
              })}
              <Select
                label={t("plans.details.country")}
                helpText={t("plans.details.countryHelp")}
                options={[{ label: t("plans.details.everywhere"), value: "" }, ...countries]}
                value={details[index]?.country ?? ""}
                onChange={(code) => change(index, "country", code)}
              />
            </FormLayout>
          </BlockStack>
        </Dialog.Section>
      ))}
    </Dialog>
  );
}

function detailsOf(plan: CatalogPlan): Details {
  const { offerId, planId, insuranceUrl, termMonths, country } = plan;
  return {
    country: country ?? "",
    offerId: offerId ?? "",
    planId: planId ?? "",
    insuranceUrl: insuranceUrl ?? "",
    termMonths: termMonths === null ? "" : String(termMonths),
  };
}

function written(details: Details | undefined) {
  const { offerId = "", planId = "", insuranceUrl = "", termMonths = "" } = details ?? {};
  const { country = "" } = details ?? {};
  return {
    offerId: offerId.trim(),
    planId: planId.trim(),
    insuranceUrl: insuranceUrl.trim() || null,
    termMonths: termMonths.trim() === "" ? null : Number(termMonths.trim()),
    country: country || null,
  };
}
