import { useFetcher } from "@remix-run/react";
import { BlockStack, Button, Icon, InlineStack } from "@shopify/polaris";
import { CheckCircleIcon } from "@shopify/polaris-icons";
import { useLocale } from "#app/components/shared/locale.tsx";
import { type ThemePart, themeParts } from "#app/components/shared/theme/theme-request.ts";

/** The theme editor's addresses, with each part about to be added. */
export type ThemeEditor = Record<ThemePart, string>;

/** Puts the block and the cart guard into the theme; says which of them is live already. */
export function ThemeStep({ editor, live }: { editor: ThemeEditor; live: ReadonlySet<ThemePart> }) {
  const { t } = useLocale();
  const fetcher = useFetcher();
  return (
    <BlockStack gap="300" inlineAlign="start">
      {themeParts.map((part) =>
        live.has(part) ? (
          <InlineStack key={part} gap="100" blockAlign="center">
            <div>
              <Icon source={CheckCircleIcon} tone="success" />
            </div>
            {t(`home.guide.step.block.live.${part}`)}
          </InlineStack>
        ) : (
          <Button key={part} url={editor[part]} target="_blank">
            {t(`home.guide.step.block.add.${part}`)}
          </Button>
        ),
      )}
      {live.size < themeParts.length && (
        <Button
          variant="plain"
          onClick={() => fetcher.submit({ intent: "block" }, { method: "post" })}
        >
          {t("home.guide.step.block.byHand")}
        </Button>
      )}
    </BlockStack>
  );
}
