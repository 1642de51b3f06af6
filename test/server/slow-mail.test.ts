import { afterAll, expect, it } from "vitest";
import { openPool } from "#app/database/pool.server.ts";
import { createLog } from "#app/foundation/log.server.ts";
import { type OutageMailer, tellOutages } from "#app/shops/outage-mail.ts";
import { eventually } from "./client.ts";
import { syncByHand } from "./sync-by-hand.ts";

const { current, pool, config, context, setShop } = await syncByHand();
const limits = { ...config.database, idleInTransactionMs: 2000 };
const shortConfig = { ...config, database: limits };
const looking = [1, 2].map(() =>
  openPool(
    { connectionString: config.DATABASE_URL ?? "", max: 4, limits, application_name: "looking" },
    createLog("silent"),
  ),
);
afterAll(() => Promise.all(looking.map((one) => one.end())));

/** For how long one of them has been in a transaction. */
async function inTransactionMs(): Promise<number> {
  const { rows } = await pool.query(
    `SELECT coalesce(max(extract(epoch FROM clock_timestamp() - "xact_start")), 0)::float8 AS age
       FROM pg_stat_activity WHERE "application_name" = 'looking'`,
  );
  return rows[0].age * 1000;
}

it("a mail server takes longer than a transaction may be silent: each shop gets one mail", async () => {
  await setShop("connection", "key_refused");
  await setShop("connectionSince", new Date(Date.now() - 7_200_000));
  await setShop("contactEmail", "owner@example.com");
  const mails: string[] = [];
  const taken = Promise.withResolvers<void>();
  const mailer: OutageMailer = async (to) => {
    mails.push(to);
    await taken.promise;
    return "sent";
  };
  const [first, second] = looking.map((one) => ({ ...context, pool: one, config: shortConfig }));
  if (!first || !second) throw new Error("there are two");
  const telling = tellOutages(first, mailer);
  telling.catch(() => undefined);
  await eventually("its mail is under way", () => mails.length === 1);
  let longest = 0;
  await eventually("that takes long", async () => {
    const now = await inTransactionMs();
    // a transaction that is ended is as good as one that is old: the other one looks then
    const isOver = now < longest || now > 2.5 * limits.idleInTransactionMs;
    longest = Math.max(longest, now);
    return isOver || now;
  });
  const other = tellOutages(second, async (to) => {
    mails.push(to);
    return "sent";
  });
  await other;
  taken.resolve();
  const ends = await Promise.allSettled([telling, other]);
  expect(mails).toEqual(["owner@example.com"]);
  expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
  const { rows } = await pool.query(`SELECT "outageToldAt" FROM "Shop" WHERE "domain" = $1`, [
    current.shop,
  ]);
  expect(rows[0].outageToldAt).not.toBeNull();
});
