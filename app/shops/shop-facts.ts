import type { PrismaClient } from "#app/database/generated/prisma/client.ts";
import type { Logger } from "#app/foundation/log.server.ts";
import { readShopFacts, type ShopGraphql } from "#app/shopify/shop/shop-facts.ts";
import { storableTimeZone } from "./shop-time-zone.ts";

/** How long what Shopify said about the shop itself is taken for true. */
const factsLastMs = 24 * 60 * 60 * 1000;

/**
 * Keeps what Shopify says about the shop whose page is being opened: its time zone, its contact, and its country
 * where nobody has set one. A page never waits long for it and never fails by it: it is read again
 * the next time.
 *
 * @param language of the page that is being opened
 */
export async function shopFacts(
  { prisma, log }: { prisma: PrismaClient; log: Logger },
  domain: string,
  graphql: ShopGraphql,
  language: "en" | "de",
): Promise<{ timeZone: string }> {
  const shop = await prisma.shop.findUniqueOrThrow({
    where: { domain },
    select: { timeZone: true, factsReadAt: true },
  });
  if (shop.factsReadAt && shop.factsReadAt.getTime() > Date.now() - factsLastMs) return shop;
  try {
    const { id, timeZone: told, country, email } = await readShopFacts(graphql);
    if (told === null) log.warn({ shop: domain }, "the shop's time zone is not known here");
    const timeZone =
      told === null ? shop.timeZone : await storableTimeZone({ prisma, log }, domain, told);
    if (country !== null) {
      // unless somebody has set one; orders without a country of their own may have waited for it
      await prisma.shop.updateMany({
        where: { domain, country: null },
        data: { country, reviewAfter: "" },
      });
    }
    await prisma.shop.updateMany({
      where: { domain },
      data: {
        ...{ shopifyId: id, timeZone, language, contactEmail: email, factsReadAt: new Date() },
      },
    });
    return { timeZone };
  } catch (err) {
    log.warn({ err, shop: domain }, "the shop's time zone and country were not read");
    return shop;
  }
}
