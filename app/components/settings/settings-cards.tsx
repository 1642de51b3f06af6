import { useFetcher } from "@remix-run/react";
import { useAppBridge } from "@shopify/app-bridge-react";
import { Banner, BlockStack, Button, Card, InlineStack, Layout, Text } from "@shopify/polaris";
import { useEffect, useState } from "react";
import { Dialog } from "#app/components/shared/dialog.tsx";
import { useLocale } from "#app/components/shared/locale.tsx";

const toasts = {
  pause: "settings.pause.donePause",
  resume: "settings.pause.doneResume",
  disconnect: "settings.danger.done",
} as const;

type Intent = keyof typeof toasts;

function useIntent() {
  const { t } = useLocale();
  const shopify = useAppBridge();
  const fetcher = useFetcher<{ done: Intent }>();
  const { data } = fetcher;
  useEffect(() => {
    if (data) shopify.toast.show(t(toasts[data.done]));
  }, [data, shopify, t]);
  return {
    busy: fetcher.state !== "idle",
    send: (intent: Intent) =>
      fetcher.submit({ intent }, { method: "post", encType: "application/json" }),
  };
}

/** Holds the sync back, and lets it go on. */
export function PauseCard({ paused }: { paused: boolean }) {
  const { t } = useLocale();
  const { busy, send } = useIntent();
  return (
    <Layout.AnnotatedSection
      title={t("settings.pause.title")}
      description={t("settings.pause.text")}
    >
      <Card>
        <BlockStack gap="300" inlineAlign="start">
          {paused && (
            <Banner tone="warning" title={t("settings.pause.paused")}>
              {t("settings.pause.pausedText")}
            </Banner>
          )}
          <Button
            variant={paused ? "primary" : "secondary"}
            loading={busy}
            onClick={() => send(paused ? "resume" : "pause")}
          >
            {t(paused ? "settings.pause.resume" : "settings.pause.pause")}
          </Button>
        </BlockStack>
      </Card>
    </Layout.AnnotatedSection>
  );
}

/** The danger zone: forgets the API key, after a question. */
export function DisconnectCard() {
  const { t } = useLocale();
  const { busy, send } = useIntent();
  const [isAsking, setAsking] = useState(false);
  return (
    <Layout.AnnotatedSection
      title={t("settings.danger.title")}
      description={t("settings.danger.text")}
    >
      <Card>
        <InlineStack>
          <Button tone="critical" loading={busy} onClick={() => setAsking(true)}>
            {t("settings.danger.action")}
          </Button>
        </InlineStack>
      </Card>
      <Dialog
        open={isAsking}
        onClose={() => setAsking(false)}
        title={t("settings.danger.confirmTitle")}
        primaryAction={{
          content: t("settings.danger.action"),
          destructive: true,
          onAction: () => {
            send("disconnect");
            setAsking(false);
          },
        }}
        secondaryActions={[
          { content: t("common.action.cancel"), onAction: () => setAsking(false) },
        ]}
      >
        <Dialog.Section>
          <Text as="p">{t("settings.danger.confirmText")}</Text>
        </Dialog.Section>
      </Dialog>
    </Layout.AnnotatedSection>
  );
}
