import { useNavigation, useSearchParams } from "@remix-run/react";
import {
  Banner,
  BlockStack,
  Button,
  ButtonGroup,
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
import type { CoveragePage } from "#app/plans/coverage/coverage-page.ts";
import type { PageProduct } from "#app/plans/plans-page.ts";
import type { ProductCountry } from "#app/plans/product-offers.ts";
import { CoverageLine, UncoveredProducts } from "./plan-coverage.tsx";
import { PlanGive } from "./plan-give.tsx";
import { ProductRow } from "./product-row.tsx";
import type { WhyNotReason } from "./why-not.tsx";

type Page = { products: PageProduct[]; previous: string | null; next: string | null };
type Props = {
  page: Page | null;
  coverage: CoveragePage;
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

/** The shop's products and the plans that are offered for them; or those alone that have none. */
export function PlanProducts(props: Props) {
  const { coverage, why } = props;
  const { t, formatNumber } = useLocale();
  const [params, setParams] = useSearchParams();
  const { without } = coverage;
  const isUncovered = without > 0 && params.has("without");
  const show = (page: string | null) =>
    setParams(withParams(params, { without: page }), { preventScrollReset: true });
  return (
    <Card>
      <BlockStack gap="400">
        <Text as="h2" variant="headingMd">
          {t("plans.products.title")}
        </Text>
        <CoverageLine coverage={coverage} />
        <PlanGive without={without} why={why} />
        {without > 0 && (
          <ButtonGroup variant="segmented">
            <Button pressed={!isUncovered} onClick={() => show(null)}>
              {t("plans.products.all")}
            </Button>
            <Button pressed={isUncovered} onClick={() => show("1")}>
              {t("plans.products.uncovered", { without: formatNumber(without) })}
            </Button>
          </ButtonGroup>
        )}
        {isUncovered ? (
          <UncoveredProducts coverage={coverage} why={why} />
        ) : (
          <AllProducts {...props} />
        )}
      </BlockStack>
    </Card>
  );
}

function AllProducts({ page, countries, offers, search, mayWrite, hasKey, why }: Props) {
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
    <BlockStack gap="400">
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
            isAlone={page.products.length === 1}
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
