import { useNavigation, useSearchParams } from "@remix-run/react";
import {
  Badge,
  Banner,
  BlockStack,
  Box,
  Button,
  Card,
  Divider,
  Icon,
  InlineStack,
  Pagination,
  Text,
  TextField,
} from "@shopify/polaris";
import { SearchIcon } from "@shopify/polaris-icons";
import { useEffect, useState } from "react";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { PagePlan, PageProduct } from "#app/plans/plans-page.ts";
import { usePlanRequest } from "./plan-request.ts";

type Page = { products: PageProduct[]; previous: string | null; next: string | null };
/** Of how many of the product's prices there is an offer, and when the first one expires. */
type Offer = { prices: number; expiresAt: number };
type Props = {
  page: Page | null;
  /** by product id; none: its plans were linked by hand, or it has no plans */
  offers: Record<string, Offer>;
  search: string;
  mayWrite: boolean;
};

const searchAfterMs = 300;

/** The shop's products and the plans that are offered for them. */
export function PlanProducts({ page, offers, search, mayWrite }: Props) {
  const { t } = useLocale();
  const [params, setParams] = useSearchParams();
  const [text, setText] = useState(search);
  const isLoading = useNavigation().state !== "idle";
  useEffect(() => {
    if (text.trim() === search.trim()) return;
    const timer = setTimeout(() => {
      setParams(withParams(params, { search: text.trim() || null }), {
        replace: true,
        preventScrollReset: true,
      });
    }, searchAfterMs);
    return () => clearTimeout(timer);
  }, [text, search, params, setParams]);
  const turn = (place: { after?: string | null; before?: string | null }) =>
    setParams(withParams(params, place), { preventScrollReset: true });
  return (
    <Card>
      <BlockStack gap="400">
        <Text as="h2" variant="headingMd">
          {t("plans.products.title")}
        </Text>
        <TextField
          label={t("plans.products.search")}
          labelHidden
          placeholder={t("plans.products.search")}
          prefix={<Icon source={SearchIcon} />}
          value={text}
          onChange={setText}
          autoComplete="off"
          clearButton
          onClearButtonClick={() => setText("")}
          loading={isLoading}
        />
        {page === null && (
          <Banner
            tone="warning"
            action={{ content: t("common.action.retry"), onAction: () => location.reload() }}
          >
            {t("plans.products.unread")}
          </Banner>
        )}
        {page?.products.length === 0 && (
          <Text as="p" tone="subdued">
            {t(search ? "plans.products.noneFound" : "plans.products.none")}
          </Text>
        )}
        {page?.products.map((product, index) => (
          <BlockStack key={product.id} gap="300">
            {index > 0 && <Divider />}
            <ProductRow product={product} offer={offers[product.id]} mayWrite={mayWrite} />
          </BlockStack>
        ))}
        {page && (page.previous !== null || page.next !== null) && (
          <InlineStack align="center">
            <Pagination
              hasPrevious={page.previous !== null}
              hasNext={page.next !== null}
              onPrevious={() => turn({ before: page.previous })}
              onNext={() => turn({ after: page.next })}
            />
          </InlineStack>
        )}
      </BlockStack>
    </Card>
  );
}

type RowProps = { product: PageProduct; offer: Offer | undefined; mayWrite: boolean };

function ProductRow({ product, offer, mayWrite }: RowProps) {
  const { t, formatMoney, formatDate } = useLocale();
  const { busy, ask } = usePlanRequest();
  const { id, title, vendor, from, to, currency, plans } = product;
  const low = formatMoney(from, currency);
  const price = from === to ? low : `${low} – ${formatMoney(to, currency)}`;
  return (
    <InlineStack gap="400" align="space-between" blockAlign="start">
      <BlockStack gap="100">
        <Text as="h3" variant="headingSm">
          {title}
        </Text>
        <Text as="p" tone="subdued">
          {[vendor, price].filter(Boolean).join(" · ")}
        </Text>
        {plans.length === 0 ? (
          <Text as="p" tone="subdued">
            {t("plans.products.noPlans")}
          </Text>
        ) : (
          <BlockStack gap="100">
            {plans.map((plan) => (
              <PlanLine key={plan.id} plan={plan} />
            ))}
            {offer && (
              <Text as="p" tone="subdued">
                {offer.prices > 1 && `${t("plans.products.more", { count: offer.prices - 1 })} `}
                {t("plans.products.expires", { date: formatDate(offer.expiresAt) })}
              </Text>
            )}
          </BlockStack>
        )}
      </BlockStack>
      {plans.length > 0 && (
        <Box>
          <Button
            variant="plain"
            tone="critical"
            disabled={!mayWrite}
            loading={busy}
            accessibilityLabel={t("plans.products.removeFrom", { title })}
            onClick={() => ask({ intent: "unlink", productIds: [id], collectionIds: [] })}
          >
            {t("plans.products.remove")}
          </Button>
        </Box>
      )}
    </InlineStack>
  );
}

function PlanLine({ plan }: { plan: PagePlan }) {
  const { t, formatMoney } = useLocale();
  return (
    <InlineStack gap="200" blockAlign="center">
      <Text as="span">
        {plan.title} · {formatMoney(plan.price, plan.currency)}
        {plan.termMonths !== null && (
          <Text as="span" tone="subdued">
            {` · ${t("plans.products.months", { count: plan.termMonths })}`}
          </Text>
        )}
      </Text>
      {plan.lacks && <Badge tone="warning">{t(`plans.products.lacks.${plan.lacks}`)}</Badge>}
    </InlineStack>
  );
}

/** A search or another page begins where it is said, and nowhere else. */
function withParams(params: URLSearchParams, change: Record<string, string | null | undefined>) {
  const changed = new URLSearchParams(params);
  for (const name of ["after", "before"]) changed.delete(name);
  for (const [name, value] of Object.entries(change)) {
    if (value) changed.set(name, value);
    else changed.delete(name);
  }
  return changed;
}
