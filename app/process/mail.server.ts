import type { Config } from "#app/foundation/config.server.ts";
import type { NewsMailer } from "#app/notices/tell-news.ts";
import type { Receipt, SendReceipt } from "#app/refunds/requests/receipt-mail.ts";
import type { BrokenConnection, OutageMailer } from "#app/shops/outage-mail.ts";
import { buyerTexts } from "#app/texts/buyer-texts.ts";
import { createTexts, type Language, languageOf } from "#app/texts/i18n.ts";
import { messages } from "#app/texts/messages.server.ts";
import { newsMail, pageInAdmin } from "./news-mail.ts";

const timeLimits = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };

/** The mails that the app sends. */
export type Mailer = { tellOutage: OutageMailer; tellNews: NewsMailer; sendReceipt: SendReceipt };

/** Sends the app's mails through the configured mail server; null where none is configured. */
export async function createMailer({
  mail,
  SHOPIFY_API_KEY,
}: Pick<Config, "mail" | "SHOPIFY_API_KEY">): Promise<Mailer | null> {
  if (mail === null) return null;
  const { createTransport } = await import("nodemailer");
  const transport = createTransport({ url: mail.url, ...timeLimits });
  const send = async (to: string, words: { subject: string; text: string }) => {
    try {
      await transport.sendMail({ from: mail.from, to, ...words });
      return "sent" as const;
    } catch (error) {
      return failureOf(error as SendError);
    }
  };
  return {
    tellOutage: (to, outage) => send(to, outageMail(outage, SHOPIFY_API_KEY)),
    tellNews: (to, news) => send(to, newsMail(news, SHOPIFY_API_KEY)),
    sendReceipt: (to, receipt) => send(to, receiptMail(receipt)),
  };
}

type SendError = { code?: string; command?: string; responseCode?: number };

/**
 * An address or a message that is refused with 5xx is no better tomorrow. What is wrong with the
 * connection, the login or the sender is of no mail by itself, and may be mended.
 */
function failureOf({ code, command, responseCode = 0 }: SendError): "refused" | "failed" | "down" {
  const isOfMail = code === "EMESSAGE" || (code === "EENVELOPE" && command !== "MAIL FROM");
  // 421: the server is about to close
  if (!isOfMail || responseCode === 421) return "down";
  return responseCode >= 500 ? "refused" : "failed";
}

/** What the buyer asked for, and when: a buyer reads it who knows neither Shopify nor Hakuna. */
function receiptMail(receipt: Receipt): { subject: string; text: string } {
  const { language, order, shop, title, units, at, timeZone, id } = receipt;
  const t = buyerTexts(language);
  const time = new Intl.DateTimeFormat(language, {
    ...{ dateStyle: "long", timeStyle: "long", timeZone },
  });
  const paragraphs = [
    t("mail.receipt.intro", { order, shop, time: time.format(at) }),
    t("mail.receipt.what", { count: units, title }),
    t("mail.receipt.next", { shop }),
    t("mail.receipt.reference", { id }),
    t("mail.receipt.why_me", { shop }),
  ];
  return { subject: t("mail.receipt.subject", { order }), text: `${paragraphs.join("\n\n")}\n` };
}

function outageMail(
  { shop, connection, since, timeZone, language, pending }: BrokenConnection,
  clientId: string,
): { subject: string; text: string } {
  const spoken: Language = languageOf(language ?? "en");
  const { t } = createTexts(spoken, messages[spoken]);
  const time = new Intl.DateTimeFormat(spoken, { dateStyle: "long", timeStyle: "short", timeZone });
  const url = pageInAdmin(shop, clientId, "/settings");
  const paragraphs = [
    t("mail.broken.intro", { shop, since: time.format(since) }),
    t(`mail.broken.why.${connection}`),
    t("mail.broken.calm", { count: pending }),
    t("mail.broken.link", { url }),
    t("mail.broken.why_me", { shop }),
  ];
  return { subject: t("mail.broken.subject", { shop }), text: `${paragraphs.join("\n\n")}\n` };
}
