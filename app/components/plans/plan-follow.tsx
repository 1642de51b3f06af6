import { useAppBridge } from "@shopify/app-bridge-react";
import { Banner, BlockStack, Button, ButtonGroup, Text } from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";
import { RelativeMoment } from "#app/components/shared/moment.tsx";
import type { FollowedCollection } from "#app/plans/coverage/coverage-page.ts";
import { usePlanRequest } from "./plan-request.ts";
import { WhyNot, type WhyNotReason } from "./why-not.tsx";

type Props = { followed: FollowedCollection | null; why: WhyNotReason };

/** The collection whose new products get plans by themselves, and what came of it. */
export function PlanFollow({ followed, why }: Props) {
  const { t } = useLocale();
  const shopify = useAppBridge();
  const { busy, ask } = usePlanRequest();
  const choose = async () => {
    const chosen = await shopify.resourcePicker({ type: "collection", action: "select" });
    const [collection] = chosen ?? [];
    if (!collection) return;
    const { id, title } = collection as { id: string; title?: string };
    ask({ intent: "follow", collection: { id, title: title ?? "" } });
  };
  return (
    <BlockStack gap="300">
      {followed === null ? (
        <Text as="p">{t("plans.follow.text")}</Text>
      ) : (
        <Followed followed={followed} />
      )}
      <WhyNot why={why} />
      <ButtonGroup>
        <Button disabled={why !== null} loading={busy} onClick={choose}>
          {t(followed === null ? "plans.follow.choose" : "plans.follow.change")}
        </Button>
        {followed !== null && (
          <Button
            disabled={why !== null || followed.isLooking}
            loading={busy}
            onClick={() => ask({ intent: "look" })}
          >
            {t("plans.follow.look")}
          </Button>
        )}
        {followed !== null && (
          <Button loading={busy} onClick={() => ask({ intent: "unfollow" })}>
            {t("plans.follow.off")}
          </Button>
        )}
      </ButtonGroup>
    </BlockStack>
  );
}

function Followed({ followed }: { followed: FollowedCollection }) {
  const { t, formatDate } = useLocale();
  const { title, since, lookedAt, isBeginning, isGone, isLooking, wait, given, failed } = followed;
  return (
    <>
      <Text as="p">{t("plans.follow.on", { title, date: formatDate(since) })}</Text>
      {isGone && <Banner tone="warning">{t("plans.follow.gone", { title })}</Banner>}
      {isBeginning && !isGone && (
        <Text as="p" tone="subdued">
          {t("plans.follow.beginning")}
        </Text>
      )}
      {!isBeginning && (
        <Text as="p">
          {t("plans.follow.given", { count: given })}
          {failed > 0 && ` ${t("plans.follow.failed", { count: failed })}`}
        </Text>
      )}
      {wait !== null && <Banner tone="warning">{t(`plans.jobs.wait.${wait}`)}</Banner>}
      {isLooking && !isBeginning && wait === null && (
        <Text as="p" tone="subdued">
          {t("plans.follow.looking")}
        </Text>
      )}
      {lookedAt !== null && !isLooking && (
        <Text as="p" tone="subdued">
          {t("plans.follow.looked")} <RelativeMoment at={lookedAt} />
        </Text>
      )}
    </>
  );
}
