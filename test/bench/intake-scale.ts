import { atLeast, type Figure, median, plain } from "./figures.ts";
import { fillShop, liveSample } from "./filled-shop.ts";
import { realOrder, shop } from "./intake.ts";
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
  const body = realOrder();
  const perSecond = async (started: readonly Started[]) => {
    const urls = started.map(({ url }) => `${url}/webhooks/orders`);
    const load = { urls, secret: stage.secret, shop, body, connections: 32, seconds };
    const round = await loadRound(load);
    if (round.failed > 0) throw new Error(`${round.failed} webhooks failed.`);
    return round.perSecond;
  };
  /** webhooks per second of some of the servers, as the ratio to the bare server's in turns */
  const ratio = async (processes: number) => {
    const ratios: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const ours = await perSecond(servers.slice(0, processes));
      const measured = ours / (await perSecond([bare]));
      // the first round warms up
      if (round > 0) ratios.push(measured);
    }
    return median(ratios);
  };
  const [one, two, four] = [await ratio(1), await ratio(2), await ratio(4)];
  await fillShop(stage.pool, "stored.myshopify.com", { orders: 1_000_000, eventsPerOrder: 5 });
  const stored = await ratio(1);
  for (const { process } of [...servers, bare]) await process.stop();
  await stage.pool.query(`TRUNCATE "InboxWebhook"`);
  return [
    plain("intake.ratio_to_bare_insert_1_process", one, "×"),
    plain("intake.ratio_to_bare_insert_2_processes", two, "×"),
    plain("intake.ratio_to_bare_insert_4_processes", four, "×"),
    atLeast("intake.ratio_stored_to_empty", stored / one, "×", 0.9),
  ];
}
