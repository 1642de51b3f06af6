import { Badge, BlockStack, InlineStack, Text } from "@shopify/polaris";
import { useCountryNames } from "#app/components/shared/country-names.ts";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { PagePlan } from "#app/plans/plans-page.ts";
import type { ProductCountry } from "#app/plans/product-offers.ts";
import { useFailureText } from "./failure-text.ts";

type Props = {
  plans: PagePlan[];
  countries: string[];
  offers: ProductCountry[];
  /** without a key nothing is renewed */
  hasKey: boolean;
};

/** The countries that are to be told of a product: where plans are offered, and where it has some. */
export function offeredIn(
  plans: readonly PagePlan[],
  countries: readonly string[],
  offers: readonly ProductCountry[],
): string[] {
  const sold = plans.flatMap(({ country }) => country ?? []);
  // a product that was never given plans lacks none
  const isOffered = sold.length > 0 || offers.length > 0;
  return isOffered ? [...new Set([...countries, ...sold])] : [];
}

/** What a product has and lacks, country by country; without headings where there is only one. */
export function ProductCountries({ plans, countries, offers, hasKey }: Props) {
  const { t } = useLocale();
  const nameOf = useCountryNames();
  const all = offeredIn(plans, countries, offers);
  const everywhere = plans.filter(({ country }) => country === null);
  const isAlone = all.length === 1 && everywhere.length === 0;
  return (
    <BlockStack gap="200">
      {all.map((country) => (
        <BlockStack key={country} gap="100">
          {!isAlone && (
            <Text as="h4" variant="headingXs">
              {nameOf(country)}
            </Text>
          )}
          <CountryPlans
            plans={plans.filter((plan) => plan.country === country)}
            offer={offers.find((offer) => offer.country === country)}
            hasKey={hasKey}
          />
        </BlockStack>
      ))}
      {everywhere.length > 0 && (
        <BlockStack gap="100">
          {all.length > 0 && (
            <Text as="h4" variant="headingXs">
              {t("plans.products.everywhere")}
            </Text>
          )}
          {everywhere.map((plan) => (
            <PlanLine key={plan.id} plan={plan} />
          ))}
          <Text as="p" tone="subdued">
            {t("plans.products.everywhereNote")}
          </Text>
        </BlockStack>
      )}
    </BlockStack>
  );
}

type CountryProps = { plans: PagePlan[]; offer: ProductCountry | undefined; hasKey: boolean };

function CountryPlans({ plans, offer, hasKey }: CountryProps) {
  const { t, formatDate } = useLocale();
  const failureText = useFailureText();
  const lack = offer?.lack;
  const reason = lack && failureText(lack);
  if (plans.length === 0) {
    return (
      <Text as="p" tone="subdued">
        {t("plans.products.noPlans")}: {reason ?? t("plans.products.notAsked")}
      </Text>
    );
  }
  return (
    <BlockStack gap="100">
      {plans.map((plan) => (
        <PlanLine key={plan.id} plan={plan} />
      ))}
      {offer?.expiresAt && (
        <Text as="p" tone="subdued">
          {offer.prices > 1 && `${t("plans.products.more", { count: offer.prices - 1 })} `}
          {t(`plans.products.${hasKey ? "expires" : "ends"}`, {
            date: formatDate(offer.expiresAt),
          })}
        </Text>
      )}
      {reason && (
        <Text as="p" tone="caution">
          {t("plans.products.notRenewed")} {reason}
        </Text>
      )}
    </BlockStack>
  );
}

function PlanLine({ plan }: { plan: PagePlan }) {
  const { t, formatMoney } = useLocale();
  const { price, currency, shown } = plan;
  return (
    <BlockStack gap="050">
      <InlineStack gap="200" align="start" blockAlign="center">
        <Text as="span">
          {plan.title} · {formatMoney(price, currency)}
          {plan.termMonths !== null && (
            <Text as="span" tone="subdued">
              {` · ${t("plans.products.months", { count: plan.termMonths })}`}
            </Text>
          )}
        </Text>
        {plan.lacks && <Badge tone="warning">{t(`plans.products.lacks.${plan.lacks}`)}</Badge>}
      </InlineStack>
      {shown && (
        <Text as="p" tone="subdued">
          {t("plans.products.differs", {
            price: formatMoney(price, currency),
            shown: formatMoney(shown.amount, shown.currency),
          })}
        </Text>
      )}
    </BlockStack>
  );
}
