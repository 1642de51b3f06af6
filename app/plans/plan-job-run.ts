import { randomUUID } from "node:crypto";
import { isDatabaseTrouble } from "#app/database/database-error.server.ts";
import { inTransaction } from "#app/database/transaction.ts";
import { lookAtProducts, noteCovered } from "#app/plans/coverage/coverage-look.ts";
import {
  beginFollowing,
  isStillNew,
  noteFollowed,
  saveFollowedPage,
} from "#app/plans/coverage/follow-store.ts";
import { lookAtPrices, repricedCountries } from "#app/plans/coverage/price-look.ts";
import type { RunResult } from "#app/queue/lane.ts";
import { AdminError, type AskAdmin, openAdmin } from "#app/shopify/access/admin-api.ts";
import { hasBundledPlans, isBundle } from "#app/shopify/plans/bundles.ts";
import {
  CatalogRefusal,
  isProtectionVendor,
  type Protectable,
  readProtectable,
} from "#app/shopify/plans/plan-catalog.ts";
import { readShopLocales } from "#app/shopify/plans/plan-translations.ts";
import { readCollection } from "#app/shopify/plans/product-lists.ts";
import { noteCountry } from "#app/store/country-answers.ts";
import { keepOffers } from "#app/store/plan-offers.ts";
import type { PlanMaking } from "./country-plans.ts";
import { offerPlans } from "./offer-plans.ts";
import { refusedFor } from "./offer-prices.ts";
import { openOffering } from "./offering.ts";
import type { PlanContext } from "./plan-context.ts";
import {
  claimPlanJob,
  finishPlanJob,
  forgetEmptyJob,
  keepPlanJobs,
  type NextProduct,
  nextProduct,
  type PlanJob,
  postponePlanJob,
  releasePlanJobs,
  saveCollectionPage,
  saveProgress,
  saveResult,
} from "./plan-job-store.ts";
import { JobHalt, type PlanResult, ProductFailure } from "./plan-result.ts";
import { languageOf } from "./plan-titles.ts";
import { linkProduct, unlinkProduct, withoutPlans } from "./product-links.ts";
import {
  carryOffersOver,
  forgetOffers,
  hasOffers,
  offeredCountries,
  refuseOffers,
  saveOffers,
  unsellable,
  withdrawOffers,
} from "./product-offers.ts";
import { writeCountry } from "./write-country.ts";

/** Tries of one product: errors of ours must not stop the others. */
const mostAttempts = 3;
/** What a product takes in one country, or before and after that. */
const longestStepMs = 60_000;
/** Short, so that a process which is to end does not wait long for it. */
const stepMs = 5_000;
/** What begins with a look, which may find nothing to do. */
const looks: ReadonlySet<PlanJob["kind"]> = new Set(["follow", "reprice"]);
/** A merchant has to do something: looked at again when the app is opened, and else once a day. */
const untilVisitMs = 24 * 60 * 60_000;

/**
 * Works on the shop's plan jobs, product by product, until nothing is left or its time is over. What
 * was done for each product, and in each country, is written down before the next: it is safe to kill
 * anywhere, and what is done twice gives the same.
 */
export async function runPlanJobs(context: PlanContext, shop: string): Promise<RunResult> {
  const { pool, now } = context;
  const { leaseMs } = context.config.worker;
  const token = randomUUID();
  const until = now() + stepMs;
  const keeping = setInterval(() => {
    // without it the lease runs out: somebody else goes on, and nothing is recorded here any more
    keepPlanJobs(pool, shop, token, leaseMs).catch(() => undefined);
  }, leaseMs / 3);
  try {
    await beginFollowing(pool, shop, now());
    while (now() < until) {
      const job = await claimPlanJob(pool, shop, token, leaseMs);
      if (job === null) return { again: false, nextInMs: null };
      await workOn(context, job, () => now() >= until);
    }
    return { again: true, nextInMs: null };
  } finally {
    clearInterval(keeping);
    await releasePlanJobs(pool, shop, token);
  }
}

async function workOn(context: PlanContext, job: PlanJob, isTimeUp: () => boolean): Promise<void> {
  const { pool } = context;
  let productId: string | null = null;
  try {
    const ask = await openShop(context, job.shop);
    if (job.kind === "coverage") return await lookAtProducts(pool, job, ask);
    const isLooking = job.collections.length > 0;
    if (job.kind === "reprice" && isLooking) {
      return await lookAtPrices(pool, job, ask, context.now());
    }
    if (isLooking) return await listCollection(context, job, ask);
    const next = await nextProduct(pool, job);
    if (next === null) {
      if (looks.has(job.kind)) await forgetEmptyJob(pool, job);
      return await finishPlanJob(pool, job);
    }
    productId = next.productId;
    await doProduct({ context, job, ask, next, isTimeUp });
  } catch (error) {
    const halt = haltOf(error);
    if (!halt) throw error;
    await postponePlanJob(pool, job, productId, {
      wait: halt.wait,
      words: halt.words,
      keyVersion: halt.keyVersion,
      ms: waitMs(halt, job.failures, context.config.delivery),
    });
  }
}

async function listCollection(context: PlanContext, job: PlanJob, ask: AskAdmin): Promise<void> {
  const [current, ...others] = job.collections;
  if (!current) return;
  const page = await readCollection(ask, current.id, current.after);
  if (job.kind === "follow") return await saveFollowedPage(context.pool, job, current.id, page);
  const products = page?.products ?? [];
  const next = page?.next ?? null;
  const rest = next === null ? others : [{ id: current.id, after: next }, ...others];
  await saveCollectionPage(context.pool, job, products, rest);
}

/** A try of a product. */
type Try = {
  context: PlanContext;
  job: PlanJob;
  ask: AskAdmin;
  next: NextProduct;
  isTimeUp(): boolean;
};

async function doProduct(current: Try): Promise<void> {
  const { context, job, ask, next } = current;
  const { pool, log } = context;
  const { productId, attempts } = next;
  let product: Protectable | null = null;
  const save = (result: PlanResult) =>
    saveDone(pool, job, { id: productId, title: product?.title ?? null }, result);
  try {
    product = await readProtectable(ask, productId);
    if (product === null) {
      await forgetOffers(pool, job.shop, productId);
      throw new ProductFailure("not_found");
    }
    const result = await resultFor(current, product);
    // null: it goes on with the next run
    if (result !== null) await save(result);
  } catch (error) {
    if (haltOf(error) || isDatabaseTrouble(error)) throw error;
    const failure = failureOf(error);
    if (failure) return await save(failure);
    log.error({ err: error, shop: job.shop, attempts }, "the plans of a product failed");
    if (attempts < mostAttempts) return;
    await save({ kind: "failed", code: "failed", words: null });
  }
}

/** What was done for a product, and what that means for what is known of its plans. */
async function saveDone(
  pool: PlanContext["pool"],
  job: PlanJob,
  product: { id: string; title: string | null },
  result: PlanResult,
): Promise<void> {
  await inTransaction(pool, async (client, now) => {
    if (!(await saveResult(client, job, product, result))) return;
    await noteFollowed(client, job, product.id, result, now);
    const hasPlans = hasPlansAfter(result);
    if (hasPlans !== null) await noteCovered(client, job.shop, product, hasPlans);
  });
}

/** Whether a product has plans now, or needs none: it is gone, or a bundle; null: as before. */
function hasPlansAfter(result: PlanResult): boolean | null {
  switch (result.kind) {
    case "offered":
    case "linked":
      return true;
    case "unlinked":
      return false;
    case "failed":
      if (result.code === "not_found" || result.code === "is_bundle") return true;
      return result.code === "offer_ended" ? false : null;
    default:
      return null;
  }
}

async function resultFor(current: Try, product: Protectable): Promise<PlanResult | null> {
  const { ask, job } = current;
  const { pool } = current.context;
  const { shop, kind } = job;
  if (kind === "unlink") {
    const result = await unlinkProduct(ask, product);
    await forgetOffers(pool, shop, product.id);
    return result;
  }
  if (kind === "withdraw") return await withdraw(current, product);
  if (isProtectionVendor(product.vendor)) throw new ProductFailure("is_plan");
  if (isBundle(product)) {
    await refuseBundle(current, product);
    throw new ProductFailure("is_bundle");
  }
  if (kind === "link") {
    const result = await linkProduct(ask, product, job.planIds);
    await forgetOffers(pool, shop, product.id);
    return result;
  }
  if (kind === "follow") {
    const hasPlans =
      product.plans.length > 0 || product.variants.some(({ plans }) => plans?.length);
    // plans of an earlier try of this job are its own
    const isOwn = current.next.progress !== null || (await hasOffers(pool, shop, product.id));
    if ((hasPlans && !isOwn) || !(await isStillNew(pool, shop, product.id)))
      return { kind: "kept" };
  }
  return await offer(current, product);
}

/** Takes those plans off a product that may be sold no more. Asks Hakuna nothing. */
async function withdraw(current: Try, product: Protectable): Promise<PlanResult> {
  const { context, job, ask } = current;
  const { pool } = context;
  if (isBundle(product)) {
    return { kind: "withdrawn", countries: await refuseBundle(current, product), bundles: "all" };
  }
  const now = context.now();
  const past = await unsellable(pool, job.shop, product.id, now);
  const isPartly = hasBundledPlans(product);
  if (past === null && !isPartly) return { kind: "left" };
  const countries = past?.countries ?? [];
  await withoutPlans(ask, product, (plan) => countries.includes(plan.country ?? past?.own ?? ""));
  await withdrawOffers(pool, job.shop, product.id, countries, now);
  return { kind: "withdrawn", countries, ...(isPartly && { bundles: "some" }) };
}

/**
 * Takes all plans off a bundle, whoever linked them, and notes that it gets none; answers the countries
 * where it had some of offers. Asks Hakuna nothing.
 */
async function refuseBundle({ context, job, ask }: Try, product: Protectable): Promise<string[]> {
  const hasLists = product.variants.some(({ plans }) => plans !== null);
  if (product.plans.length > 0 || hasLists) await unlinkProduct(ask, product);
  const refusal = { code: "is_bundle" as const, refusedFor: refusedFor(product, []) };
  return await refuseOffers(context.pool, job.shop, product.id, refusal);
}

/** Gives a product what Hakuna offers for it, and notes where it has offers now. */
async function offer(
  { context, job, ask, next, isTimeUp }: Try,
  product: Protectable,
): Promise<PlanResult | null> {
  const { pool, now } = context;
  const { shop, kind, id } = job;
  const { epoch, mayTranslate, ...offering } = await openOffering(context, shop);
  const [own = ""] = offering.countries;
  if (kind === "countries") {
    await writeCountry({ ask, pool, shop, country: own }, product);
    await carryOffersOver(pool, shop, product.id, own);
    return { kind: "noted" };
  }
  await carryOffersOver(pool, shop, product.id, own);
  const isRenewed = kind === "renew" || kind === "reprice";
  if (isRenewed && !(await hasOffers(pool, shop, product.id))) return { kind: "left" };
  const changed =
    kind === "reprice" ? await repricedCountries(pool, shop, ask, product, now()) : [];
  // of an earlier try, or of another job: its plans are for what it costs now
  if (kind === "reprice" && changed.length === 0 && next.progress === null) return { kind: "kept" };
  const keep: PlanMaking["keep"] = async (kept, moment) => {
    const at = now();
    // before what comes now
    await keepOffers(pool, shop, kept, { moment, at: moment === "former" ? at - 1 : at });
  };
  const note = (country: string, sells: boolean) =>
    noteCountry(pool, shop, country, { sells, at: now() });
  const had = await offeredCountries(pool, shop, product.id, { epoch, now: now() });
  // an offer for another price is over where there is none for this one
  const before = had.map((one) => ({
    ...one,
    isOver: one.isOver || changed.includes(one.country),
  }));
  const locales = mayTranslate ? await readShopLocales(ask) : null;
  const language = locales?.primary.slice(0, 2);
  const languageIn = (country: string) => language ?? languageOf(country);
  const making = { ...offering, key: id, keep, note, locales, languageIn };
  const { progress } = next;
  const done = await offerPlans(making, () => openShop(context, shop), product, before, {
    steps: progress?.epoch === epoch ? progress.steps : [],
    save: (steps) => saveProgress(pool, job, product.id, { epoch, steps }),
    isTimeUp,
    now,
  });
  if (done === null) return null;
  await saveOffers(pool, shop, product.id, epoch, done.countries);
  return done.result;
}

async function openShop({ admin }: PlanContext, shop: string): Promise<AskAdmin> {
  return await openAdmin(admin, shop, AbortSignal.timeout(longestStepMs));
}

function haltOf(error: unknown): JobHalt | null {
  if (error instanceof JobHalt) return error;
  if (!(error instanceof AdminError)) return null;
  const { refusal } = error;
  if (refusal.kind === "no_session") return new JobHalt("no_session");
  if (refusal.reason.includes("ACCESS_DENIED")) return new JobHalt("no_access", refusal.reason);
  return new JobHalt("shopify_unavailable", refusal.reason, refusal.retryAfterMs);
}

function failureOf(error: unknown): (PlanResult & { kind: "failed" }) | null {
  if (error instanceof ProductFailure) {
    return { kind: "failed", code: error.failure, words: error.words };
  }
  if (error instanceof CatalogRefusal) {
    return { kind: "failed", code: "shopify_refused", words: error.message };
  }
  return null;
}

/** Exponential from the shortest wait to the longest, at least as long as it was asked for. */
function waitMs(
  { wait, retryAfterMs }: JobHalt,
  failures: number,
  { backoffMinMs, backoffMaxMs }: PlanContext["config"]["delivery"],
): number {
  if (!wait.endsWith("_unavailable")) return untilVisitMs;
  const backoff = Math.min(backoffMaxMs, backoffMinMs * 2 ** Math.min(failures, 20));
  return Math.max(backoff, retryAfterMs ?? 0);
}
