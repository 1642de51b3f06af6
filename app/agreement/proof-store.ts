import type pg from "pg";
import { backoffMs } from "#app/foundation/backoff.ts";
import type { AdminRefusal } from "#app/shopify/access/admin-api.ts";
import { notHeld } from "#app/store/hold.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { isNight, type Night, proofTime } from "./night.ts";

/** A shop's proof that is due or under way, held by `token`. */
export type Proof = {
  shop: string;
  token: string;
  asked: boolean;
  running: boolean;
  startedAt: Date | null;
  through: Date | null;
  cursor: string;
  sample: string[] | null;
  oldFrom: number;
  oldEnds: boolean;
  position: number;
  points: number;
  failures: number;
};

const columns = [
  ...["shop", "asked", "running", "startedAt", "through", "cursor", "sample"],
  ...["oldFrom", "oldEnds", "position", "points", "failures"],
]
  .map((column) => `"${column}"`)
  .join(", ");

/**
 * Takes the shop's proof, if it is to begin or to go on now, and keeps others away from it for
 * `leaseMs`.
 *
 * @param night whether it is the time of proofs that nobody asked for
 */
export async function claimProof(
  pool: pg.Pool,
  shop: string,
  { token, leaseMs, night }: { token: string; leaseMs: number; night: boolean },
): Promise<Proof | null> {
  const { rows } = await pool.query<Omit<Proof, "token">>(
    `UPDATE "Proof" SET "leaseToken" = $2, "leaseUntil" = now() + $3 * interval '1 millisecond'
      WHERE "shop" = $1 AND "dueAt" <= now() AND ("asked" OR $4)
        AND ("leaseUntil" IS NULL OR "leaseUntil" < now() OR "leaseToken" = $2)
      RETURNING ${columns}`,
    [shop, token, leaseMs, night],
  );
  return rows[0] ? { ...rows[0], token } : null;
}

export async function keepProof(pool: pg.Pool, { shop, token }: Proof, ms: number): Promise<void> {
  await pool.query(
    `UPDATE "Proof" SET "leaseUntil" = now() + $3 * interval '1 millisecond'
      WHERE "shop" = $1 AND "leaseToken" = $2`,
    [shop, token, ms],
  );
}

export async function releaseProof(pool: pg.Pool, shop: string, token: string): Promise<void> {
  await pool.query(
    `UPDATE "Proof" SET "leaseToken" = NULL, "leaseUntil" = NULL
      WHERE "shop" = $1 AND "leaseToken" = $2`,
    [shop, token],
  );
}

/** The proof goes on later: the shop has something else to do, or is not to be proven now. */
export async function postponeProof(
  pool: pg.Pool,
  { shop, token }: Proof,
  { ms, reason }: { ms: number; reason: string },
): Promise<void> {
  await pool.query(
    `UPDATE "Proof" SET "dueAt" = now() + $3 * interval '1 millisecond', "reason" = $4
      WHERE "shop" = $1 AND "leaseToken" = $2`,
    [shop, token, ms, reason],
  );
}

/** Without access nothing is to be had until somebody opens the app. */
const withoutSessionMs = 60 * 60 * 1000;

/** The Admin API did not answer: the proof waits as long as Shopify says, else longer each time. */
export async function backOffProof(
  { pool, config }: Pick<RunContext, "pool" | "config">,
  { shop, token, failures }: Proof,
  refusal: AdminRefusal,
): Promise<void> {
  const wait = backoffMs(failures, config.delivery);
  const ms =
    refusal.kind === "no_session" ? withoutSessionMs : Math.max(wait, refusal.retryAfterMs ?? 0);
  await pool.query(
    `UPDATE "Proof" SET "dueAt" = now() + $3 * interval '1 millisecond', "reason" = $4,
            "failures" = least("failures" + 1, 30)
      WHERE "shop" = $1 AND "leaseToken" = $2`,
    [shop, token, ms, refusal.kind === "no_session" ? "no_session" : refusal.reason],
  );
}

/** Begins a proof with its sample. Answers false where it is not ours any more. */
export async function beginProof(
  client: Pick<pg.Pool, "query">,
  { shop, token }: Proof,
  {
    sample,
    oldFrom,
    oldEnds,
    now,
  }: Pick<Proof, "oldFrom" | "oldEnds"> & {
    sample: readonly string[];
    now: number;
  },
): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE "Proof" SET "running" = true, "startedAt" = $3, "sample" = $4, "oldFrom" = $5,
            "oldEnds" = $6, "position" = 0, "points" = 0, "checked" = 0, "differed" = 0
      WHERE "shop" = $1 AND "leaseToken" = $2`,
    [shop, token, new Date(now), sample, oldFrom, oldEnds],
  );
  return rowCount === 1;
}

/**
 * Writes down what a page came to, in the transaction that mended it. Answers false, and nothing is
 * to be mended, where the proof is not ours any more.
 */
export async function saveProofPage(
  client: pg.PoolClient,
  { shop, token, position }: Proof,
  page: { position: number; points: number; checked: number; differed: number },
): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE "Proof" SET "position" = $4, "points" = "points" + $5, "checked" = "checked" + $6,
            "differed" = "differed" + $7, "failures" = 0, "reason" = NULL
      WHERE "shop" = $1 AND "leaseToken" = $2 AND "running" AND "position" = $3`,
    [shop, token, position, page.position, page.points, page.checked, page.differed],
  );
  return rowCount === 1;
}

/**
 * Ends a proof: the sample is through, or what it may cost is spent, and the old orders go on the
 * next night behind the last one that was read.
 */
export async function endProof(
  pool: pg.Pool,
  proof: Proof,
  { now, night, settledMs }: { now: number; night: Night; settledMs: number },
): Promise<void> {
  const { shop, token, position, oldFrom, oldEnds, startedAt } = proof;
  const sample = proof.sample ?? [];
  const isThrough = position >= sample.length;
  const last = position > oldFrom ? (sample[position - 1] ?? proof.cursor) : proof.cursor;
  const next = proofTime(shop, night, now, { after: true });
  await pool.query(
    `UPDATE "Proof" SET "running" = false, "asked" = false, "sample" = NULL, "position" = 0,
            "finishedAt" = $3, "through" = $4, "cursor" = $5, "dueAt" = $6,
            "lastChecked" = "checked", "lastDiffered" = "differed"
      WHERE "shop" = $1 AND "leaseToken" = $2`,
    [
      ...[shop, token, new Date(now), new Date((startedAt?.getTime() ?? now) - settledMs)],
      ...[isThrough && oldEnds ? "" : last, next === null ? null : new Date(next)],
    ],
  );
}

/** An operator asks for a proof now, whatever the hour. One that is under way goes on. */
export async function askForProof(pool: pg.Pool, shop: string): Promise<void> {
  await pool.query(
    `INSERT INTO "Proof" ("shop", "dueAt", "asked") VALUES ($1, now(), true)
     ON CONFLICT ("shop") DO UPDATE SET "dueAt" = EXCLUDED."dueAt", "asked" = true, "failures" = 0`,
    [shop],
  );
}

/** SQL: whether the shop in the row `s` may be proven at all. */
const mayBeProven = `s."connection" = 'connected' AND NOT s."paused" AND ${notHeld("s")}
  AND s."uninstalledAt" IS NULL AND s."eraseAt" IS NULL`;

/** The shops whose proof is to begin or to go on now. Shops that have none yet get their time first. */
export async function shopsToProve(pool: pg.Pool, night: Night, now: number): Promise<string[]> {
  if (night !== null) {
    const { rows: unplanned } = await pool.query<{ domain: string }>(
      `SELECT s."domain" FROM "Shop" s WHERE ${mayBeProven}
          AND NOT EXISTS (SELECT 1 FROM "Proof" p WHERE p."shop" = s."domain" AND p."dueAt" IS NOT NULL)`,
    );
    for (const { domain } of unplanned) {
      const at = proofTime(domain, night, now, { after: false });
      await pool.query(
        `INSERT INTO "Proof" ("shop", "dueAt") VALUES ($1, $2)
         ON CONFLICT ("shop") DO UPDATE SET "dueAt" = EXCLUDED."dueAt"`,
        [domain, at === null ? null : new Date(at)],
      );
    }
  }
  const { rows } = await pool.query<{ domain: string }>(
    `SELECT s."domain" FROM "Proof" p JOIN "Shop" s ON s."domain" = p."shop"
      WHERE p."dueAt" <= now() AND (p."asked" OR $1) AND ${mayBeProven}
        AND (p."leaseUntil" IS NULL OR p."leaseUntil" < now())`,
    [isNight(night, now)],
  );
  return rows.map(({ domain }) => domain);
}

/** When the shop's proof goes on, in milliseconds from now; null: no time is known, or not this night. */
export async function nextProofMs(
  pool: pg.Pool,
  shop: string,
  night: boolean,
): Promise<number | null> {
  const { rows } = await pool.query<{ ms: number | null }>(
    `SELECT (extract(epoch FROM greatest("dueAt", "leaseUntil") - now()) * 1000)::float8 AS ms
       FROM "Proof" WHERE "shop" = $1 AND "dueAt" IS NOT NULL AND "running" AND ("asked" OR $2)`,
    [shop, night],
  );
  return rows[0]?.ms ?? null;
}
