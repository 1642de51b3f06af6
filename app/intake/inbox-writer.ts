import type pg from "pg";
import { openPool } from "#app/database/pool.server.ts";
import { type Door, noteFlush } from "#app/foundation/give-way.ts";
import type { Logger } from "#app/foundation/log.server.ts";

/** A verified webhook on its way into the inbox. `triggeredAt` is epoch milliseconds. */
export type InboxRow = {
  shop: string;
  webhookId: string;
  topic: string;
  triggeredAt: number;
  payload: Uint8Array;
};

/** Puts rows into the inbox; `add` resolves when the row is committed and its shop was woken. */
export type InboxWriter = { add(row: InboxRow): Promise<void>; close(): Promise<void> };

type Waiting = { row: InboxRow; resolve: () => void; reject: (error: unknown) => void };

/** Rows of one statement at most; PostgreSQL takes 65,535 parameters. */
const largestFlush = 64;

/**
 * Group commit: a row is written at once when nothing is in flight; rows that arrive meanwhile wait
 * for that one flush and share the next. One statement, one commit for up to 64 rows. What it gains
 * over one INSERT per request: docs/performance.md.
 *
 * If a flush fails, each of its rows is tried alone, so that one bad row costs no neighbor.
 *
 * @param wake is called with the flushed rows' shops after their commit
 * @param door is told of every flush
 */
export function createInboxWriter(options: {
  databaseUrl: string;
  wake: (shops: string[], client: pg.ClientBase) => Promise<void>;
  door: Door;
  log: Logger;
}): InboxWriter {
  const { door } = options;
  const pool = openPool(
    {
      connectionString: options.databaseUrl,
      max: 1,
      application_name: "hakuna-intake",
      connectionTimeoutMillis: 3000,
      // Shopify waits five seconds in all: answer 503 in time and let it send again
      query_timeout: 4000,
      // rows and wake leave together and cost one round trip; each commits by itself, in this order
      pipeline: true,
    },
    options.log,
  );
  let waiting: Waiting[] = [];
  let flushing: Promise<void> | null = null;

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, largestFlush);
      waiting = waiting.slice(largestFlush);
      noteFlush(door, batch.length);
      await store(batch).catch((error) => {
        for (const { reject } of batch) reject(error);
      });
    }
    flushing = null;
  }

  async function store(batch: Waiting[]): Promise<void> {
    try {
      await insertAndWake(batch.map(({ row }) => row));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length === 1) throw error;
      for (const alone of batch) await store([alone]).catch(alone.reject);
    }
  }

  async function insertAndWake(rows: InboxRow[]): Promise<void> {
    const client = await pool.connect();
    const shops = new Set(rows.map(({ shop }) => shop));
    const inserted = insert(client, rows);
    const woken = options.wake([...shops], client).catch((err) => {
      options.log.warn({ err }, "the sync was not woken; the sweep will find the webhooks");
    });
    try {
      await inserted;
    } catch (error) {
      // it may still wait for the answer that did not come in time
      client.release(true);
      throw error;
    }
    await woken;
    client.release();
  }

  return {
    add(row) {
      return new Promise((resolve, reject) => {
        waiting.push({ row, resolve, reject });
        flushing ??= flush();
      });
    },
    async close() {
      await flushing;
      await pool.end();
    },
  };
}

async function insert(client: pg.ClientBase, rows: InboxRow[]): Promise<void> {
  // one order in all processes, so that two flushes cannot deadlock
  rows.sort((a, b) => compare(a.shop, b.shop) || compare(a.webhookId, b.webhookId));
  await client.query({
    name: `inbox-${rows.length}`,
    text: insertStatement(rows.length),
    values: rows.flatMap((row) => [
      row.shop,
      row.webhookId,
      row.topic,
      new Date(row.triggeredAt),
      row.payload,
    ]),
  });
}

function insertStatement(rows: number): string {
  const values = Array.from({ length: rows }, (_, row) => {
    const first = row * 5;
    return `($${first + 1}, $${first + 2}, $${first + 3}, $${first + 4}, $${first + 5})`;
  });
  return `INSERT INTO "InboxWebhook" ("shop", "webhookId", "topic", "triggeredAt", "payload")
    VALUES ${values.join(", ")} ON CONFLICT DO NOTHING`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
