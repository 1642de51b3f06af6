import { useNavigation, useSearchParams } from "@remix-run/react";
import {
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
import { Dialog } from "#app/components/shared/dialog.tsx";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { PageProduct } from "#app/plans/plans-page.ts";
import type { ProductCountry } from "#app/plans/product-offers.ts";
import { usePlanRequest } from "./plan-request.ts";
import { ProductCountries } from "./product-countries.tsx";
import type { WhyNotReason } from "./why-not.tsx";

type Page = { products: PageProduct[]; previous: string | null; next: string | null };
type Props = {
  page: Page | null;
  /** where plans are offered, the shop's own country first */
  countries: string[];
  /** what is known of offers, by product id */
  offers: Record<string, ProductCountry[]>;
  search: string;
  mayWrite: boolean;
  hasKey: boolean;
  why: WhyNotReason;
};

const searchAfterMs = 300;

/** The shop's products and the plans that are offered for them. */
export function PlanProducts({ page, countries, offers, search, mayWrite, hasKey, why }: Props) {
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
            <ProductRow
              product={product}
              countries={countries}
              offers={offers[product.id] ?? []}
              mayWrite={mayWrite}
              hasKey={hasKey}
              why={why}
            />
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

type RowProps = {
  product: PageProduct;
  countries: string[];
  offers: ProductCountry[];
  mayWrite: boolean;
  hasKey: boolean;
  why: WhyNotReason;
};

function ProductRow({ product, countries, offers, mayWrite, hasKey, why }: RowProps) {
  const { t, formatMoney } = useLocale();
  const { busy, ask } = usePlanRequest();
  const [isAsking, setAsking] = useState(false);
  const close = () => setAsking(false);
  const { id, title, vendor, from, to, currency, plans } = product;
  const low = formatMoney(from, currency);
  const price = from === to ? low : `${low} – ${formatMoney(to, currency)}`;
  return (
    <InlineStack gap="400" align="space-between" blockAlign="start" wrap={false}>
      <BlockStack gap="100">
        <Text as="h3" variant="headingSm">
          {title}
        </Text>
        <Text as="p" tone="subdued">
          {[vendor, price].filter(Boolean).join(" · ")}
        </Text>
        <ProductCountries plans={plans} countries={countries} offers={offers} hasKey={hasKey} />
      </BlockStack>
      {plans.length === 0 && to > 0 && (
        <Button
          variant="plain"
          disabled={why !== null}
          loading={busy}
          accessibilityLabel={t("plans.coverage.giveTo", { title })}
          onClick={() => ask({ intent: "offers", productIds: [id], collectionIds: [] })}
        >
          {t("plans.coverage.giveOne")}
        </Button>
      )}
      {plans.length > 0 && (
        <Box>
          <Button
            variant="plain"
            tone="critical"
            disabled={!mayWrite}
            loading={busy}
            accessibilityLabel={t("plans.products.removeFrom", { title })}
            onClick={() => setAsking(true)}
          >
            {t("plans.products.remove")}
          </Button>
          <Dialog
            open={isAsking}
            onClose={close}
            title={t("overview.removePlans.title", { title })}
            primaryAction={{
              content: t("plans.products.remove"),
              destructive: true,
              onAction: () => {
                ask({ intent: "unlink", productIds: [id], collectionIds: [] });
                close();
              },
            }}
            secondaryActions={[{ content: t("common.action.cancel"), onAction: close }]}
          >
            <Dialog.Section>
              <Text as="p">{t("overview.removePlans.text")}</Text>
            </Dialog.Section>
          </Dialog>
        </Box>
      )}
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
