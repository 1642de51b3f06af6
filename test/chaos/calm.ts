import { eventually } from "#test/server/client.ts";
import { openApp } from "#test/server/open-app.ts";
import { patienceMs } from "#test/world/patience.ts";
import type { World } from "#test/world/world.ts";
import { reconnect, type Scene, whenBack } from "./troubles.ts";

/** A merchant who sees an error page opens the app again. */
export function opened(world: World, shop: string): Promise<void> {
  const open = () =>
    openApp(world, shop).then(
      () => true,
      () => false,
    );
  return eventually(`the app opens in ${shop}`, open);
}

/**
 * Merchants who are told that the app has lost its access open it once more: that an answer with a
 * renewed token was lost may show later than they opened it.
 */
async function reopened({ client, world }: Scene, shops: readonly string[]): Promise<void> {
  const { rows } = await whenBack(() =>
    client.pool.query<{ shop: string }>(
      `SELECT DISTINCT "shop" FROM "OrderScan"
        WHERE "shop" = ANY($1) AND "pausedReason" = 'no_session' AND "dueAt" > now()`,
      [shops],
    ),
  );
  for (const { shop } of rows) await opened(world, shop);
}

/**
 * Waits until nothing is left, for as long as it becomes less or other. Where it does not come to
 * that, the verdict says what.
 *
 * @param shops that open the app where they are told to
 */
export async function atRest(
  scene: Scene,
  left: () => Promise<string[]>,
  say: (line: string) => void,
  shops: readonly string[] = [],
): Promise<void> {
  const told = new Set<string>();
  let known = "";
  let changedAt = Date.now();
  const isAtRest = async () => {
    // the refusal of a key may have been under way
    await whenBack(() => reconnect(scene));
    await reopened(scene, shops);
    const sentences = await whenBack(left);
    const kinds = sentences.map((sentence) => sentence.split(":", 1)[0]).join("; ");
    if (!told.has(kinds)) say(kinds || "all is at rest");
    told.add(kinds);
    if (sentences.join() !== known) changedAt = Date.now();
    known = sentences.join();
    return sentences.length === 0 || Date.now() - changedAt > patienceMs;
  };
  await eventually("all is at rest", isAtRest, Number.POSITIVE_INFINITY);
}

/** Each of these shops was reconciled from beginning to end after now. */
export async function reconciled(scene: Scene, shops: readonly string[]): Promise<void> {
  const { pool } = scene.client;
  const { rows } = await whenBack(() => pool.query<{ now: Date }>("SELECT now()"));
  const isDone = async () => {
    await reopened(scene, shops);
    const done = await whenBack(() =>
      pool.query(
        `SELECT 1 FROM "OrderScan" WHERE "shop" = ANY($2) AND "kind" = 'reconciliation'
            AND "startedAt" > $1 AND "finishedAt" > "startedAt"`,
        [rows[0]?.now, shops],
      ),
    );
    return done.rows.length === shops.length || done.rows.length;
  };
  await eventually("every shop is reconciled", isDone);
}
