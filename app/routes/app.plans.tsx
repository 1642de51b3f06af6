import { type ActionFunctionArgs, data, type LoaderFunctionArgs } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { BlockStack, Card, Divider, Page } from "@shopify/polaris";
import { boundary } from "@shopify/shopify-app-remix/server";
import { PlanFollow } from "#app/components/plans/plan-follow.tsx";
import { PlanHand } from "#app/components/plans/plan-hand.tsx";
import { PlanJobs } from "#app/components/plans/plan-jobs.tsx";
import { PlanProducts } from "#app/components/plans/plan-products.tsx";
import { PlanReach } from "#app/components/plans/plan-reach.tsx";
import { PlanRules } from "#app/components/plans/plan-rules.tsx";
import { PlanSection } from "#app/components/plans/plan-section.tsx";
import { plansRequest } from "#app/components/plans/plans-request.ts";
import { PriceChanges } from "#app/components/plans/price-changes.tsx";
import { useCountryNames } from "#app/components/shared/country-names.ts";
import { useLocale } from "#app/components/shared/locale.tsx";
import { MissingScopesBanner } from "#app/components/shared/missing-scopes-banner.tsx";
import { readBody } from "#app/components/shared/read-asked.ts";
import { useRefresh } from "#app/components/shared/refresh.ts";
import { Trouble } from "#app/components/shared/trouble.tsx";
import { readChosen, saveChosen } from "#app/plans/chosen-plans.ts";
import { askForCoverage } from "#app/plans/coverage/coverage-look.ts";
import {
  readCoverage,
  readFollow,
  readPriceChanges,
  uncoveredIds,
} from "#app/plans/coverage/coverage-page.ts";
import { follow, lookNow, unfollow } from "#app/plans/coverage/follow-store.ts";
import {
  cancelPlanJob,
  createPlanJob,
  type PlanJobRequest,
  resumePlanJobs,
} from "#app/plans/plan-job-store.ts";
import { readJobs } from "#app/plans/plan-jobs-page.ts";
import { marketScopes, planScopes, translationScopes } from "#app/plans/plan-scopes.ts";
import { noteScopes, readProductsPage } from "#app/plans/plans-page.ts";
import { readOffers } from "#app/plans/product-offers.ts";

export async function loader({ request, context }: LoaderFunctionArgs) {
  const { session } = await context.authenticateAdmin(request);
  const { shop } = session;
  const { pool } = context.run;
  const params = new URL(request.url).searchParams;
  const asked = {
    search: (params.get("search") ?? "").slice(0, 200),
    after: params.get("after"),
    before: params.get("before"),
  };
  const stored = await context.prisma.shop.findUniqueOrThrow({
    where: { domain: shop },
    select: { apiKeyLastFour: true, country: true, sellingCountries: true, scopes: true },
  });
  const { country } = stored;
  if (await askForCoverage(pool, shop, context.run.now())) await context.queue.plans.wake([shop]);
  const [page, jobs, coverage, followed, changes] = await Promise.all([
    readProductsPage(context.admin, shop, asked, country),
    readJobs(pool, shop, params.get("job")),
    readCoverage(pool, shop, Number.parseInt(params.get("without") ?? "1", 10) || 1),
    readFollow(pool, shop, context.run.now()),
    readPriceChanges(pool, shop),
  ]);
  if (page) await noteScopes(pool, shop, page.scopes);
  const shownIds = page?.products.map(({ id }) => id) ?? [];
  const scopes = page?.scopes ?? stored.scopes?.split(",") ?? [];
  return {
    search: asked.search,
    offers: await readOffers(pool, shop, shownIds, country),
    page: page && { products: page.products, previous: page.previous, next: page.next },
    ...jobs,
    ...{ coverage, followed, changes },
    missing: planScopes.filter((scope) => !scopes.includes(scope)),
    missingAbroad: {
      markets: marketScopes.filter((scope) => !scopes.includes(scope)),
      languages: translationScopes.filter((scope) => !scopes.includes(scope)),
    },
    hasKey: stored.apiKeyLastFour !== null,
    hasCountry: country !== null,
    countries: country === null ? [] : [...new Set([country, ...stored.sellingCountries])],
  };
}

/** Starts, reads and ends what the page asks for. */
export async function action({ request, context }: ActionFunctionArgs) {
  const { session } = await context.authenticateAdmin(request);
  const { shop } = session;
  const { pool } = context.run;
  const asked = plansRequest.safeParse(await readBody(request));
  if (!asked.success) {
    const words = asked.error.issues[0]?.message ?? "";
    return data({ result: "invalid" as const, words }, { status: 400 });
  }
  const wanted = asked.data;
  const start = async (job: PlanJobRequest) => {
    const id = await createPlanJob(pool, shop, job);
    await context.queue.plans.wake([shop]);
    return data({ result: "started" as const, job: id });
  };
  switch (wanted.intent) {
    case "read":
      return data({
        result: "read" as const,
        plans: await readChosen(context.admin, shop, wanted.ids),
      });
    case "cancel":
      await cancelPlanJob(pool, shop, wanted.job);
      return data({ result: "cancelled" as const });
    case "resume":
      await resumePlanJobs(pool, shop);
      await context.queue.plans.wake([shop]);
      return data({ result: "resumed" as const });
    case "cover": {
      const productIds = await uncoveredIds(pool, shop);
      if (productIds.length === 0) return data({ result: "nothing" as const });
      return await start({ kind: "offers", productIds, collectionIds: [], planIds: [] });
    }
    case "follow":
      await follow(pool, shop, wanted.collection);
      await context.queue.plans.wake([shop]);
      return data({ result: "followed" as const });
    case "unfollow":
      await unfollow(pool, shop);
      return data({ result: "unfollowed" as const });
    case "look":
      await lookNow(pool, shop, context.run.now());
      await context.queue.plans.wake([shop]);
      return data({ result: "looking" as const });
    case "link": {
      const saved = await saveChosen(context.plans, shop, wanted.plans);
      if (saved.result !== "saved") return data(saved);
      break;
    }
  }
  const { intent: kind, productIds, collectionIds } = wanted;
  const planIds = wanted.intent === "link" ? wanted.plans.map(({ id }) => id) : [];
  return await start({ kind, productIds, collectionIds, planIds });
}

export const headers = boundary.headers;

export default function Plans() {
  const loaded = useLoaderData<typeof loader>();
  const { page, offers, countries, search, jobs, open, products, missing } = loaded;
  const { hasKey, hasCountry } = loaded;
  const mayWrite = !missing.includes("write_products");
  const whyNot = !hasKey ? "noKey" : !hasCountry ? "noCountry" : !mayWrite ? "access" : null;
  const { t, formatDate } = useLocale();
  const nameOf = useCountryNames();
  const { coverage, followed, changes } = loaded;
  const isRunning =
    jobs.some(({ state }) => state === "running") ||
    coverage.isCounting ||
    (followed?.isLooking ?? false);
  useRefresh(isRunning ? 1_500 : 60_000);
  return (
    <Page title={t("plans.title")} subtitle={t("plans.subtitle")}>
      <BlockStack gap="400">
        <MissingScopesBanner scopes={missing} of="plans.access" />
        {jobs.length > 0 && <PlanJobs jobs={jobs} open={open} products={products} />}
        <PlanProducts
          page={page}
          coverage={coverage}
          countries={countries}
          offers={offers}
          search={search}
          mayWrite={mayWrite}
          hasKey={hasKey}
          why={whyNot}
        />
        <Card>
          <BlockStack gap="400">
            <PlanSection
              title={t("plans.follow.title")}
              status={
                followed === null
                  ? t("plans.follow.statusOff")
                  : t("plans.follow.statusOn", { title: followed.title })
              }
              isOpen={followed !== null && (followed.isGone || followed.wait !== null)}
            >
              <PlanFollow followed={followed} why={whyNot} />
            </PlanSection>
            <Divider />
            {changes.length > 0 && (
              <>
                <PlanSection
                  title={t("plans.changes.title")}
                  status={t("plans.changes.status", {
                    date: formatDate(Math.max(...changes.map(({ at }) => at))),
                  })}
                >
                  <PriceChanges changes={changes} />
                </PlanSection>
                <Divider />
              </>
            )}
            {mayWrite && countries.length > 0 && (
              <>
                <PlanSection
                  title={t("plans.reach.title")}
                  status={countries.map(nameOf).join(", ")}
                >
                  <PlanReach missing={loaded.missingAbroad} />
                </PlanSection>
                <Divider />
              </>
            )}
            <PlanSection title={t("plans.hand.title")} status={t("plans.hand.status")}>
              <PlanHand mayWrite={mayWrite} />
            </PlanSection>
            <Divider />
            <PlanSection title={t("plans.rules.title")} status={t("plans.rules.status")}>
              <PlanRules />
            </PlanSection>
          </BlockStack>
        </Card>
      </BlockStack>
    </Page>
  );
}

export const ErrorBoundary = Trouble;
