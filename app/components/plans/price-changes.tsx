import { BlockStack, InlineStack, Text } from "@shopify/polaris";
import { useCountryNames } from "#app/components/shared/country-names.ts";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { PriceChange } from "#app/plans/coverage/coverage-page.ts";

/** Plans that cost something else since their offers were renewed, and what that means for orders. */
export function PriceChanges({ changes }: { changes: PriceChange[] }) {
  const { t } = useLocale();
  const products = [...Map.groupBy(changes, ({ productId, at }) => `${productId} ${at}`)];
  return (
    <BlockStack gap="300">
      <Text as="p">{t("plans.changes.text")}</Text>
      <BlockStack as="ul" gap="300">
        {products.map(([key, those]) => (
          <ProductChange key={key} changes={those} />
        ))}
      </BlockStack>
    </BlockStack>
  );
}

function ProductChange({ changes }: { changes: PriceChange[] }) {
  const { t, formatMoney, formatDate } = useLocale();
  const nameOf = useCountryNames();
  const [first] = changes;
  if (!first) return null;
  const isAbroad = new Set(changes.map(({ country }) => country)).size > 1;
  return (
    <li style={{ listStyle: "none" }}>
      <BlockStack gap="050">
        <InlineStack gap="200">
          <Text as="span" fontWeight="medium">
            {first.product ?? first.productId.slice(first.productId.lastIndexOf("/") + 1)}
          </Text>
          <Text as="span" tone="subdued">
            {formatDate(first.at)}
            {first.isRepriced && ` · ${t("plans.changes.repriced")}`}
          </Text>
        </InlineStack>
        {changes.map(({ plan, country, before, price, currency }) => (
          <Text key={`${country} ${plan}`} as="p">
            {isAbroad && country !== null && `${nameOf(country)}: `}
            {t("plans.changes.line", {
              plan,
              before: formatMoney(before, currency),
              price: formatMoney(price, currency),
            })}
          </Text>
        ))}
      </BlockStack>
    </li>
  );
}
