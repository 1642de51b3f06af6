import { useFetcher } from "@remix-run/react";
import { Banner, BlockStack, Text } from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";
import { RelativeMoment } from "#app/components/shared/moment.tsx";
import type { Trouble } from "#app/views/home-trouble.ts";
import type { ThemeEditor } from "./theme-step.tsx";

/** The one thing that is wrong, and the button that solves it. */
export function HomeBanner({
  trouble,
  themeEditor,
}: {
  trouble: Trouble;
  themeEditor: ThemeEditor;
}) {
  const { t } = useLocale();
  const fetcher = useFetcher();
  switch (trouble.kind) {
    case "attention": {
      const { count, unsent } = trouble;
      const sent = count - unsent;
      return (
        <Banner
          tone="warning"
          title={t("home.trouble.attention", { count: trouble.count })}
          action={{ content: t("home.trouble.attentionAction"), url: "/app/orders?view=attention" }}
        >
          {[
            ...(unsent > 0 ? [t("overview.attention.unsent", { count: unsent })] : []),
            ...(sent > 0 ? [t("overview.attention.sent", { count: sent })] : []),
          ].join(" ")}
        </Banner>
      );
    }
    case "unreadable":
      return (
        <Banner
          tone="warning"
          title={t("home.trouble.unreadable", { count: trouble.count })}
          action={{ content: t("queue.remedy.support"), url: "/app/help#support" }}
        >
          {t("home.trouble.unreadableText", { count: trouble.count })}
        </Banner>
      );
    case "block_gone":
      return (
        <Banner
          tone={trouble.part === "protection" ? "critical" : "warning"}
          title={t(`overview.gone.${trouble.part}.title`)}
          action={{
            content: t(`home.guide.step.block.add.${trouble.part}`),
            url: themeEditor[trouble.part],
            target: "_blank",
          }}
          secondaryAction={{
            content: t("home.guide.step.block.byHand"),
            onAction: () => fetcher.submit({ intent: "block" }, { method: "post" }),
          }}
        >
          <BlockStack gap="100">
            <Text as="p">{t(`overview.gone.${trouble.part}.text`)}</Text>
            <Text as="p">
              {t("overview.gone.noticed")}: <RelativeMoment at={trouble.since} />
            </Text>
          </BlockStack>
        </Banner>
      );
    case "returns_unseen":
      return (
        <Banner tone="warning" title={t("refunds.return.unseenTitle")}>
          <BlockStack gap="100">
            <Text as="p" breakWord>
              {t("refunds.return.unseen", { words: trouble.words })}
            </Text>
            <Since at={trouble.since} />
          </BlockStack>
        </Banner>
      );
    case "no_sales":
      return (
        <Banner
          tone="warning"
          title={t("overview.noSales.title", { count: trouble.days })}
          action={{
            content: t("overview.noSales.action"),
            url: themeEditor.protection,
            target: "_blank",
          }}
        >
          <BlockStack gap="100">
            <Text as="p">{t("overview.noSales.text")}</Text>
            {trouble.lookedAt !== null && (
              <Text as="p">
                {t("overview.noSales.looked")}: <RelativeMoment at={trouble.lookedAt} />
              </Text>
            )}
          </BlockStack>
        </Banner>
      );
    case "unreachable":
      return (
        <Banner tone="warning" title={t("home.trouble.unreachable.title")}>
          <BlockStack gap="100">
            <Text as="p">{t("home.trouble.unreachable.text")}</Text>
            <Since at={trouble.since} next={trouble.until} />
            <Words words={trouble.words} />
          </BlockStack>
        </Banner>
      );
    case "held":
      return (
        <Banner tone="warning" title={t("home.trouble.held.title")}>
          {t("home.trouble.held.text")}
        </Banner>
      );
    case "none":
    case "paused":
      return (
        <Banner
          tone={trouble.kind === "paused" ? "warning" : "info"}
          title={t(`home.trouble.${trouble.kind}.title`)}
          action={{ content: t(`home.trouble.${trouble.kind}.action`), url: "/app/settings" }}
        >
          {t(`home.trouble.${trouble.kind}.text`)}
        </Banner>
      );
    default:
      return (
        <Banner
          tone="critical"
          title={t(`home.trouble.${trouble.kind}.title`)}
          action={{ content: t(`home.trouble.${trouble.kind}.action`), url: "/app/settings" }}
        >
          <BlockStack gap="100">
            <Text as="p">{t(`home.trouble.${trouble.kind}.text`)}</Text>
            <Since at={trouble.since} />
            <Words words={trouble.words} />
          </BlockStack>
        </Banner>
      );
  }
}

function Since({ at, next }: { at: number; next?: number }) {
  const { t } = useLocale();
  return (
    <Text as="p">
      {t("home.trouble.since")}: <RelativeMoment at={at} />
      {next !== undefined && (
        <>
          {" · "}
          {t("home.trouble.until")}: <RelativeMoment at={next} />
        </>
      )}
    </Text>
  );
}

/** Hakuna's own words, as they came. */
function Words({ words }: { words: string | null }) {
  const { t } = useLocale();
  if (!words) return null;
  return (
    <Text as="p" breakWord>
      {t("home.trouble.words", { words })}
    </Text>
  );
}
