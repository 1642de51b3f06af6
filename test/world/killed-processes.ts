import pg from "pg";

/**
 * Lets the time pass after which others take over from processes that were killed: their leases and
 * the heartbeats of their jobs end now. For when no process of the app is at work.
 *
 * @param url of the app's database
 */
export async function outwaitKilled(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const table of ["Shop", "OrderScan", "PlanJob"]) {
      await client.query(`UPDATE "${table}" SET "leaseUntil" = now() WHERE "leaseUntil" > now()`);
    }
    await client.query(
      `UPDATE pgboss.job SET "heartbeat_on" = now() - interval '1 hour' WHERE "state" = 'active'`,
    );
  } finally {
    await client.end();
  }
}
