import { type Command, readArgs } from "./command.ts";
import { withDatabase } from "./with-database.ts";

/** Lists the shops with their connection and counts. */
export const shops: Command = {
  usage: "shops",
  async run(args) {
    readArgs(args, {});
    return await withDatabase(async ({ services: { prisma } }) => {
      const known = await prisma.shop.findMany({
        orderBy: { domain: "asc" },
        select: { domain: true, environment: true, connection: true, lastAcceptedAt: true },
      });
      const counts = await prisma.orderCount.findMany({ where: { count: { gt: 0 } } });
      const data = known.map((shop) => ({
        ...shop,
        orders: Object.fromEntries(
          counts.filter((row) => row.shop === shop.domain).map((row) => [row.status, row.count]),
        ),
      }));
      const lines = data.map(({ domain, environment, connection, orders }) => {
        const figures = Object.entries(orders).map(([status, count]) => `${count} ${status}`);
        return `${domain}  ${environment}  ${connection}  ${figures.join(", ") || "no orders"}`;
      });
      return { data, text: lines.join("\n") || "No shop is known yet." };
    });
  },
};
