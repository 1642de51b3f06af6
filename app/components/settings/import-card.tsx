import { useFetcher } from "@remix-run/react";
import { useAppBridge } from "@shopify/app-bridge-react";
import { BlockStack, Button, Card, InlineStack, Layout, ProgressBar, Text } from "@shopify/polaris";
import { useEffect } from "react";
import { useLocale } from "#app/components/shared/locale.tsx";
import { ScanPause } from "#app/components/shared/reconciliation-card.tsx";
import { useRefresh } from "#app/components/shared/refresh.ts";
import type { ImportStatus } from "#app/views/import-status.ts";

type Props = { status: ImportStatus; share: "protected" | "all" };

/** Brings in the shop's past orders: what that means, how far it is, and how to end it. */
export function ImportCard({ status, share }: Props) {
  const { t } = useLocale();
  const shopify = useAppBridge();
  const fetcher = useFetcher<{ done: "import" | "cancel" }>();
  const { data } = fetcher;
  useEffect(() => {
    if (!data) return;
    shopify.toast.show(t(`settings.import.done${data.done === "import" ? "Import" : "Cancel"}`));
  }, [data, shopify, t]);
  const { state, range, paused } = status;
  const isRunning = state === "running";
  useRefresh(isRunning ? 2_000 : 30_000);
  const send = (intent: "import" | "cancel") =>
    fetcher.submit({ intent }, { method: "post", encType: "application/json" });
  return (
    <Layout.AnnotatedSection
      title={t("settings.import.title")}
      description={t("settings.import.text")}
    >
      <Card>
        <BlockStack gap="300">
          <Text as="p">
            {t(`settings.import.range.${range}`)}.{" "}
            {t(share === "all" ? "settings.import.allShared" : "settings.import.protected")}
          </Text>
          {isRunning && <Running status={status} />}
          {paused && <ScanPause {...paused} />}
          {(state === "done" || state === "cancelled") && <Ended status={status} state={state} />}
          <InlineStack>
            <Button
              loading={fetcher.state !== "idle"}
              onClick={() => send(isRunning ? "cancel" : "import")}
            >
              {t(
                isRunning
                  ? "settings.import.cancel"
                  : state === "none"
                    ? "settings.import.start"
                    : "settings.import.again",
              )}
            </Button>
          </InlineStack>
        </BlockStack>
      </Card>
    </Layout.AnnotatedSection>
  );
}

function Running({ status: { read, found, progress } }: { status: ImportStatus }) {
  const { t, formatNumber, formatDuration } = useLocale();
  const { done, total, isExact, left } = progress;
  const figures = {
    ...{ read: formatNumber(read), found: formatNumber(found) },
    ...{ total: formatNumber(total ?? 0), count: total ?? 0 },
  };
  return (
    <BlockStack gap="200">
      <ProgressBar
        progress={Math.floor((done ?? 0) * 100)}
        size="small"
        ariaLabelledBy="import-progress"
      />
      <div id="import-progress" aria-live="polite">
        <Text as="p">
          {total === null
            ? t("settings.import.progressBegin")
            : t(isExact ? "settings.import.progress" : "settings.import.progressAbout", figures)}
        </Text>
      </div>
      {left !== null && (
        <Text as="p" tone="subdued">
          {t("settings.import.left", { time: formatDuration(left) })}
        </Text>
      )}
    </BlockStack>
  );
}

function Ended({
  status: { read, found },
  state,
}: {
  status: ImportStatus;
  state: "done" | "cancelled";
}) {
  const { t, formatNumber } = useLocale();
  const figures = { count: read, read: formatNumber(read), found: formatNumber(found) };
  return <Text as="p">{t(`settings.import.${state}`, figures)}</Text>;
}
