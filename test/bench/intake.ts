import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { liveOrder } from "#test/simulator/shopify/order-life.ts";
import { atLeast, below, type Figure, median, percentile, plain } from "./figures.ts";
import { connect, protectedOrders } from "./latency.ts";
import { loadRound } from "./load.ts";
import { rest, type Stage, type Started } from "./stage.ts";

export const shop = "bench.myshopify.com";
const rounds = 5;
const seconds = 3;

/**
 * Webhooks per second at the door, as ratios to the yardsticks of the same run: the same payload,
 * the same database, in turns, medians of the rounds.
 */
export async function measureIntake(stage: Stage): Promise<Figure[]> {
  await stage.pool.query(
    `INSERT INTO "Session" ("id", "shop", "state", "isOnline", "accessToken", "scope", "expires")
     VALUES ($1, $2, 'bench', false, 'token', 'read_orders', now() + interval '10 years')`,
    [`offline_${shop}`, shop],
  );
  const servers: Record<string, Started> = {
    intake: await stage.start("app/server.ts", { WORKER: "off" }),
    bare: await stage.start("test/bench/bare-server.ts"),
    usual: await stage.start("test/bench/authenticate-webhook-server.ts"),
  };
  const body = realOrder();
  const bodies = { one: [body], many: protectedOrders(shop, 500).map((one) => one.webhook.body) };
  const measured: Record<string, number[]> = {};
  const waited: Record<string, number[]> = {};
  const measure = async (name: string, { url }: Started, sent: readonly string[]) => {
    const load = { urls: [`${url}/webhooks/orders`], secret: stage.secret, shop, bodies: sent };
    const round = await loadRound({ ...load, connections: 32, seconds });
    if (round.failed > 0) throw new Error(`${round.failed} webhooks failed at ${name}.`);
    waited[name] = [...(waited[name] ?? []), ...round.ms];
    return round.perSecond;
  };
  for (const [name, server] of Object.entries(servers)) {
    await measure(name, server, bodies.one);
    waited[name] = [];
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, server] of Object.entries(servers)) {
      const perSecond = await measure(name, server, bodies.one);
      measured[name] = [...(measured[name] ?? []), perSecond];
    }
  }
  const waits = { ...waited };
  const wait = (name: string, p: number) => percentile(waits[name] ?? [], p);
  const rss = peakMemory(servers.intake?.process.pid ?? 0);
  await servers.intake?.process.stop();
  await servers.usual?.process.stop();
  await emptyTables(stage);

  await connect(stage, shop);
  const working = await stage.start("app/server.ts", { WORKER: "on" });
  const withWorker: number[] = [];
  for (let round = 0; round < 3 && servers.bare; round += 1) {
    const ours = await measure("with worker", working, bodies.many);
    await allFolded(stage);
    withWorker.push(ours / (await measure("bare", servers.bare, bodies.many)));
  }
  const rssWithWorker = peakMemory(working.process.pid);
  await working.process.stop();
  await servers.bare?.process.stop();

  const [intake, bare, usual] = ["intake", "bare", "usual"].map((name) =>
    median(measured[name] ?? []),
  );
  const ratio = (of: number | undefined, to: number | undefined) => (of ?? 0) / (to ?? 1);
  return [
    atLeast("intake.ratio_to_bare_insert", ratio(intake, bare), "×", 1.3),
    atLeast("intake.ratio_to_authenticate_webhook", ratio(intake, usual), "×", 6),
    below("intake.p50_ratio_to_bare_insert", wait("intake", 50) / wait("bare", 50), "×", 1),
    below("intake.p99_ratio_to_bare_insert", wait("intake", 99) / wait("bare", 99), "×", 1.5),
    below("intake.p50_ms", wait("intake", 50), "ms", 50),
    below("intake.p99_ms", wait("intake", 99), "ms", 200),
    atLeast("intake.ratio_with_worker", median(withWorker), "×", 0.6),
    below("intake.rss_mb", rss, "MB", 300),
    below("intake.rss_with_worker_mb", rssWithWorker, "MB", 300),
    plain("intake.webhooks_per_s", intake ?? 0, "1/s"),
    plain("intake.payload_bytes", body.length, "bytes"),
  ];
}

/** Without the webhooks of before. */
export async function emptyTables(stage: Stage): Promise<void> {
  await stage.pool.query(`TRUNCATE "InboxWebhook", "BareWebhook"`);
  await rest(stage);
}

/** The worker has nothing left to do that would take from another's turn. */
async function allFolded({ pool }: Stage): Promise<void> {
  const unfolded = `SELECT 1 FROM "InboxWebhook" WHERE "foldedAt" IS NULL LIMIT 1`;
  while ((await pool.query(unfolded)).rowCount !== 0) await sleep(50);
}

/** The payload of an order of 6 to 10 KB, as far as the simulated shop has one of that size. */
export function realOrder(): string {
  const manner = { shop, currency: "EUR", bigIds: false };
  const bodies = Array.from({ length: 50 }, (_, seed) => liveOrder(manner, seed, 1_790_000_000_000))
    .map(([first]) => first?.body ?? "")
    .sort((a, b) => a.length - b.length);
  return bodies[0] ?? "";
}

/** The most memory that the process ever held, in megabytes. */
function peakMemory(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}
