import { randomUUID } from "node:crypto";
import type pg from "pg";
import { inTransaction } from "#app/database/transaction.ts";
import { notHeld } from "./hold.ts";

/** The right to fold and deliver for one shop, until it runs out or is given back. */
export type Lease = { shop: string; token: string };

/** By step; times: epoch milliseconds. */
export type Failing = {
  [step: string]: {
    /** in a row */
    failures: number;
    since: number;
    /** the kind of the last error */
    reason: string;
    /** the step is not tried again before; left out: it may be tried */
    until?: number;
  };
};

/** The row of a shop, as the sync reads it. */
export type ShopRow = {
  domain: string;
  country: string | null;
  environment: "sandbox" | "production";
  /** the one that it was connected to last; null: it never was */
  connectedTo: "sandbox" | "production" | null;
  share: "protected" | "all";
  sendTestOrders: boolean;
  sendOlderOrders: boolean;
  installedAt: Date | null;
  acceptSuggestions: boolean;
  productIdentifier: "variant" | "sku";
  apiKeySealed: string | null;
  /** changes whenever a key is saved or forgotten */
  keyVersion: number;
  connection: "none" | "connected" | "key_refused" | "wrong_address" | "feed_refuses";
  epoch: number;
  loneRefusals: number;
  backoffCount: number;
  backoffUntil: Date | null;
  lastAcceptedAt: Date | null;
  pollFailures: number;
  /** no processing status is to be read now: the last ones could not be */
  pollsRest: boolean;
  /** the steps that failed when they were tried last */
  failing: Failing;
  timeZone: string;
  /** plans whose product is gone are refunded without a person, where nothing is unclear */
  refundsAlone: boolean;
  /** what was found to be refunded before is a person's */
  refundsAloneSince: Date | null;
  refundWaitHours: number;
  /** the customer is told of such a refund */
  refundNotify: boolean;
  reviewAfter: string | null;
  reviewAll: boolean;
  reviewRefused: boolean;
  /** customers' webhooks in the inbox are to be erased before anything is folded */
  redacts: boolean;
  /** all of its data is to be erased, and nothing else is done any more */
  erases: boolean;
  /** neither uninstalled nor to be erased */
  installed: boolean;
  /** the merchant or an operator holds delivery back */
  isHeld: boolean;
  /** connected, neither paused by the merchant nor held, and the back-off, if any, is over */
  delivers: boolean;
  /**
   * when the transaction began, by the database's clock, epoch milliseconds: it alone decides what
   * is due, for the clocks of processes differ
   */
  now: number;
};

/** Another process took the shop over; this one must stop at once. */
export class LeaseLostError extends Error {
  readonly code = "lease_lost";
  constructor(shop: string) {
    super(`The lease of ${shop} was lost.`);
  }
}

/** Told by its code: two copies of a module may be loaded. */
export function isLeaseLost(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "lease_lost";
}

/** @param now SQL: the parameter that holds the transaction's time */
const columns = (
  now: string,
) => `"domain", "country", "environment", "connectedTo", "share", "sendTestOrders", "sendOlderOrders",
  "installedAt", "acceptSuggestions",
  "productIdentifier", "apiKeySealed", "keyVersion", "connection", "epoch", "loneRefusals", "backoffCount",
  "backoffUntil", "lastAcceptedAt", "pollFailures", coalesce("pollAfter" > ${now}, false) AS "pollsRest",
  "failing", "timeZone", "refundsAlone", "refundsAloneSince", "refundWaitHours", "refundNotify",
  "reviewAfter", "reviewAll", "reviewRefused", ("connection" = 'connected'
    AND NOT "paused" AND ("backoffUntil" IS NULL OR "backoffUntil" <= ${now})
    AND ${notHeld('"Shop"')}) AS "delivers",
  ("redactAt" IS NOT NULL) AS "redacts", ("eraseAt" IS NOT NULL) AS "erases", ("uninstalledAt" IS NULL AND "eraseAt" IS NULL) AS "installed",
  ("paused" OR NOT ${notHeld('"Shop"')}) AS "isHeld"`;

type Row = Omit<ShopRow, "now">;

/**
 * Takes the shop's lease, or answers null while another holds it, or holds the shop's row. It waits
 * for neither: a process that vanished in the middle of a step may hold the row for a while, and
 * whoever waited behind it would take up a lane and a connection. A shop that is not known yet
 * (installed, never opened) is made known by its webhooks; a late wake-up brings no deleted shop back.
 */
export async function acquireLease(
  pool: pg.Pool,
  shop: string,
  leaseMs: number,
): Promise<Lease | null> {
  const token = randomUUID();
  const take = () =>
    pool.query({
      name: "acquire-lease",
      text: `UPDATE "Shop" SET "leaseToken" = $2, "leaseUntil" = now() + $3 * interval '1 millisecond'
        WHERE "domain" = $1 AND "domain" = (
          SELECT "domain" FROM "Shop" WHERE "domain" = $1
             AND ("leaseUntil" IS NULL OR "leaseUntil" < now())
             FOR NO KEY UPDATE SKIP LOCKED)`,
      values: [shop, token, leaseMs],
    });
  if ((await take()).rowCount === 1) return { shop, token };
  const { rowCount } = await pool.query(
    `INSERT INTO "Shop" ("domain") SELECT $1
      WHERE EXISTS (SELECT 1 FROM "InboxWebhook" WHERE "shop" = $1) ON CONFLICT DO NOTHING`,
    [shop],
  );
  if (rowCount === 1 && (await take()).rowCount === 1) return { shop, token };
  return null;
}

export async function releaseLease(pool: pg.Pool, { shop, token }: Lease): Promise<void> {
  await pool.query({
    name: "release-lease",
    text: `UPDATE "Shop" SET "leaseToken" = NULL, "leaseUntil" = NULL
      WHERE "domain" = $1 AND "leaseToken" = $2`,
    values: [shop, token],
  });
}

/** Renews a lease, where it is still ours. */
export async function keepLease(
  pool: pg.Pool,
  { shop, token }: Lease,
  leaseMs: number,
): Promise<void> {
  await pool.query(
    `UPDATE "Shop" SET "leaseUntil" = now() + $3 * interval '1 millisecond'
      WHERE "domain" = $1 AND "leaseToken" = $2 AND "leaseUntil" > now()`,
    [shop, token, leaseMs],
  );
}

/**
 * Runs `work` in a transaction that holds the shop's row: renews the lease and hands over the shop
 * as it is now. Writers of the same shop wait for each other here, so counters stay exact and no
 * two transactions lock orders crosswise.
 *
 * @throws LeaseLostError when the lease is no longer ours
 */
export async function underLease<T>(
  pool: pg.Pool,
  lease: Lease,
  leaseMs: number,
  work: (client: pg.PoolClient, shop: ShopRow) => Promise<T>,
): Promise<T> {
  return await inTransaction(pool, async (client, now) => {
    const { rows } = await client.query<Row>({
      name: "under-lease",
      text: `UPDATE "Shop" SET "leaseUntil" = $4
        WHERE "domain" = $1 AND "leaseToken" = $2 AND "leaseUntil" > $3
        RETURNING ${columns("$3")}`,
      values: [lease.shop, lease.token, new Date(now), new Date(now + leaseMs)],
    });
    const shop = rows[0];
    if (!shop) throw new LeaseLostError(lease.shop);
    return await work(client, { ...shop, now });
  });
}

/** The same for a change made by a person: holds the shop's row without a lease. Null: no such shop. */
export async function holdingShop<T>(
  pool: pg.Pool,
  domain: string,
  work: (client: pg.PoolClient, shop: ShopRow) => Promise<T>,
): Promise<T | null> {
  return await inTransaction(pool, async (client, now) => {
    const { rows } = await client.query<Row>(
      `SELECT ${columns("$2")} FROM "Shop" WHERE "domain" = $1 FOR NO KEY UPDATE`,
      [domain, new Date(now)],
    );
    const shop = rows[0];
    return shop ? await work(client, { ...shop, now }) : null;
  });
}
