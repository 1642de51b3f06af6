import { useFetcher } from "@remix-run/react";
import { useAppBridge } from "@shopify/app-bridge-react";
import { Box, Button, InlineStack, Text } from "@shopify/polaris";
import { type ReactNode, useState } from "react";
import { useAnswer } from "#app/components/shared/answer.ts";
import { useLocale } from "#app/components/shared/locale.tsx";

type Forth = "accept" | "put_away" | "skip";
const back = { accept: "unpair", put_away: "bring_back", skip: "unskip" } as const;
type Answer = { action: Forth | (typeof back)[Forth]; ids: string[] } | { failed: true };

/**
 * Does one thing with several orders, says with how many there was anything to do, and takes it back.
 *
 * @param whenDone called when it worked
 */
export function useBulk(whenDone: () => void): {
  busy: boolean;
  ask: (action: Forth, ids: string[]) => void;
  /** what was done last, with the way back; to be shown above the list */
  undone: ReactNode;
} {
  const { t } = useLocale();
  const shopify = useAppBridge();
  const fetcher = useFetcher<Answer>();
  const [last, setLast] = useState<{ action: Forth; ids: string[] } | null>(null);
  const busy = fetcher.state !== "idle";
  const send = (action: string, ids: string[]) =>
    fetcher.submit({ action, ids }, { method: "post", encType: "application/json" });
  useAnswer(fetcher, (answer) => {
    if ("failed" in answer) {
      shopify.toast.show(t("orderPage.failed"), { isError: true });
      return;
    }
    const { action, ids } = answer;
    const isForth = action === "accept" || action === "put_away" || action === "skip";
    setLast(isForth && ids.length > 0 ? { action, ids } : null);
    if (!isForth || ids.length === 0) {
      shopify.toast.show(t(isForth ? "queue.nothing" : "queue.undone"));
    }
    whenDone();
  });
  const undone = last && (
    <Box padding="300" background="bg-surface-info">
      <InlineStack gap="300" blockAlign="center">
        <Text as="p">{t(`queue.did.${last.action}`, { count: last.ids.length })}</Text>
        <Button loading={busy} onClick={() => send(back[last.action], last.ids)}>
          {t("queue.undo")}
        </Button>
      </InlineStack>
    </Box>
  );
  return { busy, ask: send, undone };
}
