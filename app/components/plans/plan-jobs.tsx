import { Link as RemixLink } from "@remix-run/react";
import {
  Badge,
  Banner,
  BlockStack,
  Button,
  Card,
  InlineStack,
  ProgressBar,
  Text,
} from "@shopify/polaris";
import { useId, useState } from "react";
import { useCountryNames } from "#app/components/shared/country-names.ts";
import { useLocale } from "#app/components/shared/locale.tsx";
import { RelativeMoment } from "#app/components/shared/moment.tsx";
import type { PageJob, PageJobProduct } from "#app/plans/plan-jobs-page.ts";
import type { OfferedPlan, PlanResult } from "#app/plans/plan-result.ts";
import { useFailureText } from "./failure-text.ts";
import { usePlanRequest } from "./plan-request.ts";

type Props = { jobs: PageJob[]; open: string | null; products: PageJobProduct[] };

/** The latest job in a line or two; what it did for each product, and the jobs before it, on demand. */
export function PlanJobs({ jobs, open, products }: Props) {
  const { t, formatTime } = useLocale();
  const id = useId();
  const job = jobs.find((one) => one.id === open);
  // what could not be done is to be seen; so is what somebody asked for by a link
  const [isOpen, setOpen] = useState<boolean | null>(null);
  if (!job) return null;
  const others = jobs.filter((one) => one.id !== open);
  const isShown = isOpen ?? (job.failed > 0 || jobs[0]?.id !== open);
  return (
    <Card>
      <BlockStack gap="300">
        <JobHead job={job} />
        {(products.length > 0 || others.length > 0) && (
          <InlineStack>
            <Button
              variant="plain"
              disclosure={isShown ? "up" : "down"}
              ariaExpanded={isShown}
              ariaControls={id}
              onClick={() => setOpen(!isShown)}
            >
              {t("plans.jobs.details")}
            </Button>
          </InlineStack>
        )}
        <div id={id} hidden={!isShown}>
          {isShown && (
            <BlockStack gap="300">
              {products.length > 0 && (
                <BlockStack as="ul" gap="300">
                  {products.map((product) => (
                    <ProductLine key={product.productId} product={product} />
                  ))}
                </BlockStack>
              )}
              {others.length > 0 && (
                <InlineStack gap="300">
                  <Text as="span" tone="subdued">
                    {t("plans.jobs.earlier")}
                  </Text>
                  {others.map((one) => (
                    <RemixLink
                      key={one.id}
                      to={`?job=${one.id}`}
                      preventScrollReset
                      style={{ color: "var(--p-color-text-link)" }}
                    >
                      {t(`plans.jobs.kind.${one.kind}`)}, {formatTime(one.createdAt)}
                    </RemixLink>
                  ))}
                </InlineStack>
              )}
            </BlockStack>
          )}
        </div>
      </BlockStack>
    </Card>
  );
}

function JobHead({ job }: { job: PageJob }) {
  const { t, formatNumber } = useLocale();
  const { busy, ask } = usePlanRequest();
  const { kind, state, done, total, failed, wait, words } = job;
  const isRunning = state === "running";
  const canResume = wait !== null && !wait.endsWith("_unavailable");
  return (
    <BlockStack gap="300">
      <InlineStack align="space-between" blockAlign="center" gap="200">
        <InlineStack gap="200" blockAlign="center">
          <Text as="h2" variant="headingMd">
            {t(`plans.jobs.kind.${kind}`)}
          </Text>
          <Badge tone={isRunning ? "info" : failed > 0 ? "warning" : "success"}>
            {t(`plans.jobs.state.${state}`)}
          </Badge>
        </InlineStack>
        {isRunning && (
          <Button loading={busy} onClick={() => ask({ intent: "cancel", job: job.id })}>
            {t("plans.jobs.cancel")}
          </Button>
        )}
      </InlineStack>
      {isRunning && (
        <div
          role="progressbar"
          aria-label={t("plans.jobs.progress")}
          aria-valuenow={done}
          aria-valuemax={total}
        >
          <ProgressBar progress={total === 0 ? 0 : (done / total) * 100} size="small" />
        </div>
      )}
      <Text as="p">
        {t("plans.jobs.count", {
          count: total,
          done: formatNumber(done),
          total: formatNumber(total),
        })}
        {failed > 0 && ` ${t("plans.jobs.failed", { count: failed })}`}
        {job.isListing && ` ${t("plans.jobs.listing")}`}
        {job.isCut && ` ${t("plans.jobs.cut", { total: formatNumber(total) })}`}
        {!isRunning && (
          <Text as="span" tone="subdued">
            {" · "}
            <RelativeMoment at={job.createdAt} />
          </Text>
        )}
      </Text>
      {isRunning && wait && (
        <Banner
          tone="warning"
          action={
            canResume
              ? { content: t("common.action.retry"), onAction: () => ask({ intent: "resume" }) }
              : undefined
          }
        >
          <Text as="p">{t(`plans.jobs.wait.${wait}`)}</Text>
          {words && <Text as="p">{t("common.quoted", { text: words })}</Text>}
        </Banner>
      )}
    </BlockStack>
  );
}

function ProductLine({ product }: { product: PageJobProduct }) {
  const { t } = useLocale();
  const { title, productId, state, result } = product;
  return (
    <li style={{ listStyle: "none" }}>
      <BlockStack gap="100">
        <InlineStack gap="200" blockAlign="center">
          <Badge tone={state === "failed" ? "critical" : "success"}>
            {t(`plans.product.state.${state}`)}
          </Badge>
          <Text as="span" fontWeight="medium">
            {title ?? productId.slice(productId.lastIndexOf("/") + 1)}
          </Text>
        </InlineStack>
        {result && <ResultText result={result} />}
      </BlockStack>
    </li>
  );
}

/** What was done, or why not, in a sentence. */
function ResultText({ result }: { result: PlanResult }) {
  const { t, formatMoney } = useLocale();
  const nameOf = useCountryNames();
  const failureText = useFailureText();
  switch (result.kind) {
    case "offered": {
      const byCountry = [...Map.groupBy(result.plans, ({ country }) => country)];
      const isOne = byCountry.length < 2;
      const said = ({ title, price, before, currency }: OfferedPlan) => {
        const now = formatMoney(price, currency);
        if (before === null) return t("plans.result.new", { title, price: now });
        if (before === price) return t("plans.result.same", { title, price: now });
        return t("plans.result.changed", {
          title,
          price: now,
          before: formatMoney(before, currency),
        });
      };
      const notes = result.notes.map((note) => t(`plans.note.${note}`));
      return (
        <BlockStack gap="050">
          {byCountry.map(([country, plans]) => (
            <PlanNames
              key={country ?? ""}
              country={isOne || !country ? null : nameOf(country)}
              names={plans.map(said)}
            />
          ))}
          {result.lacking?.map((lack) => (
            <Text key={lack.country} as="p">
              {t("plans.result.lacking", {
                country: nameOf(lack.country),
                reason: failureText(lack),
              })}
            </Text>
          ))}
          {notes.map((note) => (
            <Text key={note} as="p">
              {note}
            </Text>
          ))}
          {result.unpriced?.map(({ country, words }) => (
            <Text key={country} as="p">
              {t("plans.result.unpriced", { country: nameOf(country) })}{" "}
              {t("common.quoted", { text: words })}
            </Text>
          ))}
        </BlockStack>
      );
    }
    case "linked":
      return <PlanNames country={null} names={result.plans} />;
    case "withdrawn": {
      const { countries, bundles } = result;
      const reason = bundles === "all" ? "plans.failure.is_bundle" : "plans.note.bundle_variants";
      return (
        <BlockStack gap="050">
          {countries.length > 0 && (
            <Text as="span" tone="subdued">
              {t("plans.result.withdrawn", { countries: countries.map(nameOf).join(", ") })}
            </Text>
          )}
          {bundles && <Text as="p">{t(reason)}</Text>}
        </BlockStack>
      );
    }
    case "unlinked":
    case "left":
    case "kept":
    case "noted":
      return (
        <Text as="span" tone="subdued">
          {t(`plans.result.${result.kind}`)}
        </Text>
      );
    case "failed":
      return (
        <Text as="span" tone="critical">
          {failureText(result)}
        </Text>
      );
  }
}

/** Side by side where there is room; a name is never torn apart for it. */
function PlanNames({ country, names }: { country: string | null; names: string[] }) {
  const gaps = { columnGap: "var(--p-space-400)", rowGap: "var(--p-space-050)" };
  return (
    <div style={{ display: "flex", flexWrap: "wrap", ...gaps }}>
      {country !== null && <Text as="span">{country}</Text>}
      {names.map((name) => (
        <Text key={name} as="span" tone="subdued">
          {name}
        </Text>
      ))}
    </div>
  );
}
