import { expect, it } from "vitest";
import {
  claimPlanJob,
  createPlanJob,
  type PlanJob,
  postponePlanJob,
  releasePlanJobs,
  shopsWithPlanJobs,
} from "#app/plans/plan-job-store.ts";
import { forgetPlanJobs } from "#app/plans/product-offers.ts";
import { syncByHand } from "./sync-by-hand.ts";

const { current, pool, connect, ofShop } = await syncByHand();

/** A job of the shop of now that somebody works on, and the key that it asks with. */
async function jobUnderWay(): Promise<{ job: PlanJob; keyVersion: number }> {
  const wanted = { kind: "offers" as const, productIds: [], collectionIds: [], planIds: [] };
  await createPlanJob(pool, current.shop, wanted);
  const job = await claimPlanJob(pool, current.shop, "token", 60_000);
  if (job === null) throw new Error("There is no job.");
  return { job, keyVersion: Number((await ofShop("keyVersion")).keyVersion) };
}

async function postpone(job: PlanJob, wait: "key_refused" | "no_key", keyVersion: number) {
  const words = "unauthorized";
  await postponePlanJob(pool, job, null, { wait, words, ms: 86_400_000, keyVersion });
  await releasePlanJobs(pool, current.shop, job.token);
}

const goesOn = async () => (await shopsWithPlanJobs(pool)).includes(current.shop);

it.each(["key_refused", "no_key"] as const)(
  "a job that waits (%s) goes on when a key is saved",
  async (wait) => {
    const { job, keyVersion } = await jobUnderWay();
    await postpone(job, wait, keyVersion);
    expect(await goesOn()).toBe(false);
    await connect();
    expect(await goesOn()).toBe(true);
  },
);

it("a refusal of the former key that is told late holds up nothing", async () => {
  const { job, keyVersion } = await jobUnderWay();
  await connect();
  await postpone(job, "key_refused", keyVersion);
  expect(await goesOn()).toBe(true);
});

it("a job that ended long ago is forgotten with its products, and no other", async () => {
  const ids: string[] = [];
  for (const productIds of [["gid://shopify/Product/1"], ["gid://shopify/Product/2"]]) {
    const wanted = { kind: "offers" as const, productIds, collectionIds: [], planIds: [] };
    ids.push(await createPlanJob(pool, current.shop, wanted));
  }
  const [old, fresh] = ids;
  await pool.query(
    `UPDATE "PlanJob" SET "state" = 'done', "finishedAt" = CASE WHEN "id" = $2 THEN $3::timestamptz ELSE $4::timestamptz END
      WHERE "shop" = $1`,
    [current.shop, old, new Date("2026-01-01T00:00:00Z"), new Date("2026-03-01T00:00:00Z")],
  );
  const dayMs = 24 * 60 * 60_000;
  await forgetPlanJobs(pool, Date.parse("2026-04-30T00:00:00Z"), 90 * dayMs);
  for (const [table, column] of [
    ["PlanJob", "id"],
    ["PlanJobProduct", "jobId"],
  ]) {
    const { rows } = await pool.query<{ job: string }>(
      `SELECT "${column}" AS "job" FROM "${table}" WHERE "shop" = $1`,
      [current.shop],
    );
    expect(rows.map(({ job }) => job)).toEqual([fresh]);
  }
});
