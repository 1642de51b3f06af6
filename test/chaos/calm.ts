import { type Client, eventually } from "#test/server/client.ts";
import { patienceMs } from "#test/world/patience.ts";
import { reconnect, type Scene } from "./troubles.ts";

/**
 * Waits until nothing is left, for as long as it becomes less or other. Where it does not come to
 * that, the verdict says what.
 */
export async function atRest(
  scene: Scene,
  left: () => Promise<string[]>,
  say: (line: string) => void,
): Promise<void> {
  const told = new Set<string>();
  let known = "";
  let changedAt = Date.now();
  const isAtRest = async () => {
    // the refusal of a key may have been under way
    await reconnect(scene);
    const sentences = await left();
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
export async function reconciled(client: Client, shops: readonly string[]): Promise<void> {
  const { rows } = await client.pool.query<{ now: Date }>("SELECT now()");
  const isDone = async () => {
    const done = await client.pool.query(
      `SELECT 1 FROM "OrderScan" WHERE "shop" = ANY($2) AND "kind" = 'reconciliation'
          AND "startedAt" > $1 AND "finishedAt" > "startedAt"`,
      [rows[0]?.now, shops],
    );
    return done.rows.length === shops.length || done.rows.length;
  };
  await eventually("every shop is reconciled", isDone);
}
