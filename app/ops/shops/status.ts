import type { OrderScan, Proof } from "#app/database/generated/prisma/client.ts";
import { command } from "#app/ops/command.ts";
import { uncovered } from "#app/shops/uninstall.ts";
import { holds } from "#app/store/hold.ts";
import type { Failing } from "#app/store/lease.ts";

function scanLine({
  kind,
  running,
  finishedAt,
  read,
  found,
  ...scan
}: Omit<OrderScan, "shop" | "leaseToken">): string {
  const state = running ? "under way" : `finished ${finishedAt?.toISOString() ?? "never"}`;
  const pause = scan.pausedReason && `, waits: ${scan.pausedWords ?? scan.pausedReason}`;
  return `  ${kind}: ${state}, ${read} read, ${found} ${kind === "import" ? "shared" : "recovered"}${pause ?? ""}`;
}

function proofLine({
  running,
  finishedAt,
  lastChecked,
  lastDiffered,
  reason,
}: Pick<Proof, "running" | "finishedAt" | "lastChecked" | "lastDiffered" | "reason">): string {
  const last = finishedAt
    ? `finished ${finishedAt.toISOString()}, ${lastChecked} checked, ${lastDiffered || "none"} differed`
    : "finished never";
  return `  proof: ${running ? "under way, " : ""}${last}${reason ? `, waits: ${reason}` : ""}`;
}

/** Shows how one shop's sync is. */
export const status = command({
  usage: "status <shop>",
  positionals: { shop: "one" },
  async run({ named: { shop: domain } }, withDatabase) {
    return await withDatabase(async ({ services: { prisma }, run }) => {
      const shop = await prisma.shop.findUnique({
        where: { domain },
        omit: { apiKeySealed: true, leaseToken: true },
      });
      if (!shop)
        throw new Error(`There is no shop ${domain}. \`shops\` lists those that are known.`);
      const counts = await prisma.orderCount.findMany({ where: { shop: domain } });
      const inbox = { shop: domain, foldedAt: null };
      const unfolded = await prisma.inboxWebhook.count({
        where: { ...inbox, quarantinedAt: null },
      });
      const quarantined = await prisma.inboxWebhook.findMany({
        where: { ...inbox, quarantinedAt: { not: null } },
        select: { webhookId: true, topic: true, receivedAt: true, error: true },
        orderBy: { receivedAt: "desc" },
        take: 20,
      });
      const orders = Object.fromEntries(counts.map((row) => [row.status, row.count]));
      const all = await holds(run.pool);
      const held = all.filter((one) => one.shop === null || one.shop === domain);
      const open = await uncovered(run.pool, domain);
      const dataRequests = await prisma.dataRequest.findMany({
        where: { shop: domain, answeredAt: null },
        select: { id: true, customerId: true, requestedAt: true },
        orderBy: { requestedAt: "asc" },
      });
      const scans = await prisma.orderScan.findMany({
        where: { shop: domain },
        omit: { shop: true, leaseToken: true },
      });
      const proof = await prisma.proof.findUnique({
        where: { shop: domain },
        omit: { shop: true, leaseToken: true, sample: true },
      });
      const differences = await prisma.orderDifference.findMany({
        where: { shop: domain, agreedAt: null },
        orderBy: { lastAt: "desc" },
        take: 20,
      });
      const data = {
        ...shop,
        held,
        ...{ orders, uncovered: open, dataRequests, inbox: { unfolded, quarantined }, scans },
        ...{ proof, differences },
      };
      const lines = [
        `${domain}: ${shop.connection}, ${shop.environment}, shares ${shop.share} orders`,
        shop.uninstalledAt && `  uninstalled: ${shop.uninstalledAt.toISOString()}`,
        open.orders > 0 &&
          `  plans that Hakuna does not know of: ${open.plans} in ${open.orders} orders`,
        ...dataRequests.map(
          ({ id, customerId, requestedAt }) =>
            `  customer ${customerId ?? "unknown"} asked for their data: ${requestedAt.toISOString()}, request ${id}`,
        ),
        ...held.map(
          ({ shop: one, since, reason }) =>
            `  held back by an operator${one ? "" : ", like every shop"} since ${since.toISOString()}: ${reason}`,
        ),
        shop.missingAccess && `  may not read of orders: ${shop.missingAccess}`,
        shop.paused && "  paused by the merchant",
        shop.connectionReason && `  because: ${shop.connectionReason}`,
        shop.backoffUntil &&
          `  waits until ${shop.backoffUntil.toISOString()}: ${shop.backoffReason}`,
        ...Object.entries(shop.failing as Failing).map(
          ([step, { since, failures, reason }]) =>
            `  failing since ${new Date(since).toISOString()}, ${failures} times in a row: ${step}, ${reason}`,
        ),
        shop.pollFailures > 0 &&
          `  processing statuses cannot be read, ${shop.pollFailures} times in a row; next look ${shop.pollAfter?.toISOString()}`,
        `  last accepted: ${shop.lastAcceptedAt?.toISOString() ?? "never"}`,
        ...scans.map(scanLine),
        proof && proofLine(proof),
        ...differences.map(
          ({ orderId, kinds, times, lastAt }) =>
            `    order ${orderId} differed (${kinds}) in ${times} proofs, last ${lastAt.toISOString()}`,
        ),
        ...Object.entries(orders).map(([name, count]) => `  ${name}: ${count}`),
        `  webhooks to fold: ${unfolded}, in quarantine: ${quarantined.length}`,
        ...quarantined.map((row) => `    ${row.topic} ${row.webhookId}: ${row.error}`),
      ];
      return { data, text: lines.filter(Boolean).join("\n") };
    });
  },
});
