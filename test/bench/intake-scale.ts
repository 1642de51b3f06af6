import { atLeast, below, type Figure, median, percentile } from "./figures.ts";
import { fillShop, liveSample } from "./filled-shop.ts";
import { emptyTables, realOrder, shop } from "./intake.ts";
import { loadRound } from "./load.ts";
import type { Stage, Started } from "./stage.ts";

const rounds = 3;
const seconds = 3;

/** How intake holds its pace with more processes on the same machine and with a full database. */
export async function measureIntakeAtScale(stage: Stage): Promise<Figure[]> {
  // before the load: the app would fold all that comes in
  await liveSample(stage);
  const bare = await stage.start("test/bench/bare-server.ts");
  const servers = await Promise.all(
    Array.from({ length: 4 }, () => stage.start("app/server.ts", { WORKER: "off" })),
  );
  const bodies = [realOrder()];
  const load = async (started: readonly Started[]) => {
    const urls = started.map(({ url }) => `${url}/webhooks/orders`);
    const from = { urls, secret: stage.secret, shop, bodies, connections: 32, seconds };
    const round = await loadRound(from);
    if (round.failed > 0) throw new Error(`${round.failed} webhooks failed.`);
    return round;
  };
  /** some of the servers, as ratios to the bare server's in turns */
  const ratios = async (processes: number) => {
    await emptyTables(stage);
    const measured: { perSecond: number; p99: number }[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const ours = await load(servers.slice(0, processes));
      const yardstick = await load([bare]);
      // the first round warms up
      if (round === 0) continue;
      measured.push({
        perSecond: ours.perSecond / yardstick.perSecond,
        p99: percentile(ours.ms, 99) / percentile(yardstick.ms, 99),
      });
    }
    return {
      perSecond: median(measured.map(({ perSecond }) => perSecond)),
      p99: median(measured.map(({ p99 }) => p99)),
    };
  };
  const [one, two, four] = [await ratios(1), await ratios(2), await ratios(4)];
  await fillShop(stage.pool, "stored.myshopify.com", { orders: 1_000_000, eventsPerOrder: 5 });
  const stored = await ratios(1);
  for (const { process } of [...servers, bare]) await process.stop();
  await emptyTables(stage);
  const figures = Object.entries({ "1_process": one, "2_processes": two, "4_processes": four });
  return [
    ...figures.flatMap(([name, { perSecond, p99 }]) => [
      atLeast(`intake.ratio_to_bare_insert_${name}`, perSecond, "×", 0.8),
      below(`intake.p99_ratio_to_bare_insert_${name}`, p99, "×", 3),
    ]),
    atLeast("intake.ratio_stored_to_empty", stored.perSecond / one.perSecond, "×", 0.9),
    below("intake.p99_ratio_stored_to_empty", stored.p99 / one.p99, "×", 1.5),
  ];
}
