import { BlockStack, Card, InlineStack, Layout, Select, Tag, Text } from "@shopify/polaris";
import { useEffect, useState } from "react";
import { countryOptions } from "#app/components/shared/countries.ts";
import { useCountryNames } from "#app/components/shared/country-names.ts";
import { useLocale } from "#app/components/shared/locale.tsx";
import { mostSellingCountries as most } from "#app/store/country-answers.ts";

type Props = {
  own: string | null;
  chosen: readonly string[];
  /** where Hakuna sells no plans, as its answers told */
  refused: readonly string[];
  busy: boolean;
  onChange: (countries: string[]) => void;
};

/** In which countries plans are offered, beside the shop's own. */
export function SellingCountries({ own, chosen, refused, busy, onChange }: Props) {
  const { t, locale } = useLocale();
  const nameOf = useCountryNames();
  const [options, setOptions] = useState<{ value: string; label: string }[]>([]);
  useEffect(() => setOptions(countryOptions(locale)), [locale]);
  const free = options.filter(({ value }) => value !== own && !chosen.includes(value));
  const unsold = refused.filter((code) => code === own || chosen.includes(code));
  return (
    <Layout.AnnotatedSection
      title={t("settings.selling.title")}
      description={t("settings.selling.text")}
    >
      <Card>
        <BlockStack gap="400">
          <Text as="p">
            {own === null
              ? t("settings.selling.ownNone")
              : t("settings.selling.own", { country: nameOf(own) })}
          </Text>
          {chosen.length > 0 && (
            <InlineStack gap="200">
              {chosen.map((code) => (
                <Tag
                  key={code}
                  disabled={busy}
                  accessibilityLabel={nameOf(code)}
                  onRemove={() => onChange(chosen.filter((one) => one !== code))}
                >
                  {nameOf(code)}
                </Tag>
              ))}
            </InlineStack>
          )}
          {unsold.length > 0 && (
            <Text as="p" tone="caution">
              {t("settings.selling.refused", { countries: unsold.map(nameOf).join(", ") })}
            </Text>
          )}
          <Select
            label={t("settings.selling.add")}
            helpText={
              chosen.length < most
                ? t("settings.selling.help")
                : t("settings.selling.most", { count: most })
            }
            disabled={busy || own === null || chosen.length >= most}
            options={[{ label: t("settings.selling.choose"), value: "" }, ...free]}
            value=""
            onChange={(code) => code && onChange([...chosen, code])}
          />
        </BlockStack>
      </Card>
    </Layout.AnnotatedSection>
  );
}
