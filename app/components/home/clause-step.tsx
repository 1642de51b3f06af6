import { useAppBridge } from "@shopify/app-bridge-react";
import { BlockStack, Box, Button, ButtonGroup, InlineStack, Link, Text } from "@shopify/polaris";
import { ClipboardIcon } from "@shopify/polaris-icons";
import { useState } from "react";
import { useLocale } from "#app/components/shared/locale.tsx";
import { type Language, languageOf } from "#app/texts/i18n.ts";
import { hakunaClauseUrl, privacyClause } from "#app/texts/privacy-clause.ts";

const languages: Record<Language, string> = { en: "English", de: "Deutsch" };

/** A clause for the shop's privacy policy, to be copied in either language. */
export function ClauseStep() {
  const { t, locale } = useLocale();
  const shopify = useAppBridge();
  const [language, setLanguage] = useState(languageOf(locale));
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(privacyClause[language]);
      shopify.toast.show(t("home.guide.step.clause.copied"));
    } catch {
      shopify.toast.show(t("home.guide.step.clause.notCopied"), { isError: true });
    }
  };
  return (
    <BlockStack gap="300" inlineAlign="start">
      <Text as="p">
        {t("home.guide.step.clause.lawyer")}{" "}
        <Link url={hakunaClauseUrl} target="_blank">
          {t("home.guide.step.clause.hakuna")}
        </Link>
      </Text>
      <InlineStack gap="200">
        <ButtonGroup variant="segmented">
          {(["en", "de"] as const).map((one) => (
            <Button key={one} pressed={language === one} onClick={() => setLanguage(one)}>
              {languages[one]}
            </Button>
          ))}
        </ButtonGroup>
        <Button icon={ClipboardIcon} onClick={copy}>
          {t("home.guide.step.clause.copy")}
        </Button>
      </InlineStack>
      <Box
        padding="300"
        background="bg-surface"
        borderColor="border"
        borderWidth="025"
        borderRadius="200"
      >
        <div lang={language}>
          <BlockStack gap="200">
            {privacyClause[language].split("\n\n").map((paragraph, index) => (
              <Text key={paragraph} as="p" fontWeight={index === 0 ? "semibold" : "regular"}>
                {paragraph}
              </Text>
            ))}
          </BlockStack>
        </div>
      </Box>
    </BlockStack>
  );
}
