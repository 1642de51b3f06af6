import { useSearchParams } from "@remix-run/react";
import { useAppBridge } from "@shopify/app-bridge-react";
import { Button } from "@shopify/polaris";
import { useState } from "react";
import { useLocale } from "#app/components/shared/locale.tsx";

/** Saves the list, as it is filtered, as a CSV file. */
export function ExportButton() {
  const { t, locale } = useLocale();
  const [params] = useSearchParams();
  const [busy, setBusy] = useState(false);
  const shopify = useAppBridge();
  async function save() {
    setBusy(true);
    try {
      const query = new URLSearchParams(params);
      query.set("locale", locale);
      // App Bridge adds the session token, which a link could not carry.
      const answer = await fetch(`/app/orders.csv?${query}`);
      if (!answer.ok) throw new Error(`The export was answered ${answer.status}.`);
      const address = URL.createObjectURL(await answer.blob());
      const link = document.createElement("a");
      link.href = address;
      link.download = `${t("orders.exportFile")}.csv`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch {
      shopify.toast.show(t("orders.exportFailed"), { isError: true });
    } finally {
      setBusy(false);
    }
  }
  return (
    <Button onClick={save} loading={busy}>
      {t("orders.export")}
    </Button>
  );
}
