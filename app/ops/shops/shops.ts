import { command } from "#app/ops/command.ts";
import { uncovered } from "#app/shops/uninstall.ts";

/** Lists the shops with their connection and counts. */
export const shops = command({
  usage: "shops",
  async run(_given, withDatabase) {
    return await withDatabase(async ({ services: { prisma }, run }) => {
      const known = await prisma.shop.findMany({
        orderBy: { domain: "asc" },
        select: {
          ...{ domain: true, environment: true, connection: true, lastAcceptedAt: true },
          uninstalledAt: true,
        },
      });
      const counts = await prisma.orderCount.findMany({ where: { count: { gt: 0 } } });
      const gone = known.filter(({ uninstalledAt }) => uninstalledAt !== null);
      const open = new Map(
        await Promise.all(
          gone.map(async ({ domain }) => [domain, await uncovered(run.pool, domain)] as const),
        ),
      );
      const data = known.map((shop) => ({
        ...shop,
        ...(shop.uninstalledAt && { uncovered: open.get(shop.domain) }),
        orders: Object.fromEntries(
          counts.filter((row) => row.shop === shop.domain).map((row) => [row.status, row.count]),
        ),
      }));
      const lines = data.map(({ domain, environment, connection, orders, uninstalledAt }) => {
        const figures = Object.entries(orders).map(([status, count]) => `${count} ${status}`);
        const state = uninstalledAt ? "uninstalled" : connection;
        const plans = open.get(domain)?.plans ?? 0;
        if (plans > 0) figures.push(`${plans} plans that Hakuna does not know of`);
        return `${domain}  ${environment}  ${state}  ${figures.join(", ") || "no orders"}`;
      });
      return { data, text: lines.join("\n") || "No shop is known yet." };
    });
  },
});
