import { Button, Text } from "@shopify/polaris";
import { useState } from "react";
import { Dialog } from "#app/components/shared/dialog.tsx";
import { useLocale } from "#app/components/shared/locale.tsx";
import { useOrderAction } from "./order-action.tsx";

/** Cancels an order at Hakuna that was deleted in Shopify, after asking: it cannot be taken back. */
export function CancelAtHakuna() {
  const { t } = useLocale();
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  const { busy, ask } = useOrderAction(close);
  return (
    <>
      <Button variant="plain" tone="critical" onClick={() => setOpen(true)}>
        {t("orderPage.cancelDialog.open")}
      </Button>
      <Dialog
        open={isOpen}
        onClose={close}
        title={t("orderPage.cancelDialog.title")}
        primaryAction={{
          content: t("orderPage.cancelDialog.confirm"),
          destructive: true,
          loading: busy,
          onAction: () => ask({ action: "cancel" }),
        }}
        secondaryActions={[{ content: t("common.action.cancel"), onAction: close }]}
      >
        <Dialog.Section>
          <Text as="p">{t("orderPage.cancelDialog.text")}</Text>
        </Dialog.Section>
      </Dialog>
    </>
  );
}
