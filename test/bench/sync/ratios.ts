import { atLeast, type Figure, median, plain } from "../figures.ts";
import { rest, type Stage } from "../stage.ts";
import { backlog, clear, takeIn, usedBy } from "./backlog.ts";
import { limit, ordinary, type Yardstick } from "./yardstick.ts";

const rounds = 3;
const shopCount = 30;

/**
 * The app's sync against its yardsticks: the same orders, the same feed, the same PostgreSQL, in
 * turns; medians of the rounds' ratios.
 */
export async function measureSyncRatios(stage: Stage): Promise<Figure[]> {
  await stage.pool.query("CREATE DATABASE yardsticks");
  const measured = { app: [] as number[], ordinary: [] as number[], limit: [] as number[] };
  const cpuMs = { app: [] as number[], limit: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    const orders = backlog(`ratios-${round}`, 5_000_000 + round * 100_000, shopCount);
    await takeIn(stage, orders);
    await rest(stage);
    const app = () => stage.start("app/server.ts", { WORKER: "on" });
    const ours = await clear(stage, orders, app);
    cpuMs.app.push(usedBy(ours.worker).cpuMs / orders.orders.length);
    await ours.worker.process.stop();
    measured.app.push(ours.perSecond);
    for (const [name, yardstick] of [
      ["limit", limit],
      ["ordinary", ordinary],
    ] as const) {
      const theirs = await clear(stage, orders, await laidOut(stage, yardstick, orders.orders));
      if (name === "limit") cpuMs.limit.push(usedBy(theirs.worker).cpuMs / orders.orders.length);
      await theirs.worker.process.stop();
      measured[name].push(theirs.perSecond);
    }
  }
  const ratioTo = (name: "ordinary" | "limit") =>
    median(measured.app.map((ours, round) => ours / (measured[name][round] ?? 1)));
  return [
    atLeast("sync.ratio_to_ordinary", ratioTo("ordinary"), "×", 6),
    atLeast("sync.ratio_to_limit", ratioTo("limit"), "×", 0.5),
    plain("sync.ratios_app_orders_per_s", median(measured.app), "1/s"),
    plain("sync.ratios_ordinary_orders_per_s", median(measured.ordinary), "1/s"),
    plain("sync.ratios_limit_orders_per_s", median(measured.limit), "1/s"),
    plain("sync.ratios_app_cpu_ms", median(cpuMs.app), "ms"),
    plain("sync.ratios_limit_cpu_ms", median(cpuMs.limit), "ms"),
  ];
}

/** Lays the webhooks out for a yardstick; answers what starts its process. */
async function laidOut(
  stage: Stage,
  { file, layOut }: Yardstick,
  orders: ReturnType<typeof backlog>["orders"],
) {
  const url = new URL(stage.env.DATABASE_URL ?? "");
  url.pathname = "yardsticks";
  await layOut(
    url.href,
    orders.map(({ webhook }) => webhook),
  );
  await rest(stage);
  const key = stage.hakuna.apiKeys.sandbox[0] ?? "";
  return () => stage.start(file, { DATABASE_URL: url.href, HAKUNA_API_KEY: key });
}
