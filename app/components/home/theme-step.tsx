import { useFetcher } from "@remix-run/react";
import { useAppBridge } from "@shopify/app-bridge-react";
import { BlockStack, Button, Icon, InlineStack } from "@shopify/polaris";
import { CheckCircleIcon } from "@shopify/polaris-icons";
import { useEffect, useState } from "react";
import { useLocale } from "#app/components/shared/locale.tsx";

/** The parts of the theme app extension, by the names of their files. */
const parts = ["protection", "cart-guard"] as const;
type Part = (typeof parts)[number];

/** The theme editor's addresses, with each part about to be added. */
export type ThemeEditor = Record<Part, string>;

/** Puts the block and the cart guard into the theme; says which of them is live already. */
export function ThemeStep({ editor, live }: { editor: ThemeEditor; live: ReadonlySet<Part> }) {
  const { t } = useLocale();
  const fetcher = useFetcher();
  return (
    <BlockStack gap="300" inlineAlign="start">
      {parts.map((part) =>
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
      <Button
        variant="plain"
        onClick={() => fetcher.submit({ intent: "block" }, { method: "post" })}
      >
        {t("home.guide.step.block.byHand")}
      </Button>
    </BlockStack>
  );
}

/**
 * Which parts are live in the theme. Shopify knows, and App Bridge asks it: when the page is opened,
 * and when the merchant comes back to it from the theme editor. The step is done once all are.
 */
export function useLiveParts(isDone: boolean): ReadonlySet<Part> {
  const shopify = useAppBridge();
  const { submit } = useFetcher();
  const [live, setLive] = useState<ReadonlySet<Part>>(new Set());
  useEffect(() => {
    if (isDone) return;
    const look = async () => {
      if (document.visibilityState !== "visible") return;
      const extensions = await shopify.app.extensions().catch(() => []);
      const activations = extensions.flatMap((extension) => [...extension.activations]);
      const found = parts.filter((part) =>
        activations.some(
          (activation) =>
            "handle" in activation &&
            "status" in activation &&
            activation.handle === part &&
            activation.status === "active",
        ),
      );
      setLive(new Set(found));
      if (found.length === parts.length) submit({ intent: "block" }, { method: "post" });
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [isDone, shopify, submit]);
  return live;
}
