import { FormLayout, Select, TextField } from "@shopify/polaris";
import { useState } from "react";
import { Dialog } from "#app/components/shared/dialog.tsx";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { OrderPage, PageLine } from "#app/views/order-page.ts";
import { useOrderAction } from "./order-action.tsx";

/** What is chosen already; null: nothing. */
export type PairChoice = { productLineId: string | null; planLineId: string | null };

type Props = {
  choice: PairChoice;
  products: PageLine[];
  plans: PageLine[];
  pairs: OrderPage["pairs"];
  onClose: () => void;
};

/** Pairs a product with a plan by hand, with the ids that the plan's line may lack. */
export function PairDialog({ choice, products, plans, pairs, onClose }: Props) {
  const { t } = useLocale();
  const { busy, ask } = useOrderAction(onClose);
  // who opens it without a choice is looking at what is alone
  const paired = new Set(pairs.flatMap((one) => [one.productLineId, one.planLineId]));
  const firstOf = (lines: PageLine[]) => lines.find(({ id }) => !paired.has(id)) ?? lines[0];
  const [productLineId, setProduct] = useState(choice.productLineId ?? firstOf(products)?.id ?? "");
  const [planLineId, setPlan] = useState(choice.planLineId ?? firstOf(plans)?.id ?? "");
  const plan = plans.find(({ id }) => id === planLineId);
  const [ids, setIds] = useState({ offerId: plan?.offerId ?? "", planId: plan?.planId ?? "" });
  const choosePlan = (id: string) => {
    const chosen = plans.find((one) => one.id === id);
    setPlan(id);
    setIds({ offerId: chosen?.offerId ?? "", planId: chosen?.planId ?? "" });
  };
  const options = (lines: PageLine[]) =>
    lines.map(({ id, title, quantity }) => ({ value: id, label: `${quantity} × ${title}` }));
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("orderPage.pairDialog.title")}
      primaryAction={{
        content: t("orderPage.pairDialog.save"),
        loading: busy,
        onAction: () => ask({ action: "pair", productLineId, planLineId, ...ids }),
      }}
      secondaryActions={[{ content: t("common.action.cancel"), onAction: onClose }]}
    >
      <Dialog.Section>
        <FormLayout>
          <Select
            label={t("orderPage.pairDialog.product")}
            options={options(products)}
            value={productLineId}
            onChange={setProduct}
          />
          <Select
            label={t("orderPage.pairDialog.plan")}
            options={options(plans)}
            value={planLineId}
            onChange={choosePlan}
          />
          <FormLayout.Group>
            <TextField
              label={t("orderPage.pairDialog.offer")}
              value={ids.offerId}
              onChange={(offerId) => setIds({ ...ids, offerId })}
              autoComplete="off"
              maxLength={200}
            />
            <TextField
              label={t("orderPage.pairDialog.planId")}
              value={ids.planId}
              onChange={(planId) => setIds({ ...ids, planId })}
              autoComplete="off"
              maxLength={200}
              helpText={t("orderPage.pairDialog.help")}
            />
          </FormLayout.Group>
        </FormLayout>
      </Dialog.Section>
    </Dialog>
  );
}
