import { BlockStack, Button, Card, InlineStack, Text } from "@shopify/polaris";
import { useState } from "react";
import { type Locale, useLocale } from "#app/components/shared/locale.tsx";
import { Moment } from "#app/components/shared/moment.tsx";
import type { Translate } from "#app/texts/i18n.ts";
import type { Messages } from "#app/texts/messages.server.ts";
import type { TimelineEntry } from "#app/views/timeline.ts";

type Props = {
  entries: TimelineEntry[];
  /** the `sub` of the viewer's session token */
  viewer: string;
};

const shownFirst = 12;

/** What happened to the order, newest first. */
export function OrderTimeline({ entries, viewer }: Props) {
  const { t, formatMoney } = useLocale();
  const [isWhole, setWhole] = useState(false);
  const [isDetailed, setDetailed] = useState(false);
  const told = isDetailed ? entries : storyOf(entries);
  const shown = isWhole ? told : told.slice(0, shownFirst);
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t("orderPage.timeline.title")}
        </Text>
        {entries.length === 0 && (
          <Text as="p" tone="subdued">
            {t("orderPage.timeline.none")}
          </Text>
        )}
        <ol style={{ listStyle: "none", margin: 0, padding: 0 }}>
          {shown.map((entry) => {
            const { text, detail } = isDetailed
              ? entryTexts(t, formatMoney, entry, viewer)
              : plainTexts(t, formatMoney, entry, viewer);
            return (
              <li key={entry.source} style={{ paddingBlock: "var(--p-space-150)" }}>
                <InlineStack align="space-between" gap="200" blockAlign="start">
                  <div style={{ flex: 1, minWidth: "12rem", overflowWrap: "anywhere" }}>
                    <Text as="p">{text}</Text>
                    {detail && (
                      <Text as="p" variant="bodySm" tone="subdued">
                        {detail}
                      </Text>
                    )}
                  </div>
                  <Text as="span" variant="bodySm" tone="subdued">
                    <Moment at={entry.at} />
                  </Text>
                </InlineStack>
              </li>
            );
          })}
        </ol>
        {entries.length > 0 && (
          <InlineStack>
            <Button
              variant="plain"
              ariaExpanded={isDetailed}
              onClick={() => setDetailed(!isDetailed)}
            >
              {t(isDetailed ? "queue.noDetails" : "queue.details")}
            </Button>
          </InlineStack>
        )}
        {shown.length < told.length && (
          <InlineStack>
            <Button variant="plain" onClick={() => setWhole(true)}>
              {t("orderPage.timeline.all", { count: told.length })}
            </Button>
          </InlineStack>
        )}
      </BlockStack>
    </Card>
  );
}

/** Messages of Shopify's that come so soon after each other tell of one thing. */
const oneThingMs = 60_000;

/**
 * One entry for each thing that happened: how the app took it in is for whoever asks for details, and
 * what Hakuna said to requests that followed each other was said once.
 */
function storyOf(entries: readonly TimelineEntry[]): TimelineEntry[] {
  const things: TimelineEntry[] = [];
  for (const entry of entries) {
    if (entry.kind === "fold") continue;
    const known = isHakunas(entry) ? lastSaid(things, entry.kind) : things.find(isSameAs(entry));
    if (!known || !isSameAs(entry)(known)) things.push(entry);
  }
  return things;
}

function isHakunas({ kind }: TimelineEntry): boolean {
  return kind === "delivery" || kind === "processing";
}

/** What Hakuna said of the kind behind everything else that happened. */
function lastSaid(things: readonly TimelineEntry[], kind: TimelineEntry["kind"]) {
  const from = things.findLastIndex((one) => !isHakunas(one)) + 1;
  return things.slice(from).findLast((one) => one.kind === kind);
}

function isSameAs(entry: TimelineEntry) {
  return (one: TimelineEntry) =>
    one.kind === entry.kind && meant(one) === meant(entry) && one.at - entry.at < oneThingMs;
}

function meant(entry: TimelineEntry): string {
  if (entry.kind === "webhook") return happened(entry);
  // nothing else is one thing
  return isHakunas(entry) ? String(entry.detail.outcome ?? entry.detail.result) : entry.source;
}

const topics = [
  ...(["orders_create", "orders_updated", "orders_edited", "orders_paid"] as const),
  ...([
    "orders_cancelled",
    "orders_fulfilled",
    "orders_delete",
    "fulfillments",
    "refunds",
  ] as const),
];

/** What a topic means to a merchant. */
function happened({ detail }: TimelineEntry): (typeof topics)[number] | "other" {
  const topic = String(detail.topic).replace("/", "_");
  return topics.find((name) => topic === name || topic.startsWith(`${name}_`)) ?? "other";
}

/** An entry in a merchant's words. Hakuna's own are among the details. */
function plainTexts(
  t: Translate,
  formatMoney: Locale["formatMoney"],
  entry: TimelineEntry,
  viewer: string,
) {
  const { kind } = entry;
  if (kind === "webhook") return { text: t(`queue.happened.${happened(entry)}`), detail: null };
  const whole = entryTexts(t, formatMoney, entry, viewer);
  return kind === "delivery" || kind === "processing" ? { ...whole, detail: null } : whole;
}

type Keys = {
  read:
    | "order"
    | "not_found"
    | "no_session"
    | "unavailable"
    | "reconciliation"
    | "import"
    | "proof";
  delivery: "accepted" | "invalid" | "key_refused" | "wrong_address" | "unavailable" | "unanswered";
  processing: "successful" | "failed";
  manual:
    | "resend"
    | "pair"
    | "unpair"
    | "put_away"
    | "bring_back"
    | "skip"
    | "unskip"
    | "check"
    | "cancel";
};

function entryTexts(
  t: Translate,
  formatMoney: Locale["formatMoney"],
  { kind, detail }: TimelineEntry,
  viewer: string,
): { text: string; detail: string | null } {
  switch (kind) {
    case "webhook":
      return {
        text: t("orderPage.timeline.webhook", { topic: String(detail.topic) }),
        detail: null,
      };
    case "fold":
      return {
        text: t("orderPage.timeline.fold", {
          count: Number(detail.webhooks),
          revision: Number(detail.revision),
        }),
        detail: null,
      };
    case "read":
      return { text: t(`orderPage.timeline.read.${detail.result as Keys["read"]}`), detail: null };
    case "delivery":
      return {
        text: t(`orderPage.timeline.delivery.${detail.outcome as Keys["delivery"]}`),
        detail: [
          t(
            detail.httpStatus === null
              ? "orderPage.timeline.deliveryDetailNone"
              : "orderPage.timeline.deliveryDetail",
            {
              status: String(detail.httpStatus),
              duration: Number(detail.durationMs),
              revision: Number(detail.revision),
            },
          ),
          ...(detail.reason ? [String(detail.reason)] : []),
        ].join(" · "),
      };
    case "processing":
      return {
        text: t(`orderPage.timeline.processing.${detail.result as Keys["processing"]}`),
        detail: detail.reason ? String(detail.reason) : null,
      };
    case "manual":
      return {
        text: t(`orderPage.timeline.manual.${detail.action as Keys["manual"]}`),
        detail: t(`orderPage.timeline.by.${whoIs(String(detail.by), viewer)}`),
      };
    case "refund":
      return {
        text: t(`refunds.timeline.${detail.step as RefundStep}`),
        detail: refundDetail(t, formatMoney, detail, viewer),
      };
    default:
      kind satisfies never;
      // of a newer version that runs beside this one
      return { text: t("common.newer"), detail: null };
  }
}

type RefundStep = Exclude<
  keyof Messages["refunds"]["timeline"],
  "detail" | "detailAmount" | "refundId" | "bySetting" | "byBuyer" | "inShopify"
>;

/** What, how much, Shopify's refund, who. */
function refundDetail(
  t: Translate,
  formatMoney: Locale["formatMoney"],
  { units, title, amount, currency, refundId, by, words }: TimelineEntry["detail"],
  viewer: string,
): string {
  const what = { units: String(units), title: String(title) };
  const who =
    by === "setting"
      ? t("refunds.timeline.bySetting")
      : by === "buyer"
        ? t("refunds.timeline.byBuyer")
        : by === "shopify"
          ? t("refunds.timeline.inShopify")
          : t(`orderPage.timeline.by.${whoIs(String(by), viewer)}`);
  const told =
    amount === null || currency === null
      ? t("refunds.timeline.detail", what)
      : t("refunds.timeline.detailAmount", {
          ...what,
          amount: formatMoney(Number(amount), String(currency)),
        });
  return [
    ...(title === null ? [] : [told]),
    ...(refundId ? [t("refunds.timeline.refundId", { id: String(refundId) })] : []),
    who,
    ...(words ? [String(words)] : []),
  ].join(" · ");
}

function whoIs(by: string, viewer: string): "you" | "staff" | "operator" {
  if (by === `user:${viewer}`) return "you";
  return by.startsWith("user:") ? "staff" : "operator";
}
