import type pg from "pg";
import { nextMailAt, type ShopMailKind } from "#app/shops/shop-mails.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { readShopNews, type ShopNews } from "./shop-news.ts";

/** `refused`: for good; `failed`: worth another try; `down`: so would be every other mail. Never rejects. */
export type NewsMailer = (
  to: string,
  news: ShopNews,
) => Promise<"sent" | "refused" | "failed" | "down">;

type Context = Pick<RunContext, "pool" | "log" | "metrics" | "now" | "ending">;

type Due = {
  shop: string;
  kind: ShopMailKind;
  timeZone: string;
  language: string | null;
  contactEmail: string | null;
};

/** Mails that one look knows of; the look goes on until none is due. */
const most = 50;
/** A look takes no longer: the next one goes on. */
const lookMs = 4 * 60_000;
/**
 * Nobody else sends a mail that is being sent, which the mail server's time limits end within a
 * minute; one that was not taken is tried again after that.
 */
const againMs = 2 * 60_000;

/**
 * Sends the mails that merchants asked for and that are due, each once: whoever sends one has moved
 * its row first, and a mail that was sent is due at its next time. A process that ends between mail
 * and note sends it twice.
 */
export async function tellNews(context: Context, mailer: NewsMailer | null): Promise<void> {
  if (mailer === null) return;
  const { pool, now, ending } = context;
  const until = now() + lookMs;
  for (;;) {
    const due = await readDue(pool, now());
    if (due.length === 0) return;
    for (const mail of due) {
      if (ending.aborted || now() >= until) return;
      if (!(await claim(pool, mail, now()))) continue;
      if ((await tell(context, mailer, mail)) === "down") return;
    }
  }
}

async function readDue(pool: pg.Pool, now: number): Promise<Due[]> {
  const { rows } = await pool.query<Due>(
    `SELECT m."shop", m."kind", s."timeZone", s."language", s."contactEmail"
       FROM "ShopMail" m JOIN "Shop" s ON s."domain" = m."shop"
      WHERE m."dueAt" <= $1 AND s."uninstalledAt" IS NULL AND s."eraseAt" IS NULL
      ORDER BY m."dueAt", m."shop", m."kind" LIMIT ${most}`,
    [new Date(now)],
  );
  return rows;
}

async function claim(pool: pg.Pool, { shop, kind }: Due, now: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE "ShopMail" SET "dueAt" = $4, "tries" = "tries" + 1
      WHERE "shop" = $1 AND "kind" = $2 AND "dueAt" <= $3`,
    [shop, kind, new Date(now), new Date(now + againMs)],
  );
  return rowCount === 1;
}

async function tell(
  { pool, log, metrics, now }: Context,
  mailer: NewsMailer,
  { contactEmail, kind, ...shop }: Due,
): Promise<"nothing" | "no_contact" | Awaited<ReturnType<NewsMailer>>> {
  const at = now();
  const news = await readShopNews(pool, shop, kind, at);
  const result =
    news === null
      ? "nothing"
      : contactEmail === null
        ? "no_contact"
        : await mailer(contactEmail, news);
  if (result !== "nothing") {
    metrics.newsMailed(result === "sent" || result === "no_contact" ? result : "failed");
  }
  if (result === "failed" || result === "down") {
    log.warn({ shop: shop.shop, kind }, "the mail server did not take a mail; it is tried again");
    return result;
  }
  if (result === "refused" || result === "no_contact") {
    log.warn({ shop: shop.shop, kind, result }, "a mail that a merchant asked for was not sent");
  }
  await pool.query(
    `UPDATE "ShopMail" SET "dueAt" = $3, "tries" = 0, "result" = $4, "toldAt" = coalesce($5, "toldAt")
      WHERE "shop" = $1 AND "kind" = $2`,
    [
      ...[shop.shop, kind, new Date(nextMailAt(kind, at, shop.timeZone)), result],
      result === "sent" ? new Date(at) : null,
    ],
  );
  return result;
}
