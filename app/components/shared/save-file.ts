import { useAppBridge } from "@shopify/app-bridge-react";
import { useState } from "react";

/**
 * Saves what an address of the app's answers as a file: App Bridge adds the session token, which a
 * link could not carry.
 *
 * @param failed what is told where that does not work
 */
export function useSaveFile(failed: string) {
  const [busy, setBusy] = useState(false);
  const shopify = useAppBridge();
  async function save(address: string, name: string): Promise<void> {
    setBusy(true);
    try {
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(`The file was answered ${answer.status}.`);
      const content = URL.createObjectURL(await answer.blob());
      const link = document.createElement("a");
      link.href = content;
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(content), 60_000);
    } catch {
      shopify.toast.show(failed, { isError: true });
    } finally {
      setBusy(false);
    }
  }
  return { save, busy };
}
