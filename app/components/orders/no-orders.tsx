import { BlockStack, Box, Button, Text } from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { OrderFilter } from "#app/views/order-filter.ts";
import { useFilterChange } from "./order-filters.tsx";

type Props = { filter: OrderFilter; isEmptyShop: boolean };

/** Why the list is empty, and what to do. */
export function NoOrders({ filter, isEmptyShop }: Props) {
  const { t } = useLocale();
  const change = useFilterChange();
  const { view, query, from, to, finding, plans } = filter;
  const isFiltered = [query, from, to, finding, plans].some((value) => value !== null);
  const kind = isEmptyShop
    ? "none"
    : isFiltered
      ? "search"
      : view === "attention" || view === "pending"
        ? view
        : "view";
  return (
    <Box padding="800">
      <BlockStack gap="300" inlineAlign="center">
        <Text as="p" variant="headingMd" alignment="center">
          {t(`orders.empty.${kind}`)}
        </Text>
        <Text as="p" tone="subdued" alignment="center">
          {t(`orders.empty.${kind}Text`)}
        </Text>
        {kind === "search" && (
          <Button
            onClick={() =>
              change({ query: null, from: null, to: null, finding: null, plans: null })
            }
          >
            {t("orders.empty.clear")}
          </Button>
        )}
      </BlockStack>
    </Box>
  );
}
