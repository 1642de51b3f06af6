import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { DatabaseLimits } from "#app/database/connection.server.ts";
import { openPool } from "#app/database/pool.server.ts";
import type { Logger } from "#app/foundation/log.server.ts";

/** Tells the sync of shops that have new webhooks. `wake` waits for nothing. */
export type Waker = { wake(shops: Iterable<string>): void; close(): Promise<void> };

/** So long shops gather after a wake: a wake costs the database more than the webhooks that it tells of. */
const pauseMs = 20;
/** The same where a crowd comes: its orders wait for more than that, and so many wakes slow it down. */
const crowdedPauseMs = 100;

/**
 * Wakes the sync over a connection of its own: however long the queue's table is out of reach, it
 * costs the intake nothing, because its answer does not wait for it. While one wake is under way, and
 * shortly after, the shops of the next gather. One that fails is left to the sweep.
 */
export function createWaker(options: {
  databaseUrl: string;
  limits: DatabaseLimits;
  wake: (shops: string[], client: pg.ClientBase) => Promise<void>;
  isCrowded: () => boolean;
  log: Logger;
}): Waker {
  const pool = openPool(
    {
      connectionString: options.databaseUrl,
      max: 1,
      application_name: "hakuna-wake",
      limits: options.limits,
    },
    options.log,
  );
  const shops = new Set<string>();
  let waking: Promise<void> | null = null;

  async function wakeAll(): Promise<void> {
    while (shops.size > 0) {
      const woken = [...shops];
      shops.clear();
      await wakeOnce(woken).catch((err) => {
        options.log.warn({ err }, "the sync was not woken; the sweep will find the webhooks");
      });
      await sleep(options.isCrowded() ? crowdedPauseMs : pauseMs);
    }
    waking = null;
  }

  async function wakeOnce(woken: string[]): Promise<void> {
    const client = await pool.connect();
    try {
      await options.wake(woken, client);
      client.release();
    } catch (error) {
      // it may be in the middle of an answer that nobody waits for
      client.release(true);
      throw error;
    }
  }

  return {
    wake(more) {
      for (const shop of more) shops.add(shop);
      waking ??= wakeAll();
    },
    async close() {
      await waking;
      await pool.end();
    },
  };
}
