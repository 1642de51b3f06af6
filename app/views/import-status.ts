import type { OrderScan, PrismaClient } from "#app/database/generated/prisma/client.ts";
import { readsAllOrders } from "#app/scan/scan-runs.ts";
import { pauseOf, type Reconciliation } from "./home.ts";

/** What the settings page shows of the import of past orders. */
export type ImportStatus = {
  /** what an import would read: `recent` are the last 60 days */
  range: "recent" | "all";
  state: "none" | "running" | "done" | "cancelled";
  /** orders that were read, and how many of them are shared with Hakuna */
  read: number;
  found: number;
  progress: Progress;
  paused: Reconciliation["paused"];
};

/** How far an import has come. All null: not known yet. */
export type Progress = {
  /** from 0 to 1 */
  done: number | null;
  /** how many orders there are; an estimate where Shopify does not count so far */
  total: number | null;
  isExact: boolean;
  /** milliseconds, at the speed so far */
  left: number | null;
};

/** So many orders must have been read before a remaining time means something. */
const leastForEstimate = 20;

/** Reads how the shop's import goes. Bound to the shop of the session token. */
export async function readImportStatus(
  prisma: PrismaClient,
  domain: string,
  now: number,
): Promise<ImportStatus> {
  const [shop, scan] = await Promise.all([
    prisma.shop.findUniqueOrThrow({ where: { domain }, select: { scopes: true } }),
    prisma.orderScan.findUnique({ where: { shop_kind: { shop: domain, kind: "import" } } }),
  ]);
  return {
    range: readsAllOrders(shop) ? "all" : "recent",
    state: scan === null ? "none" : stateOf(scan),
    read: scan?.read ?? 0,
    found: scan?.found ?? 0,
    progress: progressOf(scan, now),
    paused: scan?.running ? pauseOf(scan) : null,
  };
}

function stateOf({ running, cancelledAt }: OrderScan): ImportStatus["state"] {
  if (running) return "running";
  return cancelledAt === null ? "done" : "cancelled";
}

/**
 * How far an import has come: by the number of orders, or, where Shopify does not count so far, by
 * the time that they were created in.
 */
export function progressOf(
  scan: Pick<OrderScan, "total" | "oldest" | "startedAt" | "reached" | "read"> | null,
  now: number,
): Progress {
  const unknown = { done: null, total: null, isExact: false, left: null };
  if (!scan?.startedAt || !scan.oldest || !scan.reached) return unknown;
  const [started, oldest, reached] = [scan.startedAt, scan.oldest, scan.reached].map(Number) as [
    number,
    number,
    number,
  ];
  const isExact = scan.total !== null;
  const passed = isExact ? scan.read / (scan.total || 1) : (started - reached) / (started - oldest);
  const done = Math.min(1, Math.max(0, passed));
  const total = scan.total ?? (done > 0 ? Math.round(scan.read / done) : null);
  const isTelling = scan.read >= leastForEstimate && done > 0;
  return { done, total, isExact, left: isTelling ? ((now - started) / done) * (1 - done) : null };
}
