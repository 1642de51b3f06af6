import type pg from "pg";
import { firstRows } from "#app/database/first-rows.ts";

const dayMs = 24 * 60 * 60 * 1000;
/** What apps may read without `read_all_orders`, less a day: an order that is read must not be too old. */
const readableMs = 59 * dayMs;

/** Orders that one statement looks at. */
const page = 2000;

/** SQL: orders `o` that a proof leaves alone whatever they say, or that are being dealt with. */
const isProvable = `NOT o."redacted" AND o."purgedAt" IS NULL AND o."dueAt" IS NULL
  AND o."readAt" IS NULL AND o."status" NOT IN ('waiting', 'pending')`;

/** The orders of one night: `oldFrom` is where the old ones begin, `oldEnds`: they are the last ones. */
export type Sample = { sample: string[]; oldFrom: number; oldEnds: boolean };

type Client = Pick<pg.Pool | pg.PoolClient, "query">;

/**
 * Takes the orders that a proof reads: first those that differed the last time, then half of the rest
 * from those that changed since the last proof, by chance, then old ones, by id from where the last
 * proof ended. What changed only just is left to webhooks and to the reconciliation. Many orders may
 * be looked at, a page at a time: nobody is to wait for it, so the shop's row is not held. Each is looked
 * at again when it is proven.
 *
 * @param through up to when changes were sampled before; null: never
 * @param settled changes after it are left out; epoch milliseconds
 * @param readsAll the app may read orders of any age
 */
export async function takeSample(
  client: Client,
  shop: string,
  {
    most,
    now,
    ...from
  }: {
    most: number;
    now: number;
    through: Date | null;
    settled: number;
    cursor: string;
    readsAll: boolean;
  },
): Promise<Sample> {
  const settled = new Date(from.settled);
  const readable = new Date(now - readableMs);
  const { rows: differed } = await client.query<{ id: string }>(
    `SELECT "orderId" AS "id" FROM "OrderDifference" WHERE "shop" = $1 AND "agreedAt" IS NULL
      ORDER BY "lastAt", "orderId" LIMIT $2`,
    [shop, most],
  );
  const known = new Set(differed.map(({ id }) => id));
  const drawn = byChance(Math.ceil((most - known.size) / 2));
  for (const hasPlans of [false, true]) {
    const all = changedOrders(client, shop, { ...from, hasPlans, readable, settled });
    for await (const id of all) if (!known.has(id)) drawn.add(id);
  }
  for (const id of drawn.all()) known.add(id);
  const oldFrom = known.size;
  const oldest = from.readsAll ? new Date(0) : readable;
  if (known.size < most) {
    for await (const id of ordersBehind(client, shop, { ...from, oldest, settled })) {
      known.add(id);
      if (known.size === most) break;
    }
  }
  return { sample: [...known], oldFrom, oldEnds: known.size < most };
}

/** Draws so many of all that are added, each as likely as any other. */
function byChance(most: number) {
  const drawn: string[] = [];
  let seen = 0;
  return {
    add(id: string): void {
      seen += 1;
      const place = seen <= most ? drawn.length : Math.floor(Math.random() * seen);
      if (place < most) drawn[place] = id;
    },
    all: (): readonly string[] => drawn,
  };
}

/** Along the index on changes. What did not change since it came too long ago cannot be read any more. */
async function* changedOrders(
  client: Client,
  shop: string,
  {
    hasPlans,
    readable,
    through,
    settled,
  }: { hasPlans: boolean; readable: Date; through: Date | null; settled: Date },
): AsyncGenerator<string> {
  type Row = { id: string; at: string; isMeant: boolean };
  let after = { at: (through ?? readable).toISOString(), id: "" };
  for (;;) {
    const { rows } = await client.query<Row>(
      `SELECT o."id", o."changedAt"::text AS "at", o."placedAt" >= $5 AND ${isProvable} AS "isMeant"
         FROM (SELECT * FROM "Order"
                WHERE "shop" = $1 AND "purgedAt" IS NULL AND least("planUnits", 1) = ${hasPlans ? 1 : 0}
                  AND "changedAt" <= $2 AND ("changedAt", "id") > ($3::timestamptz, $4)
                ORDER BY "changedAt", "id" ${firstRows(page)}) o
        ORDER BY o."changedAt", o."id"`,
      [shop, settled, after.at, after.id, readable],
    );
    for (const { id, isMeant } of rows) if (isMeant) yield id;
    const last = rows.at(-1);
    if (last === undefined || rows.length < page) return;
    after = last;
  }
}

/** Along the key, behind an id. */
async function* ordersBehind(
  client: Client,
  shop: string,
  { cursor, oldest, settled }: { cursor: string; oldest: Date; settled: Date },
): AsyncGenerator<string> {
  for (let after = cursor; ; ) {
    const { rows } = await client.query<{ id: string; isMeant: boolean }>(
      `SELECT o."id", o."placedAt" >= $3 AND o."changedAt" <= $4 AND ${isProvable} AS "isMeant"
         FROM (SELECT * FROM "Order" WHERE "shop" = $1 AND "id" > $2
                ORDER BY "id" ${firstRows(page)}) o
        ORDER BY o."id"`,
      [shop, after, oldest, settled],
    );
    for (const { id, isMeant } of rows) if (isMeant) yield id;
    const last = rows.at(-1);
    if (last === undefined || rows.length < page) return;
    after = last.id;
  }
}
