import { useRevalidator } from "@remix-run/react";
import { useAppBridge } from "@shopify/app-bridge-react";
import { useState } from "react";
import { useLocale } from "./locale.tsx";

/** Has Shopify ask the merchant for access, and reads the page anew where all of it was granted. */
export function useAskForScopes(): { isAsking: boolean; ask: (scopes: string[]) => Promise<void> } {
  const { t } = useLocale();
  const shopify = useAppBridge();
  const revalidator = useRevalidator();
  const [isAsking, setAsking] = useState(false);
  const ask = async (scopes: string[]) => {
    setAsking(true);
    try {
      const { result } = await shopify.scopes.request(scopes);
      if (result === "granted-all") revalidator.revalidate();
      else shopify.toast.show(t("common.scopes.declined"));
    } catch {
      shopify.toast.show(t("common.scopes.declined"), { isError: true });
    } finally {
      setAsking(false);
    }
  };
  return { isAsking, ask };
}
