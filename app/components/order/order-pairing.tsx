import {
  BlockStack,
  Box,
  Button,
  Card,
  Divider,
  Icon,
  InlineGrid,
  InlineStack,
  Text,
} from "@shopify/polaris";
import { LinkIcon } from "@shopify/polaris-icons";
import type { ReactNode } from "react";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { OrderPage, PageFinding, PageLine, PagePair } from "#app/views/order-page.ts";
import { remedies } from "./finding-remedies.ts";
import { useOrderAction } from "./order-action.tsx";
import { FindingBox } from "./order-findings.tsx";
import type { PairChoice } from "./pair-dialog.tsx";
import { useRemedies } from "./remedies.tsx";

type Props = Pick<OrderPage, "lines" | "pairs"> & {
  /** the line whose picture a finding stands beside: no finding stands twice */
  findingsOf: (line: PageLine) => PageFinding[];
};

/** One row of the picture: a plan with the products it protects, or lines that stand alone. */
type Row = { products: PageLine[]; plan: PageLine | null; pairs: PagePair[] };

/** Products on the left, plans on the right, joined where they are paired. */
export function OrderPairing({ lines, pairs, findingsOf }: Props) {
  const { t } = useLocale();
  const { pair } = useRemedies();
  return (
    <Card>
      <BlockStack gap="400">
        <InlineStack align="space-between" blockAlign="center" gap="200">
          <Text as="h2" variant="headingMd">
            {t("orderPage.pairing.title")}
          </Text>
          {pair && (
            <Button onClick={() => pair({ productLineId: null, planLineId: null })}>
              {t("orderPage.pairing.pair")}
            </Button>
          )}
        </InlineStack>
        {lines.length === 0 && (
          <Text as="p" tone="subdued">
            {t("orderPage.pairing.none")}
          </Text>
        )}
        {rowsOf(lines, pairs).map((row, index) => (
          <BlockStack key={row.plan?.id ?? row.products[0]?.id} gap="400">
            {index > 0 && <Divider />}
            <PairRow row={row} findingsOf={findingsOf} onEdit={pair} />
          </BlockStack>
        ))}
      </BlockStack>
    </Card>
  );
}

function rowsOf(lines: PageLine[], pairs: PagePair[]): Row[] {
  const plans = lines.filter(({ isPlan }) => isPlan);
  const paired = new Set(pairs.map(({ productLineId }) => productLineId));
  const withPlan = plans.map((plan) => {
    const own = pairs.filter(({ planLineId }) => planLineId === plan.id);
    const ids = own.map(({ productLineId }) => productLineId);
    return { plan, pairs: own, products: lines.filter(({ id }) => ids.includes(id)) };
  });
  const alone = lines
    .filter(({ isPlan, id }) => !isPlan && !paired.has(id))
    .map((product) => ({ plan: null, pairs: [], products: [product] }));
  return [...withPlan, ...alone];
}

type RowProps = {
  row: Row;
  findingsOf: Props["findingsOf"];
  /** null: there is nothing to pair */
  onEdit: ((choice: PairChoice) => void) | null;
};

function PairRow({ row: { products, plan, pairs }, findingsOf, onEdit }: RowProps) {
  const { t } = useLocale();
  const { busy, ask } = useOrderAction();
  const told = (plan ? [...products, plan] : products).flatMap(findingsOf);
  // a finding that says so has the button
  const isTold = told.some(({ code }) => ["accept", "pair"].includes(remedies[code] ?? ""));
  const tier = pairs[0]?.tier;
  const undoable = pairs.filter(({ tier }) => tier === 0 || tier === "agreed");
  return (
    <BlockStack gap="200">
      <InlineGrid
        columns={{ xs: 1, md: "minmax(0, 1fr) 8rem minmax(0, 1fr)" }}
        gap="300"
        alignItems="center"
      >
        <BlockStack gap="200">
          {products.length === 0 ? (
            <Absent>{t("orderPage.pairing.noProduct")}</Absent>
          ) : (
            products.map((line) => <Line key={line.id} line={line} />)
          )}
        </BlockStack>
        <BlockStack gap="100" inlineAlign="center">
          {tier !== undefined && (
            <>
              <Icon source={LinkIcon} tone="success" />
              <Text as="span" variant="bodySm" tone="subdued" alignment="center">
                {t(`orderPage.pairing.linked.${tier}`)}
              </Text>
            </>
          )}
        </BlockStack>
        {plan ? <Line line={plan} /> : <Absent>{t("orderPage.pairing.noPlan")}</Absent>}
      </InlineGrid>
      {told.map((finding) => (
        <FindingBox key={finding.keys[0]} finding={finding} />
      ))}
      {plan && onEdit && (products.length > 0 || !isTold) && (
        <InlineStack gap="300" align="end">
          <Button
            variant="plain"
            onClick={() => onEdit({ productLineId: products[0]?.id ?? null, planLineId: plan.id })}
          >
            {t(products.length > 0 ? "orderPage.pairing.edit" : "orderPage.pairing.pair")}
          </Button>
          {undoable.map(({ productLineId }) => (
            <Button
              key={productLineId}
              variant="plain"
              tone="critical"
              loading={busy}
              onClick={() => ask({ action: "unpair", productLineId })}
            >
              {t("orderPage.pairing.remove")}
            </Button>
          ))}
        </InlineStack>
      )}
    </BlockStack>
  );
}

function Absent({ children }: { children: ReactNode }) {
  return (
    <Box
      padding="300"
      borderWidth="025"
      borderStyle="dashed"
      borderColor="border"
      borderRadius="200"
    >
      <Text as="p" tone="subdued" alignment="center">
        {children}
      </Text>
    </Box>
  );
}

function Line({ line }: { line: PageLine }) {
  const { t, formatMoney } = useLocale();
  const { title, quantity, price, fulfilled, refunded, isPlan, offerId, planId } = line;
  const money = (units: number) => formatMoney(units * price.amount, price.currency);
  const missing = t("orderPage.pairing.missing");
  return (
    <Box padding="300" borderWidth="025" borderColor="border" borderRadius="200">
      <BlockStack gap="150">
        <div style={{ overflowWrap: "anywhere" }}>
          <Text as="p" fontWeight="semibold">
            {title}
          </Text>
        </div>
        <InlineStack gap="300">
          <Text as="span" numeric>
            {t("orderPage.pairing.units", { quantity, price: money(1) })}
          </Text>
          {fulfilled > 0 && (
            <Text as="span" tone="success">
              {t("orderPage.pairing.fulfilled", { units: fulfilled })}
            </Text>
          )}
          {refunded > 0 && (
            <Text as="span" tone="caution">
              {t("orderPage.pairing.refunded", { units: refunded, amount: money(refunded) })}
            </Text>
          )}
        </InlineStack>
        {isPlan && (
          <div style={{ overflowWrap: "anywhere" }}>
            <Text as="p" variant="bodySm" tone="subdued">
              {t("orderPage.pairing.ids", { offer: offerId ?? missing, plan: planId ?? missing })}
            </Text>
          </div>
        )}
      </BlockStack>
    </Box>
  );
}
