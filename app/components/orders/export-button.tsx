import { useSearchParams } from "@remix-run/react";
import { Button } from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";
import { useSaveFile } from "#app/components/shared/save-file.ts";

/** Saves the list, as it is filtered, as a CSV file. */
export function ExportButton() {
  const { t, locale } = useLocale();
  const [params] = useSearchParams();
  const { save, busy } = useSaveFile(t("orders.exportFailed"));
  const query = new URLSearchParams(params);
  query.set("locale", locale);
  return (
    <Button
      onClick={() => save(`/app/orders.csv?${query}`, `${t("orders.exportFile")}.csv`)}
      loading={busy}
    >
      {t("orders.export")}
    </Button>
  );
}
