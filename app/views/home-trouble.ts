import type { Shop } from "#app/database/generated/prisma/client.ts";
import type { Failing } from "#app/store/lease.ts";
import { returnsTrouble } from "#app/store/returns-trouble.ts";

export type ShopOfHome = Omit<Shop, "apiKeySealed">;

/** What is wrong, the most urgent first. `words` are Hakuna's own. */
export type Trouble =
  | { kind: "none" }
  | { kind: "key_refused" | "wrong_address" | "feed_refuses"; since: number; words: string | null }
  | { kind: "unreachable"; since: number; until: number; words: string | null }
  | { kind: "paused" }
  /** an operator holds delivery back */
  | { kind: "held" }
  | { kind: "unreadable"; count: number }
  /** Shopify does not tell the app of returns; `words` are Shopify's */
  | { kind: "returns_unseen"; since: number; words: string }
  /** a part that was live in the theme is gone: without the block nothing is sold */
  | { kind: "block_gone"; part: "protection" | "cart-guard"; since: number }
  /** `unsent` of them do not reach Hakuna */
  | { kind: "attention"; count: number; unsent: number }
  /** no plan was sold for so long where plans used to be; `lookedAt`: when the theme was last asked for */
  | { kind: "no_sales"; days: number; lookedAt: number | null };

/** No plan for so many days is nothing, however well plans used to sell. */
const leastQuietDays = 7;

/** Of a shop that sold on fewer days nobody can say that it used to sell. */
const leastDaysOfSales = 4;

/**
 * For how many days no plan was sold, where that is long for this shop: a week at least, and three
 * times as long as it used to be between two days of sales. Null: it is not.
 *
 * @param days of the last 30, as they are stored
 * @param lastSale the last day on which a plan was sold
 * @param today YYYY-MM-DD
 */
export function quietDays(
  days: readonly { day: Date; plans: number }[],
  lastSale: Date | null,
  today: string,
): number | null {
  if (lastSale === null) return null;
  const dayMs = 86_400_000;
  const quiet = Math.round((Date.parse(today) - lastSale.getTime()) / dayMs);
  const sold = days.filter(({ plans }) => plans > 0).map(({ day }) => day.getTime());
  if (sold.length < leastDaysOfSales || quiet < leastQuietDays) return null;
  const usual = (lastSale.getTime() - Math.min(...sold)) / dayMs / (sold.length - 1);
  return quiet >= 3 * usual ? quiet : null;
}

/** The most urgent thing that is wrong; null: nothing is. */
export function troubleOf(
  shop: ShopOfHome,
  now: number,
  {
    unreadable,
    attention,
    unsent,
    isGuided,
    isHeld,
    quietDays,
  }: {
    unreadable: number;
    attention: number;
    unsent: number;
    isGuided: boolean;
    isHeld: boolean;
    quietDays: number | null;
  },
): Trouble | null {
  const { connection, connectionReason, connectionSince, backoffUntil, backoffSince } = shop;
  if (connection === "none") return isGuided ? null : { kind: "none" };
  if (connection !== "connected") {
    return { kind: connection, since: connectionSince.getTime(), words: connectionReason };
  }
  if (shop.paused) return { kind: "paused" };
  if (isHeld) return { kind: "held" };
  if (backoffUntil !== null) {
    return {
      kind: "unreachable",
      since: (backoffSince ?? new Date(now)).getTime(),
      until: backoffUntil.getTime(),
      words: shop.backoffReason,
    };
  }
  if (unreadable > 0) return { kind: "unreadable", count: unreadable };
  if (shop.blockGone !== null && shop.blockGoneAt !== null) {
    const part = shop.blockGone === "protection" ? "protection" : "cart-guard";
    return { kind: "block_gone", part, since: shop.blockGoneAt.getTime() };
  }
  const returns = returnsTrouble(shop.failing as Failing);
  if (returns !== null) return { kind: "returns_unseen", ...returns };
  if (attention > 0) return { kind: "attention", count: attention, unsent };
  if (quietDays !== null && !shop.blockByHand) {
    return { kind: "no_sales", days: quietDays, lookedAt: shop.blockLookedAt?.getTime() ?? null };
  }
  return null;
}
