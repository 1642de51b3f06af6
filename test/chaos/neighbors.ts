import { randomUUID } from "node:crypto";
import { eventually } from "#test/server/client.ts";
import { nudge } from "./quiet-faults.ts";
import { mostTries, type Scene, type Trouble, whenBack } from "./troubles.ts";

/** Webhooks of the giant shop that are not folded yet. */
async function unfolded({ client, histories }: Scene): Promise<number> {
  const { rows } = await client.pool.query(
    `SELECT 1 FROM "InboxWebhook" WHERE "shop" = $1 AND "foldedAt" IS NULL`,
    [histories.giantShop],
  );
  return rows.length;
}

/** Webhooks of other shops that came after the giant shop's first one, and were folded before its last. */
async function overtaken({ client, histories }: Scene, since: Date): Promise<number> {
  const { rows } = await client.pool.query<{ count: number }>(
    `SELECT count(*)::int AS "count" FROM "InboxWebhook",
            (SELECT min("receivedAt") AS first, max("foldedAt") AS last FROM "InboxWebhook"
              WHERE "shop" = $1 AND "receivedAt" >= $2) giant
      WHERE "shop" <> $1 AND "receivedAt" > giant.first AND "foldedAt" < giant.last`,
    [histories.giantShop, since],
  );
  return rows[0]?.count ?? 0;
}

/** Shops that take more than their share of the app's time. */
export const troublesOfNeighbors: readonly Trouble[] = [
  {
    name: "webhooks of others folded while a shop with orders of 500 lines was worked on",
    steps: ["fold"],
    async befall(scene) {
      const { client, histories, deliveries, shops, random } = scene;
      for (let tries = 0; tries < mostTries; tries += 1) {
        const { rows } = await whenBack(() => client.pool.query<{ now: Date }>("SELECT now()"));
        const since = rows[0]?.now ?? new Date();
        const known = new Set(deliveries.taken.map(({ webhookId }) => webhookId));
        const giants = histories.giants.map((giant) =>
          known.has(giant.webhookId) ? { ...giant, webhookId: randomUUID() } : giant,
        );
        let isSent = false;
        const sending = deliveries.send(giants).then(() => {
          isSent = true;
        });
        await eventually("the giant shop's webhooks are folded", async () => {
          await nudge(scene, random.pick(shops));
          return isSent && (await whenBack(() => unfolded(scene))) === 0;
        });
        await sending;
        const count = await whenBack(() => overtaken(scene, since));
        if (count > 0) return count;
      }
      throw new Error("the giant shop was always done before them");
    },
  },
];

/** The dead shops of which an order came, and how many of these asked their feed in vain. */
export function metByDeadFeeds({ world, accounts, histories }: Scene): [number, number] {
  const due = histories.deadShops.filter((shop) => histories.expectedUnread(shop).size > 0);
  const keys = new Set(
    world.hakuna.requests
      .filter(({ method, status }) => method === "POST" && status === null)
      .map(({ apiKey }) => apiKey),
  );
  return [due.length, due.filter((shop) => keys.has(accounts.keyOf(shop))).length];
}
