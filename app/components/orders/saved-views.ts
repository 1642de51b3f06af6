import { useFetcher, useSearchParams } from "@remix-run/react";
import { useAppBridge } from "@shopify/app-bridge-react";
import type { IndexFiltersProps, TabProps } from "@shopify/polaris";
import { useAnswer } from "#app/components/shared/answer.ts";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { SavedView } from "#app/shops/saved-views.ts";
import type { ViewRequest } from "./view-request.ts";

/** What of the address is a view's; what is searched for is not. */
const kept = ["view", "from", "to", "finding", "plans", "sort"];

/**
 * The views that the shop's staff saved, as tabs behind the app's own; the address names the one that
 * is open, so that its link leads others there.
 */
export function useSavedViews(views: readonly SavedView[]): {
  tabs: TabProps[];
  /** the place of the open one; null: none is */
  open: number | null;
  primaryAction: IndexFiltersProps["primaryAction"];
  create: (name: string) => Promise<boolean>;
} {
  const { t } = useLocale();
  const shopify = useAppBridge();
  const [params, setParams] = useSearchParams();
  const fetcher = useFetcher<{ done: true } | { failed: "full" }>();
  useAnswer(fetcher, (answer) => {
    shopify.toast.show(t("done" in answer ? "queue.views.saved" : "queue.views.full"), {
      isError: "failed" in answer,
    });
  });
  const send = (request: ViewRequest) =>
    fetcher.submit(request, {
      method: "post",
      action: "/app/views",
      encType: "application/json",
    });
  const query = String(new URLSearchParams([...params].filter(([name]) => kept.includes(name))));
  /** Opens a view: what is Shopify's own in the address stays. */
  const go = (id: string | null, to: string) =>
    setParams(
      (now) => {
        for (const name of [...kept, "query", "after", "before", "saved"]) now.delete(name);
        for (const [name, value] of new URLSearchParams(to)) now.set(name, value);
        if (id !== null) now.set("saved", id);
        return now;
      },
      { preventScrollReset: true },
    );
  const create = async (name: string) => {
    const id = crypto.randomUUID();
    send({ action: "save", id, name, query });
    go(id, query);
    return true;
  };
  const place = views.findIndex(({ id }) => id === params.get("saved"));
  const open = views[place];
  const isChanged = open !== undefined && open.query !== query;
  const save = async () => {
    if (open) send({ action: "save", id: open.id, name: open.name, query });
    return true;
  };
  return {
    tabs: views.map((view) => ({
      id: view.id,
      content: view.name,
      onAction: () => go(view.id, view.query),
      actions: [
        {
          type: "rename" as const,
          onPrimaryAction: async (name: string) => {
            send({ action: "save", ...view, name });
            return true;
          },
        },
        {
          type: "delete" as const,
          onPrimaryAction: async () => {
            send({ action: "delete", id: view.id });
            go(null, "");
            return true;
          },
        },
      ],
    })),
    open: open ? place : null,
    primaryAction: open
      ? { type: "save", onAction: save, disabled: !isChanged, loading: false }
      : { type: "save-as", onAction: create, disabled: query === "", loading: false },
    create,
  };
}
