import { useFetcher } from "@remix-run/react";
import { useAppBridge } from "@shopify/app-bridge-react";
import { Badge, Banner, BlockStack, Button, InlineStack, Text } from "@shopify/polaris";
import { useCallback, useEffect, useRef, useState } from "react";
import { ruleScopes } from "#app/shopify/shop/rule-queries.ts";
import type { CheckoutRule, RuleState } from "#app/shops/checkout-rule.ts";
import { useAnswer } from "./answer.ts";
import { useLocale } from "./locale.tsx";

const action = "/app/rule";

/** The rule at checkout, and what can be done with it. */
export type RuleControl = {
  /** null: Shopify has not answered yet */
  rule: CheckoutRule | null;
  isBusy: boolean;
  ask: () => void;
  turn: (to: "on" | "off") => void;
};

/**
 * How the rule at checkout stands: Shopify is asked when the page is opened, and when the merchant
 * comes back to it, as they may have changed it in Shopify's settings.
 */
export function useCheckoutRule(): RuleControl {
  const { t } = useLocale();
  const shopify = useAppBridge();
  const { load, submit, data, state } = useFetcher<CheckoutRule>();
  const [isGranting, setGranting] = useState(false);
  const wanted = useRef<"on" | "off" | null>(null);
  const ask = useCallback(() => load(action), [load]);
  useEffect(() => {
    ask();
    const comeBack = () => {
      if (document.visibilityState === "visible" && wanted.current === null) ask();
    };
    document.addEventListener("visibilitychange", comeBack);
    return () => document.removeEventListener("visibilitychange", comeBack);
  }, [ask]);
  useAnswer({ data, state }, (rule) => {
    if (wanted.current !== null && rule.state === wanted.current) {
      shopify.toast.show(t(`rule.done.${wanted.current}`));
    }
    wanted.current = null;
  });
  const turn = async (to: "on" | "off") => {
    if (data?.state === "no_access") {
      setGranting(true);
      const isGranted = await shopify.scopes.request([...ruleScopes]).then(
        ({ result }) => result === "granted-all",
        () => false,
      );
      setGranting(false);
      if (!isGranted) return shopify.toast.show(t("common.scopes.declined"));
    }
    wanted.current = to;
    submit({ intent: to }, { method: "post", action, encType: "application/json" });
  };
  return { rule: data ?? null, isBusy: isGranting || state !== "idle", ask, turn };
}

const tones: Record<RuleState, "success" | "attention" | undefined> = {
  on: "success",
  off: undefined,
  no_access: "attention",
  not_deployed: undefined,
  unknown: undefined,
};

/** Says how the rule stands, turns it on and off, and says what to do where Shopify refuses. */
export function CheckoutRuleControl({ rule, isBusy, ask, turn }: RuleControl) {
  const { t } = useLocale();
  if (rule === null) {
    return (
      <Text as="p" tone="subdued">
        {t("rule.asking")}
      </Text>
    );
  }
  const { state, refusal } = rule;
  const canTurn = state === "on" || state === "off" || state === "no_access";
  return (
    <BlockStack gap="300" inlineAlign="start">
      <InlineStack gap="200" blockAlign="center">
        <Badge tone={tones[state]}>{t(`rule.badge.${state}`)}</Badge>
      </InlineStack>
      <Text as="p">{t(`rule.state.${state}`)}</Text>
      {refusal && (
        <Banner tone="warning" title={t(`rule.refusal.${refusal.code}`)}>
          {refusal.code === "other" && t("rule.refusal.words", { words: refusal.words })}
        </Banner>
      )}
      {canTurn && (
        <Button loading={isBusy} onClick={() => turn(state === "on" ? "off" : "on")}>
          {t(state === "on" ? "rule.turnOff" : "rule.turnOn")}
        </Button>
      )}
      {state === "unknown" && (
        <Button loading={isBusy} onClick={ask}>
          {t("rule.askAgain")}
        </Button>
      )}
    </BlockStack>
  );
}
