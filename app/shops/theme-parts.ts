import type { PrismaClient } from "#app/database/generated/prisma/client.ts";

type Parts = "protection" | "cart-guard";

/**
 * Notes what Shopify says of the app's parts in the theme: both are live, or one that was is gone,
 * which is said on the overview. Where the merchant's theme links plans by itself, nothing is missed.
 *
 * @param domain the shop of the session token, never of the address
 * @param live the parts that are live
 * @returns whether anything is another way than before
 */
export async function noteThemeParts(
  prisma: PrismaClient,
  domain: string,
  live: readonly Parts[],
): Promise<boolean> {
  const where = { domain };
  const now = new Date();
  const missing = (["protection", "cart-guard"] as const).find((part) => !live.includes(part));
  const shop = await prisma.shop.findUniqueOrThrow({
    where,
    select: { blockSeenAt: true, blockByHand: true, blockGone: true },
  });
  const seen = { blockLookedAt: now };
  if (missing === undefined) {
    const isNews = shop.blockSeenAt === null || shop.blockGone !== null;
    await prisma.shop.updateMany({
      where,
      data: { ...seen, blockSeenAt: now, blockGone: null, blockGoneAt: null },
    });
    return isNews;
  }
  const isGone = shop.blockSeenAt !== null && !shop.blockByHand;
  const isOther = shop.blockGone !== null && shop.blockGone !== missing;
  await prisma.shop.updateMany({
    where,
    data: {
      ...seen,
      ...(isGone && { blockSeenAt: null, blockGone: missing, blockGoneAt: now }),
      ...(!isGone && isOther && { blockGone: missing }),
    },
  });
  return isGone || isOther;
}
