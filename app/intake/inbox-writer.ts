import type pg from "pg";
import type { DatabaseLimits } from "#app/database/connection.server.ts";
import { isDatabaseTrouble } from "#app/database/database-error.server.ts";
import { openPool } from "#app/database/pool.server.ts";
import { type Door, isCrowded, noteFlush } from "#app/foundation/give-way.ts";
import type { Logger } from "#app/foundation/log.server.ts";
import { OutOfTimeError } from "#app/foundation/time-limit.ts";
import { nextFlush } from "./next-flush.ts";
import { createWaker } from "./waker.ts";

/** A verified webhook on its way into the inbox. `triggeredAt` is epoch milliseconds. */
export type InboxRow = {
  shop: string;
  webhookId: string;
  topic: string;
  triggeredAt: number;
  payload: Uint8Array;
};

/**
 * Puts rows into the inbox. `add` resolves when the row is committed, and rejects at once when too
 * many wait already.
 *
 * @param deadline performance.now(): after it nobody waits for the answer, and nothing is written
 */
export type InboxWriter = {
  add(row: InboxRow, deadline: number): Promise<void>;
  close(): Promise<void>;
};

type Waiting = {
  row: InboxRow;
  deadline: number;
  resolve: () => void;
  reject: (error: unknown) => void;
};

/**
 * Group commit: a row is written at once when nothing is in flight; rows that arrive meanwhile wait
 * for that one flush and share the next. One statement, one commit for up to 64 rows. What it gains
 * over one INSERT per request: docs/performance.md.
 *
 * If the database refuses a flush for one of its rows, each is tried alone, so that one bad row costs
 * no neighbor. A database in trouble, or one that does not answer, would treat each alone no better.
 *
 * @param bounds `answerMs`: how long a row may wait in all; `mostRows`, `mostBytes`: what may wait
 * @param wake is called with the flushed rows' shops after their commit; nobody waits for it
 * @param door is told of every flush
 */
export function createInboxWriter(options: {
  databaseUrl: string;
  limits: DatabaseLimits;
  bounds: { answerMs: number; mostRows: number; mostBytes: number };
  wake: (shops: string[], client: pg.ClientBase) => Promise<void>;
  door: Door;
  log: Logger;
}): InboxWriter {
  const { door, databaseUrl, log, bounds } = options;
  const { answerMs } = bounds;
  const inTime = {
    ...options.limits,
    connectMs: answerMs,
    lockMs: answerMs,
    statementMs: answerMs,
  };
  const pool = openPool(
    {
      connectionString: databaseUrl,
      max: 1,
      application_name: "hakuna-intake",
      limits: inTime,
      pipeline: true,
    },
    log,
  );
  const waker = createWaker({
    ...{ databaseUrl, limits: inTime, wake: options.wake, log },
    isCrowded: () => isCrowded(door),
  });
  let waiting: Waiting[] = [];
  let flushing: Promise<void> | null = null;
  /** what waits or is in flight */
  let rows = 0;
  let bytes = 0;

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const { batch, rest } = nextFlush(waiting);
      waiting = rest;
      noteFlush(door, batch.length);
      await store(batch);
    }
    flushing = null;
  }

  async function store(batch: Waiting[]): Promise<void> {
    const inTime = batch.filter(({ deadline, reject }) => {
      const isLate = deadline <= performance.now();
      if (isLate) reject(new OutOfTimeError("The webhook waited too long to be stored."));
      return !isLate;
    });
    if (inTime.length === 0) return;
    try {
      const longest = Math.max(...inTime.map(({ deadline }) => deadline)) - performance.now();
      await insert(
        inTime.map(({ row }) => row),
        Math.max(1, Math.ceil(longest)),
      );
      for (const { resolve } of inTime) resolve();
    } catch (error) {
      if (inTime.length === 1 || isDatabaseTrouble(error)) {
        for (const { reject } of inTime) reject(error);
      } else {
        for (const alone of inTime) await store([alone]);
      }
      return;
    }
    waker.wake(new Set(inTime.map(({ row }) => row.shop)));
  }

  async function insert(rows: InboxRow[], ms: number): Promise<void> {
    const client = await pool.connect();
    try {
      await client.query(insertQuery(rows, ms));
      client.release();
    } catch (error) {
      // it may still wait for the answer that did not come in time
      client.release(true);
      throw error;
    }
  }

  return {
    async add(row, deadline) {
      if (rows >= bounds.mostRows || bytes + row.payload.length > bounds.mostBytes) {
        throw new OutOfTimeError(`${rows} webhooks wait to be stored, which are enough.`);
      }
      rows += 1;
      bytes += row.payload.length;
      try {
        await new Promise<void>((resolve, reject) => {
          waiting.push({ row, deadline, resolve, reject });
          flushing ??= flush();
        });
      } finally {
        rows -= 1;
        bytes -= row.payload.length;
      }
    },
    async close() {
      await flushing;
      await waker.close();
      await pool.end();
    },
  };
}

/** `ms`: how long the answer is waited for. */
function insertQuery(rows: InboxRow[], ms: number): pg.QueryConfig {
  // one order in all processes, so that two flushes cannot deadlock
  rows.sort((a, b) => compare(a.shop, b.shop) || compare(a.webhookId, b.webhookId));
  const query = {
    name: `inbox-${rows.length}`,
    text: insertStatement(rows.length),
    values: rows.flatMap((row) => [
      row.shop,
      row.webhookId,
      row.topic,
      new Date(row.triggeredAt),
      row.payload,
    ]),
    query_timeout: ms,
  };
  return query;
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
