import { useFetcher, useOutletContext } from "@remix-run/react";
import { useAppBridge } from "@shopify/app-bridge-react";
import {
  BlockStack,
  Box,
  Button,
  Card,
  Collapsible,
  Icon,
  InlineStack,
  ProgressBar,
  Text,
} from "@shopify/polaris";
import { CheckCircleIcon, InfoIcon, XIcon } from "@shopify/polaris-icons";
import { type ReactNode, useEffect, useState } from "react";
import { CheckoutRuleControl, useCheckoutRule } from "#app/components/shared/checkout-rule.tsx";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { ThemePart } from "#app/components/shared/theme/theme-request.ts";
import type { GuideStep } from "#app/views/home.ts";
import { ClauseStep } from "./clause-step.tsx";
import { type ThemeEditor, ThemeStep } from "./theme-step.tsx";

type Props = {
  done: Record<GuideStep, boolean>;
  themeEditor: ThemeEditor;
};

const steps: readonly GuideStep[] = ["connect", "test", "plans", "block", "order"];

/** What is counted, and what a shop can do without. */
type GuidePart = GuideStep | "rule" | "clause";

/** What a new merchant does, step by step; the app sees by itself what is done. */
export function SetupGuide({ done, themeEditor }: Props) {
  const { t } = useLocale();
  const fetcher = useFetcher();
  const next = steps.find((step) => !done[step]) ?? null;
  const [chosen, setChosen] = useState<GuidePart | null>(null);
  const open = chosen ?? next;
  const count = steps.filter((step) => done[step]).length;
  const live = useOutletContext<ReadonlySet<ThemePart>>();
  const rule = useCheckoutRule();
  const part = (step: GuidePart) => ({
    step,
    isOpen: open === step,
    onOpen: () => setChosen(step),
  });
  return (
    <Card padding="0">
      <Box padding="400" paddingBlockEnd="200">
        <BlockStack gap="200">
          <InlineStack align="space-between" blockAlign="center" wrap={false}>
            <Text as="h2" variant="headingMd" id="guide-title">
              {t("home.guide.title")}
            </Text>
            <Button
              icon={XIcon}
              variant="tertiary"
              accessibilityLabel={t("home.guide.dismiss")}
              onClick={() => fetcher.submit({ intent: "dismiss" }, { method: "post" })}
            />
          </InlineStack>
          <Text as="p" tone="subdued">
            {t("home.guide.text")}
          </Text>
          <InlineStack gap="300" blockAlign="center">
            <Text as="span" variant="bodySm">
              {t("home.guide.progress", { done: count, total: steps.length })}
            </Text>
            <div style={{ width: 120 }}>
              <ProgressBar
                progress={(count / steps.length) * 100}
                size="small"
                tone="success"
                ariaLabelledBy="guide-title"
              />
            </div>
          </InlineStack>
        </BlockStack>
      </Box>
      <Box padding="200" paddingBlockStart="0">
        {steps.map((step) => (
          <Step
            key={step}
            {...part(step)}
            isDone={done[step]}
            text={t(step === "plans" ? "overview.plansStep.text" : `home.guide.step.${step}.text`)}
          >
            {step === "block" ? (
              <ThemeStep editor={themeEditor} live={live} />
            ) : (
              <StepAction step={step} />
            )}
          </Step>
        ))}
        <Box padding="200" paddingBlockEnd="100">
          <Text as="h3" variant="headingSm">
            {t("home.guide.recommended")}
          </Text>
        </Box>
        <Step {...part("rule")} isDone={rule.rule?.state === "on"} text={t("rule.text")}>
          <CheckoutRuleControl {...rule} />
        </Step>
        <Step {...part("clause")} isDone={null} text={t("home.guide.step.clause.text")}>
          <ClauseStep />
        </Step>
      </Box>
    </Card>
  );
}

type StepProps = {
  step: GuidePart;
  /** null: the app cannot see it */
  isDone: boolean | null;
  text: string;
  isOpen: boolean;
  onOpen: () => void;
  children: ReactNode;
};

function Step({ step, isDone, isOpen, onOpen, text, children }: StepProps) {
  const { t } = useLocale();
  const id = `guide-${step}`;
  const mark =
    isDone === null
      ? { source: InfoIcon, accessibilityLabel: t("home.guide.note") }
      : {
          source: isDone ? CheckCircleIcon : OpenStepIcon,
          accessibilityLabel: t(isDone ? "home.guide.done" : "home.guide.open"),
        };
  return (
    <Box
      padding="200"
      borderRadius="200"
      background={isOpen ? "bg-surface-secondary" : "bg-surface"}
    >
      <InlineStack gap="200" wrap={false} blockAlign="start">
        <div>
          <Icon {...mark} tone={isDone ? "success" : "subdued"} />
        </div>
        <BlockStack gap="200" inlineAlign="start">
          <Button
            variant="monochromePlain"
            textAlign="left"
            ariaExpanded={isOpen}
            ariaControls={id}
            onClick={onOpen}
          >
            {t(step === "plans" ? "overview.plansStep.title" : `home.guide.step.${step}.title`)}
          </Button>
          <Collapsible id={id} open={isOpen}>
            <BlockStack gap="300" inlineAlign="start">
              <Text as="p">{text}</Text>
              {children}
            </BlockStack>
          </Collapsible>
        </BlockStack>
      </InlineStack>
    </Box>
  );
}

function StepAction({ step }: { step: Exclude<GuideStep, "block"> }) {
  const { t } = useLocale();
  const shopify = useAppBridge();
  const fetcher = useFetcher<{
    tested: "works" | "wrong_key" | "wrong_address" | "unreachable" | "no_key";
  }>();
  const { data } = fetcher;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each answer
  useEffect(() => {
    if (data && "tested" in data) {
      shopify.toast.show(t(`home.tested.${data.tested}`), { isError: data.tested !== "works" });
    }
  }, [data]);
  switch (step) {
    case "connect":
      return (
        <Button variant="primary" url="/app/settings">
          {t("home.guide.step.connect.action")}
        </Button>
      );
    case "test":
      return (
        <Button
          variant="primary"
          loading={fetcher.state !== "idle"}
          onClick={() => fetcher.submit({ intent: "test" }, { method: "post" })}
        >
          {t("home.guide.step.test.action")}
        </Button>
      );
    case "plans":
      return (
        <Button variant="primary" url="/app/plans">
          {t("overview.plansStep.action")}
        </Button>
      );
    case "order":
      return (
        <Button variant="primary" url="/app/orders">
          {t("home.guide.step.order.action")}
        </Button>
      );
  }
}

/** The setup guide's circle of a step to be done, as Shopify's own guides draw it; Polaris has none. */
function OpenStepIcon() {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true">
      <circle
        cx="10"
        cy="10"
        r="6.5"
        fill="none"
        stroke="var(--p-color-icon-secondary)"
        strokeWidth="1.5"
        strokeDasharray="2.4 1.68"
      />
    </svg>
  );
}
