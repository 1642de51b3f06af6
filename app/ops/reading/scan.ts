import type { ScanKind } from "#app/database/generated/prisma/enums.ts";
import { runShop } from "#app/run/run.ts";
import { scanShop } from "#app/scan/scan.ts";
import type { Foundations } from "#app/services.server.ts";

/** How a reading of orders ended. */
export type Scanned = {
  shop: string;
  /** orders that were read */
  read: number;
  /** orders that the reconciliation mended, or that an import shares with Hakuna */
  found: number;
  cancelled: boolean;
};

const lookMs = 200;

/**
 * Reads orders until the shop's scan, which was begun, has come to its end; it does not matter which
 * process does it. Webhooks that are there go first.
 *
 * @throws Error saying why orders cannot be read
 */
export async function finishScan(
  { run, services: { queue, prisma } }: Foundations,
  shop: string,
  kind: ScanKind,
): Promise<Scanned> {
  for (;;) {
    await runShop(run, shop);
    await scanShop({ ...run, wake: queue.wake }, shop);
    const where = { shop_kind: { shop, kind } };
    const scan = await prisma.orderScan.findUniqueOrThrow({ where });
    if (!scan.running) {
      await runShop(run, shop);
      const { read, found } = scan;
      return { shop, read, found, cancelled: kind === "import" && scan.cancelledAt !== null };
    }
    if (scan.pausedReason === "no_session") {
      throw new Error(
        `${shop} cannot be read: there is no session of it. Opening the app in the shop's admin makes one, and the reading goes on by itself.`,
      );
    }
    if (scan.pausedReason !== null) {
      throw new Error(
        `${shop} cannot be read now: ${scan.pausedWords ?? "Shopify does not answer."} It is tried again by itself.`,
      );
    }
    await new Promise((wait) => setTimeout(wait, lookMs));
  }
}
