import { BlockStack, Card, Checkbox, Layout, TextField } from "@shopify/polaris";
import { useState } from "react";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { SettingsForm } from "#app/shops/settings.ts";

type Refunds = NonNullable<SettingsForm["refunds"]>;
type Props = {
  refunds: Refunds;
  busy: boolean;
  onChange: (changes: Partial<SettingsForm>) => void;
};

/** Whether plans are refunded by themselves, when, and whether the customer is told. */
export function RefundsSection({ refunds, busy, onChange }: Props) {
  const { t } = useLocale();
  const change = (changes: Partial<Refunds>) => onChange({ refunds: { ...refunds, ...changes } });
  const [typed, setTyped] = useState<string | null>(null);
  const hours = Number(typed ?? refunds.waitHours);
  const isValid = typed?.trim() !== "" && Number.isInteger(hours) && hours >= 0 && hours <= 720;
  return (
    <Layout.AnnotatedSection
      title={t("refunds.settings.title")}
      description={t("refunds.settings.text")}
    >
      <Card>
        <BlockStack gap="400">
          <Checkbox
            label={t("refunds.settings.alone")}
            helpText={`${t("refunds.settings.aloneHelp")} ${t("refunds.settings.scope")}`}
            disabled={busy}
            checked={refunds.alone}
            onChange={(alone) => change({ alone })}
          />
          <TextField
            label={t("refunds.settings.wait")}
            helpText={t("refunds.settings.waitHelp")}
            type="number"
            min={0}
            max={720}
            autoComplete="off"
            disabled={busy || !refunds.alone}
            value={typed ?? String(refunds.waitHours)}
            error={isValid ? undefined : t("refunds.settings.waitInvalid")}
            onChange={(text) => {
              setTyped(text);
              const whole = Number(text);
              if (text.trim() !== "" && Number.isInteger(whole) && whole >= 0 && whole <= 720) {
                change({ waitHours: whole });
              }
            }}
            onBlur={() => setTyped(null)}
          />
          <Checkbox
            label={t("refunds.settings.notify")}
            disabled={busy || !refunds.alone}
            checked={refunds.notify}
            onChange={(notify) => change({ notify })}
          />
        </BlockStack>
      </Card>
    </Layout.AnnotatedSection>
  );
}
