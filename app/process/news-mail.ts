import type { BlockNews, NewsOrder, ShopNews } from "#app/notices/shop-news.ts";
import { currencyDecimals, decimalText } from "#app/order/money.ts";
import { createTexts, languageOf, type Translate } from "#app/texts/i18n.ts";
import { messages } from "#app/texts/messages.server.ts";
import { noteText } from "#app/texts/order-texts.ts";

/** The address of a page of the app in Shopify's admin. `path`: below `/app`, such as `/settings`. */
export function pageInAdmin(shop: string, clientId: string, path: string): string {
  const store = shop.replace(/\.myshopify\.com$/, "");
  return `https://admin.shopify.com/store/${store}/apps/${clientId}/app${path}`;
}

/** How times, numbers and texts are written to a shop. */
type Manner = {
  t: Translate;
  language: "en" | "de";
  time: Intl.DateTimeFormat;
  day: Intl.DateTimeFormat;
  now: number;
};

/** The mail of a week, or that a deadline is near, in the language of the shop's pages. */
export function newsMail(news: ShopNews, clientId: string): { subject: string; text: string } {
  const { kind, shop, timeZone, count, orders, ending, week } = news;
  const language = languageOf(news.language ?? "en");
  const { t } = createTexts(language, messages[language]);
  const manner: Manner = {
    ...{ t, language, now: news.at },
    time: new Intl.DateTimeFormat(language, {
      ...{ dateStyle: "long", timeStyle: "short", timeZone },
    }),
    day: new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" }),
  };
  const url = (path: string) => pageInAdmin(shop, clientId, path);
  const paragraphs = [
    t(`mail.${kind}.intro`, { shop }),
    ...(week ? [soldText(manner, week), blockText(manner, week.block)] : []),
    ...(count > 0
      ? [
          [t(`mail.${kind}.orders`, { count }), ...orders.map((one) => orderLine(manner, one))]
            .concat(
              count > orders.length ? [t("mail.news.more", { count: count - orders.length })] : [],
            )
            .join("\n"),
          t("mail.news.list", { url: url("/orders?view=attention") }),
        ]
      : week
        ? [t("mail.weekly.nothing")]
        : []),
    ...(ending
      ? [
          t("mail.news.ending", {
            count: ending.products,
            time: manner.time.format(ending.until),
            why: t(`mail.news.why.${ending.wait}`),
          }),
          t("mail.news.plans", { url: url("/plans") }),
        ]
      : []),
    t(`mail.${kind}.off`, { url: url("/settings") }),
  ];
  return { subject: t(`mail.${kind}.subject`, { shop }), text: `${paragraphs.join("\n\n")}\n` };
}

function orderLine({ t, language, time, now }: Manner, { name, note, until }: NewsOrder): string {
  const what = note === null ? [] : [noteText(t, language, note)];
  const which = until !== null && until < now ? "ended" : "until";
  const till = until === null ? [] : [t(`mail.news.${which}`, { time: time.format(until) })];
  return `- ${name}: ${[...what, ...till].join(" ")}`;
}

function soldText(
  { t, language, day }: Manner,
  { from, to, sold }: NonNullable<ShopNews["week"]>,
): string {
  const days = { from: day.format(new Date(from)), to: day.format(new Date(to)) };
  if (sold.length === 0) return t("mail.weekly.noneSold", days);
  const lines = sold.map(({ currency, plans: count, refunded, net }) => {
    const counted =
      currency === ""
        ? t("mail.weekly.plansUnpriced", { count })
        : t("mail.weekly.plans", { count, net: moneyText(language, net, currency) });
    return `- ${counted}${refunded > 0 ? ` ${t("mail.weekly.refunded", { count: refunded })}` : ""}`;
  });
  return [t("mail.weekly.sold", days), ...lines].join("\n");
}

/** @param amount in minor units */
function moneyText(language: string, amount: number, currency: string): string {
  const decimals = currencyDecimals(currency);
  const format = new Intl.NumberFormat(language, {
    ...{ style: "currency", currency },
    ...{ minimumFractionDigits: decimals, maximumFractionDigits: decimals },
  });
  return format.format(Number(decimalText(amount, currency)));
}

/** The app itself does not see the theme: it is told by whoever has a page open. */
function blockText({ t, time }: Manner, { seenAt, gone, byHand }: BlockNews): string {
  if (byHand) return t("mail.weekly.block.byHand");
  if (gone) return t(`mail.weekly.block.gone.${gone.part}`, { time: time.format(gone.at) });
  if (seenAt === null) return t("mail.weekly.block.never");
  return t("mail.weekly.block.seen", { time: time.format(seenAt) });
}
