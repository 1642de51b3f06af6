import { ops } from "#test/server/ops.ts";
import { pgbouncer, startPgBouncer } from "#test/world/pgbouncer.ts";
import { type Figure, median, plain } from "./figures.ts";
import { emptyTables, realOrder, shop } from "./intake.ts";
import { loadRound } from "./load.ts";
import type { Stage, Started } from "./stage.ts";

const rounds = 5;

/**
 * Webhooks per second at the door of a server behind PgBouncer in transaction mode, as a ratio to
 * one that is not, in turns. No figure where it is not installed.
 */
export async function measurePooler(stage: Stage): Promise<Figure[]> {
  if (pgbouncer === null) {
    console.log("pooler: skipped, pgbouncer is not installed");
    return [];
  }
  const direct = stage.env.DATABASE_URL ?? "";
  const bouncer = await startPgBouncer(direct);
  const env = {
    ...{ DATABASE_URL: bouncer.through(direct), DATABASE_POOLER: "on" },
    ...{ DATABASE_DIRECT_URL: direct, WORKER: "off" },
  };
  const { code, stderr } = await ops(["set-limits"], { ...stage.env, ...env });
  if (code !== 0) throw new Error(stderr);
  await bouncer.console("RECONNECT");
  const plainly = await stage.start("app/server.ts", { WORKER: "off" });
  const through = await stage.start("app/server.ts", env);
  const body = realOrder();
  const perSecond = async ({ url }: Started) => {
    const load = { urls: [`${url}/webhooks/orders`], secret: stage.secret, shop, bodies: [body] };
    const round = await loadRound({ ...load, connections: 32, seconds: 3 });
    if (round.failed > 0) throw new Error(`${round.failed} webhooks failed.`);
    return round.perSecond;
  };
  const ratios: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const bare = await perSecond(plainly);
    ratios.push((await perSecond(through)) / bare);
  }
  await plainly.process.stop();
  await through.process.stop();
  await bouncer.stop();
  await emptyTables(stage);
  // the first round is for warming up
  return [plain("intake.ratio_through_pooler", median(ratios.slice(1)), "×")];
}
