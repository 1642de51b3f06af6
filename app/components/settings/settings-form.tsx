import { useFetcher } from "@remix-run/react";
import { SaveBar, useAppBridge } from "@shopify/app-bridge-react";
import {
  Banner,
  BlockStack,
  Button,
  Card,
  Checkbox,
  ChoiceList,
  InlineStack,
  Layout,
  Select,
  TextField,
} from "@shopify/polaris";
import { useEffect, useState } from "react";
import { countryOptions } from "#app/components/shared/countries.ts";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { SettingsForm as Form, Saved, SaveRequest, Settings } from "#app/shops/settings.ts";
import { useLeaveConfirmation } from "./leave-confirmation.ts";
import { MailsSection } from "./mails-section.tsx";
import { RefundsSection } from "./refunds-section.tsx";
import { type SaveQuestion, SaveQuestionDialog } from "./save-question.tsx";
import { SellingCountries } from "./selling-countries.tsx";

type Tested = "works" | "wrong_key" | "wrong_address" | "unreachable" | "no_key";

const saveBarId = "settings";

/** What is saved together, with App Bridge's save bar. `canMail`: the deployment sends mails. */
export function SettingsForm({ settings, canMail }: { settings: Settings; canMail: boolean }) {
  const { t } = useLocale();
  const shopify = useAppBridge();
  const stored = settings.form;
  const [form, setForm] = useState(stored);
  const [base, setBase] = useState(stored);
  // saved elsewhere meanwhile: what the merchant has not touched follows
  if (isOther(stored, base)) {
    setBase(stored);
    if (!isOther(form, base)) setForm(stored);
  }
  const [apiKey, setApiKey] = useState("");
  const [question, setQuestion] = useState<SaveQuestion | null>(null);
  const isDirty = apiKey !== "" || isOther(form, stored);
  const saving = useFetcher<Saved>();
  const busy = saving.state !== "idle";
  const { data: saved } = saving;
  const save = (more: Partial<SaveRequest> = {}) => {
    setQuestion(null);
    const request = { settings: form, apiKey: apiKey || null, sentOrders: null, untested: false };
    saving.submit(
      { intent: "save", ...request, ...more },
      { method: "post", encType: "application/json" },
    );
  };
  const discard = () => {
    setForm(stored);
    setApiKey("");
  };
  useLeaveConfirmation(isDirty);
  useEffect(() => {
    if (!saved) return;
    if (saved.result === "saved") {
      setApiKey("");
      shopify.toast.show(t("settings.saved"));
    } else if (saved.result !== "wrong_key") {
      setQuestion(saved);
    }
  }, [saved, shopify, t]);
  const change = (changes: Partial<Form>) => setForm({ ...form, ...changes });
  const isWrongKey = saved?.result === "wrong_key" && !busy;
  return (
    <>
      <SaveBar id={saveBarId} open={isDirty}>
        <button type="button" variant="primary" disabled={busy} onClick={() => save()}>
          {t("settings.save")}
        </button>
        <button type="button" disabled={busy} onClick={discard}>
          {t("settings.discard")}
        </button>
      </SaveBar>
      <ConnectionSection
        form={form}
        settings={settings}
        apiKey={apiKey}
        error={isWrongKey ? t("settings.connection.wrongKey") : undefined}
        busy={busy}
        onChange={change}
        onKey={setApiKey}
      />
      <OrdersSection form={form} busy={busy} onChange={change} />
      <ProductsSection form={form} busy={busy} onChange={change} />
      <SellingCountries
        own={form.country}
        chosen={form.sellingCountries ?? []}
        refused={settings.refusedCountries}
        busy={busy}
        onChange={(sellingCountries) => change({ sellingCountries })}
      />
      {form.refunds && <RefundsSection refunds={form.refunds} busy={busy} onChange={change} />}
      {form.mails && (
        <MailsSection
          mails={form.mails}
          to={settings.mailTo}
          canMail={canMail}
          busy={busy}
          onChange={change}
        />
      )}
      {question && (
        <SaveQuestionDialog question={question} onAnswer={save} onClose={() => setQuestion(null)} />
      )}
    </>
  );
}

function isOther(a: Form, b: Form): boolean {
  return JSON.stringify(a) !== JSON.stringify(b);
}

type SectionProps = { form: Form; busy: boolean; onChange: (changes: Partial<Form>) => void };

type ConnectionProps = SectionProps & {
  settings: Settings;
  apiKey: string;
  error: string | undefined;
  onKey: (key: string) => void;
};

function ConnectionSection(props: ConnectionProps) {
  const { form, settings, apiKey, error, busy, onChange, onKey } = props;
  const { t } = useLocale();
  const testing = useFetcher<{ tested: Tested }>();
  const { keyLastFour } = settings;
  const test = () =>
    testing.submit(
      { intent: "test", environment: form.environment, apiKey: apiKey || null },
      { method: "post", encType: "application/json" },
    );
  return (
    <Layout.AnnotatedSection
      title={t("settings.connection.title")}
      description={t("settings.connection.text")}
    >
      <Card>
        <BlockStack gap="400">
          <ChoiceList
            title={t("settings.connection.environment")}
            disabled={busy}
            choices={[
              { label: t("settings.connection.sandbox"), value: "sandbox" },
              { label: t("settings.connection.production"), value: "production" },
            ]}
            selected={[form.environment]}
            onChange={([chosen]) =>
              onChange({ environment: chosen === "production" ? "production" : "sandbox" })
            }
          />
          <TextField
            label={t("settings.connection.key")}
            value={apiKey}
            onChange={onKey}
            type="password"
            autoComplete="off"
            spellCheck={false}
            disabled={busy}
            error={error}
            placeholder={keyLastFour ? `•••• ${keyLastFour}` : undefined}
            helpText={
              keyLastFour
                ? t("settings.connection.keyStored", { lastFour: keyLastFour })
                : t("settings.connection.keyNone")
            }
          />
          {testing.data && testing.state === "idle" && (
            <Banner tone={testing.data.tested === "works" ? "success" : "warning"}>
              {t(`settings.connection.tested.${testing.data.tested}`)}
            </Banner>
          )}
          <InlineStack>
            <Button loading={testing.state !== "idle"} disabled={busy} onClick={test}>
              {t("settings.connection.test")}
            </Button>
          </InlineStack>
        </BlockStack>
      </Card>
    </Layout.AnnotatedSection>
  );
}

function OrdersSection({ form, busy, onChange }: SectionProps) {
  const { t } = useLocale();
  return (
    <Layout.AnnotatedSection
      title={t("settings.orders.title")}
      description={t("settings.orders.text")}
    >
      <Card>
        <BlockStack gap="400">
          <ChoiceList
            title={t("settings.orders.title")}
            titleHidden
            disabled={busy}
            choices={(["protected", "all"] as const).map((value) => ({
              value,
              label: t(`settings.orders.${value}`),
              helpText: t(`settings.orders.${value}Help`),
            }))}
            selected={[form.share]}
            onChange={([chosen]) => onChange({ share: chosen === "all" ? "all" : "protected" })}
          />
          <Checkbox
            label={t("settings.orders.test")}
            helpText={t("settings.orders.testHelp")}
            disabled={busy}
            checked={form.sendTestOrders}
            onChange={(sendTestOrders) => onChange({ sendTestOrders })}
          />
          <Checkbox
            label={t("settings.orders.older")}
            helpText={t("settings.orders.olderHelp")}
            disabled={busy}
            checked={form.sendOlderOrders}
            onChange={(sendOlderOrders) => onChange({ sendOlderOrders })}
          />
        </BlockStack>
      </Card>
    </Layout.AnnotatedSection>
  );
}

function ProductsSection({ form, busy, onChange }: SectionProps) {
  const { t, locale } = useLocale();
  // The server's Unicode data may name a country otherwise than the browser's.
  const [countries, setCountries] = useState([
    { value: form.country ?? "", label: form.country?.toUpperCase() ?? "" },
  ]);
  useEffect(() => setCountries(countryOptions(locale)), [locale]);
  return (
    <Layout.AnnotatedSection
      title={t("settings.mapping.title")}
      description={t("settings.mapping.text")}
    >
      <Card>
        <BlockStack gap="400">
          <Select
            label={t("settings.mapping.identifier")}
            helpText={t("settings.mapping.identifierHelp")}
            disabled={busy}
            options={[
              { label: t("settings.mapping.variant"), value: "variant" },
              { label: t("settings.mapping.sku"), value: "sku" },
            ]}
            value={form.productIdentifier}
            onChange={(chosen) =>
              onChange({ productIdentifier: chosen === "sku" ? "sku" : "variant" })
            }
          />
          <Checkbox
            label={t("settings.mapping.suggestions")}
            helpText={t("settings.mapping.suggestionsHelp")}
            disabled={busy}
            checked={form.acceptSuggestions}
            onChange={(acceptSuggestions) => onChange({ acceptSuggestions })}
          />
          <Select
            label={t("settings.mapping.country")}
            helpText={t("settings.mapping.countryHelp")}
            disabled={busy}
            options={[
              { label: t("settings.mapping.noCountry"), value: "" },
              ...countries.filter(({ value }) => value !== ""),
            ]}
            value={form.country ?? ""}
            onChange={(country) => onChange({ country: country || null })}
          />
        </BlockStack>
      </Card>
    </Layout.AnnotatedSection>
  );
}
