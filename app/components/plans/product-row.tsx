import { Badge, BlockStack, Box, Button, InlineStack, Text } from "@shopify/polaris";
import { useId, useState } from "react";
import { useCountryNames } from "#app/components/shared/country-names.ts";
import { Dialog } from "#app/components/shared/dialog.tsx";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { PageProduct } from "#app/plans/plans-page.ts";
import type { ProductCountry } from "#app/plans/product-offers.ts";
import { GiveButton } from "./give-button.tsx";
import { usePlanRequest } from "./plan-request.ts";
import { offeredIn, ProductCountries } from "./product-countries.tsx";
import type { WhyNotReason } from "./why-not.tsx";

type Props = {
  product: PageProduct;
  countries: string[];
  offers: ProductCountry[];
  mayWrite: boolean;
  hasKey: boolean;
  why: WhyNotReason;
  /** it is the only one of the list: nothing is folded away */
  isAlone: boolean;
};

/** A product with what its plans are in a line, the countries where something is amiss, and more on demand. */
export function ProductRow({ product, countries, offers, mayWrite, hasKey, why, isAlone }: Props) {
  const { t, formatMoney } = useLocale();
  const id = useId();
  const [isOpen, setOpen] = useState(isAlone);
  const { title, vendor, from, to, currency, plans } = product;
  const low = formatMoney(from, currency);
  const price = from === to ? low : `${low} – ${formatMoney(to, currency)}`;
  const isOffered = plans.length > 0 || offers.length > 0;
  return (
    <BlockStack gap="200">
      <InlineStack gap="400" align="space-between" blockAlign="start" wrap={false}>
        <BlockStack gap="100">
          <Text as="h3" variant="headingSm">
            {title}
          </Text>
          <Text as="p" tone="subdued">
            {[vendor, price].filter(Boolean).join(" · ")}
          </Text>
          <Summary product={product} countries={countries} offers={offers} />
        </BlockStack>
        <Box>
          {isOffered && (
            <Button
              variant="plain"
              disclosure={isOpen ? "up" : "down"}
              ariaExpanded={isOpen}
              ariaControls={id}
              accessibilityLabel={t("plans.products.detailsOf", { title })}
              onClick={() => setOpen(!isOpen)}
            >
              {t("plans.products.details")}
            </Button>
          )}
          {!isOffered && to > 0 && <GiveButton {...product} why={why} />}
        </Box>
      </InlineStack>
      <div id={id} hidden={!isOpen}>
        {isOpen && isOffered && (
          <BlockStack gap="300">
            <ProductCountries plans={plans} countries={countries} offers={offers} hasKey={hasKey} />
            <InlineStack gap="400">
              {plans.length === 0 && to > 0 && <GiveButton {...product} why={why} />}
              {plans.length > 0 && <RemoveButton product={product} mayWrite={mayWrite} />}
            </InlineStack>
          </BlockStack>
        )}
      </div>
    </BlockStack>
  );
}

type SummaryProps = Pick<Props, "product" | "countries" | "offers">;

/** How many plans buyers are offered, for how much, where; and where they are not. */
function Summary({ product, countries, offers }: SummaryProps) {
  const { t, formatMoney } = useLocale();
  const nameOf = useCountryNames();
  const { plans } = product;
  const all = offeredIn(plans, countries, offers);
  const sold = plans.filter(({ lacks }) => lacks === null);
  const isSoldIn = (country: string) =>
    sold.some((plan) => plan.country === country || plan.country === null);
  const lacking = all.filter((country) => !isSoldIn(country));
  const isPartly = (country: string) =>
    isSoldIn(country) && plans.some((plan) => plan.country === country && plan.lacks !== null);
  const partly = all.filter(isPartly);
  const failed = all.filter(
    (country) =>
      isSoldIn(country) && offers.some((offer) => offer.country === country && offer.lack !== null),
  );
  const names = (some: string[]) => some.map(nameOf).join(", ");
  if (plans.length === 0 && all.length === 0) {
    return (
      <Text as="p" tone="subdued">
        {t("plans.products.noPlans")}
      </Text>
    );
  }
  const own = sold.filter(({ country }) => country === (all.find(isSoldIn) ?? null));
  const shown = own.length > 0 ? own : sold;
  const prices = shown.map(({ price }) => price).toSorted((a, b) => a - b);
  const [lowest] = prices;
  const [first] = shown;
  const soldIn = all.filter(isSoldIn);
  return (
    <InlineStack gap="200" blockAlign="center">
      {first && lowest !== undefined && (
        <Text as="span">
          {t("plans.products.summary", {
            count: shown.length,
            from: formatMoney(lowest, first.currency),
          })}
          {(countries.length > 1 || soldIn.length > 1) &&
            ` · ${soldIn.length > 0 ? names(soldIn) : t("plans.products.everywhere")}`}
        </Text>
      )}
      {lacking.length > 0 && (
        <Badge tone="warning">
          {all.length === 1
            ? t("plans.products.notOffered")
            : t("plans.products.notOfferedIn", { countries: names(lacking) })}
        </Badge>
      )}
      {partly.length > 0 && (
        <Badge tone="warning">
          {all.length === 1
            ? t("plans.products.partly")
            : t("plans.products.partlyIn", { countries: names(partly) })}
        </Badge>
      )}
      {all.length === 0 && sold.length < plans.length && (
        <Badge tone="warning">
          {t(sold.length === 0 ? "plans.products.notOffered" : "plans.products.partly")}
        </Badge>
      )}
      {failed.length > 0 && <Badge tone="warning">{t("plans.products.renewalFailed")}</Badge>}
    </InlineStack>
  );
}

/** Takes the plans off, after a question. */
function RemoveButton({ product, mayWrite }: Pick<Props, "product" | "mayWrite">) {
  const { t } = useLocale();
  const { busy, ask } = usePlanRequest();
  const [isAsking, setAsking] = useState(false);
  const close = () => setAsking(false);
  const { id, title } = product;
  return (
    <>
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
    </>
  );
}
