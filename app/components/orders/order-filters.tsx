import { useNavigation, useSearchParams } from "@remix-run/react";
import {
  type AppliedFilterInterface,
  BlockStack,
  ChoiceList,
  type FilterInterface,
  IndexFilters,
  IndexFiltersMode,
  TextField,
  useSetIndexFiltersMode,
} from "@shopify/polaris";
import { useEffect, useRef, useState } from "react";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { SavedView } from "#app/shops/saved-views.ts";
import { isWorkQueue, type OrderFilter } from "#app/views/order-filter.ts";
import { type View, views } from "#app/views/order-views.ts";
import { useSavedViews } from "./saved-views.ts";

type Props = {
  filter: OrderFilter;
  counts: Record<View, number>;
  saved: readonly SavedView[];
  /** another view can be saved */
  hasRoom: boolean;
};

type Changes = Partial<Record<keyof OrderFilter | "saved", string | null>>;

/** Typing is over after this many milliseconds. */
const pauseMs = 300;

/** Sets the filter in the page's address, from its first page on. */
export function useFilterChange(): (changes: Changes) => void {
  const [, setParams] = useSearchParams();
  return (changes) =>
    setParams(
      (params) => {
        for (const [name, value] of Object.entries(changes)) {
          if (value) params.set(name, value);
          else params.delete(name);
        }
        params.delete("after");
        params.delete("before");
        return params;
      },
      { replace: true, preventScrollReset: true },
    );
}

/** Tabs with counts, search, filters and sorting of the orders page; the address keeps them all. */
export function OrderFilters({ filter, counts, saved, hasRoom }: Props) {
  const { t, formatNumber } = useLocale();
  const change = useFilterChange();
  const savedViews = useSavedViews(saved);
  const isFiltered = [filter.query, filter.from, filter.to, filter.finding, filter.plans].some(
    Boolean,
  );
  // A link that filters shows what it filters by, unless that has a name.
  const { mode, setMode } = useSetIndexFiltersMode(
    isFiltered && savedViews.open === null ? IndexFiltersMode.Filtering : IndexFiltersMode.Default,
  );
  // who comes back to a filtered list is led to its place, not to the search at its top
  const [isDrawn, setDrawn] = useState(false);
  useEffect(() => setDrawn(true), []);
  const navigation = useNavigation();
  const [query, setQuery] = useQuery(filter.query, (query) => change({ query }));
  const clearFilters = () => change({ from: null, to: null, finding: null, plans: null });
  const clear = () => {
    setQuery("");
    change({ query: null, from: null, to: null, finding: null, plans: null });
  };
  return (
    <IndexFilters
      tabs={[
        ...views.map((view, index) => ({
          id: view,
          index,
          content: t(`orders.view.${view}`),
          badge: formatNumber(counts[view]),
          isLocked: true,
          onAction: () => change({ view: view === "all" ? null : view, sort: null, saved: null }),
        })),
        ...savedViews.tabs,
      ]}
      selected={
        savedViews.open === null ? views.indexOf(filter.view) : views.length + savedViews.open
      }
      onSelect={() => {}}
      onCreateNewView={savedViews.create}
      canCreateNewView={hasRoom}
      primaryAction={savedViews.primaryAction}
      mode={mode}
      setMode={setMode}
      autoFocusSearchField={isDrawn}
      queryValue={query}
      queryPlaceholder={t("orders.search")}
      onQueryChange={setQuery}
      onQueryClear={() => setQuery("")}
      cancelAction={{ onAction: clear }}
      loading={navigation.state === "loading"}
      filters={useFilters(filter, change)}
      appliedFilters={useApplied(filter, change)}
      onClearAll={clearFilters}
      sortOptions={[
        ...(isWorkQueue(filter.view)
          ? [
              // two of one name: Polaris draws a button for each direction, also for one that there is not
              {
                label: t("orders.sort.urgency"),
                value: "urgency asc" as const,
                directionLabel: t("orders.sort.nearest"),
              },
              {
                label: t("orders.sort.urgency"),
                value: "urgency desc" as const,
                directionLabel: t("orders.sort.dearest"),
              },
            ]
          : []),
        {
          label: t("orders.sort.date"),
          value: "date desc",
          directionLabel: t("orders.sort.newest"),
        },
        {
          label: t("orders.sort.date"),
          value: "date asc",
          directionLabel: t("orders.sort.oldest"),
        },
      ]}
      sortSelected={[sortValues[filter.sort]]}
      onSort={([sorted]) => change({ sort: sortOf(sorted, filter.view) })}
    />
  );
}

const sortValues = {
  deadline: "urgency asc",
  value: "urgency desc",
  newest: "date desc",
  oldest: "date asc",
} as const;

/** Null: what the view begins with. */
function sortOf(sorted: string | undefined, view: View): OrderFilter["sort"] | null {
  if (sorted === "date asc") return "oldest";
  if (sorted === "urgency desc") return "value";
  return sorted === "date desc" && isWorkQueue(view) ? "newest" : null;
}

/** What is typed, told on when the typing pauses. */
function useQuery(
  told: string | null,
  tell: (query: string | null) => void,
): [string, (query: string) => void] {
  const [typed, setTyped] = useState(told ?? "");
  const latest = useRef(tell);
  latest.current = tell;
  useEffect(() => {
    if (typed.trim() === (told ?? "")) return;
    const timer = setTimeout(() => latest.current(typed.trim() || null), pauseMs);
    return () => clearTimeout(timer);
  }, [typed, told]);
  return [typed, setTyped];
}

function useFilters(filter: OrderFilter, change: (changes: Changes) => void): FilterInterface[] {
  const { t } = useLocale();
  const findings = Object.entries(t("orders.findingName", { returnObjects: true }));
  return [
    {
      key: "date",
      label: t("orders.filter.date"),
      filter: (
        <BlockStack gap="200">
          {(["from", "to"] as const).map((name) => (
            <TextField
              key={name}
              type="date"
              autoComplete="off"
              label={t(`orders.filter.${name}`)}
              value={filter[name] ?? ""}
              onChange={(value) => change({ [name]: value })}
            />
          ))}
        </BlockStack>
      ),
    },
    {
      key: "finding",
      label: t("orders.filter.finding"),
      filter: (
        <ChoiceList
          title={t("orders.filter.finding")}
          titleHidden
          choices={findings.map(([value, label]) => ({ value, label }))}
          selected={filter.finding ? [filter.finding] : []}
          onChange={([finding]) => change({ finding: finding ?? null })}
        />
      ),
    },
    {
      key: "plans",
      label: t("orders.filter.plans"),
      filter: (
        <ChoiceList
          title={t("orders.filter.plans")}
          titleHidden
          choices={[
            { value: "yes", label: t("orders.filter.plansYes") },
            { value: "no", label: t("orders.filter.plansNo") },
          ]}
          selected={filter.plans ? [filter.plans] : []}
          onChange={([plans]) => change({ plans: plans ?? null })}
        />
      ),
    },
  ];
}

function useApplied(
  { from, to, finding, plans }: OrderFilter,
  change: (changes: Changes) => void,
): AppliedFilterInterface[] {
  const { t, formatDate } = useLocale();
  const dayOf = (day: string | null) => (day ? formatDate(Date.parse(`${day}T12:00Z`)) : "");
  const applied: AppliedFilterInterface[] = [];
  if (from !== null || to !== null) {
    const kind = from === null ? "dateTo" : to === null ? "dateFrom" : "dateBoth";
    applied.push({
      key: "date",
      label: t(`orders.filter.${kind}`, { from: dayOf(from), to: dayOf(to) }),
      onRemove: () => change({ from: null, to: null }),
    });
  }
  if (finding !== null) {
    applied.push({
      key: "finding",
      label: t(`orders.findingName.${finding}`),
      onRemove: () => change({ finding: null }),
    });
  }
  if (plans !== null) {
    applied.push({
      key: "plans",
      label: t(plans === "yes" ? "orders.filter.plansYes" : "orders.filter.plansNo"),
      onRemove: () => change({ plans: null }),
    });
  }
  return applied;
}
