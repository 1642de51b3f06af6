import { Banner, BlockStack, Card, Checkbox, Layout, Text } from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { SettingsForm } from "#app/shops/settings.ts";
import { shopMailKinds, type WantedMails } from "#app/shops/shop-mails.ts";

type Props = {
  mails: WantedMails;
  /** where they go; null: not known */
  to: string | null;
  /** whether the deployment sends mails at all */
  canMail: boolean;
  busy: boolean;
  onChange: (changes: Partial<SettingsForm>) => void;
};

/** Which mails the merchant wants, when they come and where they go. */
export function MailsSection({ mails, to, canMail, busy, onChange }: Props) {
  const { t } = useLocale();
  return (
    <Layout.AnnotatedSection
      title={t("settings.mails.title")}
      description={t("settings.mails.text")}
    >
      <Card>
        <BlockStack gap="400">
          {!canMail && <Banner tone="info">{t("settings.mails.off")}</Banner>}
          {shopMailKinds.map((kind) => (
            <Checkbox
              key={kind}
              label={t(`settings.mails.${kind}`)}
              helpText={t(`settings.mails.${kind}Help`)}
              disabled={busy}
              checked={mails[kind]}
              onChange={(isWanted) => onChange({ mails: { ...mails, [kind]: isWanted } })}
            />
          ))}
          {canMail && (
            <Text as="p" tone="subdued">
              {to === null
                ? t("settings.mails.noAddress")
                : t("settings.mails.address", { address: to })}
            </Text>
          )}
        </BlockStack>
      </Card>
    </Layout.AnnotatedSection>
  );
}
