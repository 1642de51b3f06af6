import type pg from "pg";
import type { PrismaClient } from "#app/database/generated/prisma/client.ts";
import { offsetAt } from "#app/order/refunds/zone-offset.ts";

/**
 * Mails that a merchant can ask for: `weekly`, what the week was like; `deadlines`, that one is near.
 */
export const shopMailKinds = ["weekly", "deadlines"] as const;
export type ShopMailKind = (typeof shopMailKinds)[number];

/** Which of them a merchant wants. */
export type WantedMails = Record<ShopMailKind, boolean>;

const dayMs = 86_400_000;
/** Of the shop's day: before the work of the day begins. */
const mailHour = 8;

/**
 * When a mail is due next after `now`: at eight in the morning of the shop's time zone (IANA), the
 * weekly one on Mondays. Epoch milliseconds.
 */
export function nextMailAt(kind: ShopMailKind, now: number, timeZone: string): number {
  const local = now + offsetAt(now, timeZone);
  const today = Math.floor(local / dayMs) * dayMs;
  const hour = mailHour * 3_600_000;
  let day = today + hour > local ? today : today + dayMs;
  while (kind === "weekly" && new Date(day).getUTCDay() !== 1) day += dayMs;
  const at = day + hour;
  // the clocks may be put forward or back until then
  const near = at - offsetAt(at - offsetAt(now, timeZone), timeZone);
  return at - offsetAt(near, timeZone);
}

/** The week that a weekly mail tells of, which is due or late at `now`: the last that is over, both days included. */
export function weekBefore(now: number, timeZone: string): { from: string; to: string } {
  const today = Math.floor((now + offsetAt(now, timeZone)) / dayMs) * dayMs;
  const sinceMonday = (new Date(today).getUTCDay() + 6) % 7;
  const day = (daysAgo: number) => new Date(today - daysAgo * dayMs).toISOString().slice(0, 10);
  return { from: day(sinceMonday + 7), to: day(sinceMonday + 1) };
}

/** The mails that a shop's merchant asked for. */
export async function wantedMails(prisma: PrismaClient, shop: string): Promise<WantedMails> {
  const wanted = await prisma.shopMail.findMany({ where: { shop }, select: { kind: true } });
  const isWanted = (kind: ShopMailKind) => wanted.some((mail) => mail.kind === kind);
  return { weekly: isWanted("weekly"), deadlines: isWanted("deadlines") };
}

/** A mail that was not wanted before is sent at its next time. `shop.now`: epoch milliseconds. */
export async function saveMails(
  client: pg.PoolClient,
  shop: { domain: string; timeZone: string; now: number },
  wanted: WantedMails,
): Promise<void> {
  const { domain, timeZone, now } = shop;
  for (const kind of shopMailKinds) {
    await (wanted[kind]
      ? client.query(
          `INSERT INTO "ShopMail" ("shop", "kind", "dueAt") VALUES ($1, $2, $3)
           ON CONFLICT DO NOTHING`,
          [domain, kind, new Date(nextMailAt(kind, now, timeZone))],
        )
      : client.query(`DELETE FROM "ShopMail" WHERE "shop" = $1 AND "kind" = $2`, [domain, kind]));
  }
}
