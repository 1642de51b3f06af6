import { ask, sessionToken } from "#test/server/admin-client.ts";
import { eventually } from "#test/server/client.ts";
import type { Scene, Trouble } from "./troubles.ts";

/** What merchants did, for the verdict: what must be at the feed follows from it. */
export type Deeds = {
  /** what products are named by, where a shop chose that */
  identifiers: Map<string, "sku">;
  /** by shop, which moved to another account: when that was surely saved, by the database's clock */
  moves: Map<string, Date>;
};

/** Asks a page for something as a merchant does: again and again, until it says that it is done. */
async function askUntil(
  { world }: Pick<Scene, "world">,
  shop: string,
  path: string,
  body: object,
  done: string,
): Promise<void> {
  await eventually(`${path} in ${shop} is ${done}`, async () => {
    const token = sessionToken(world, shop);
    const answer = await ask(world, path, { token, body }).catch(() => null);
    return answer?.status === 200 && answer.text.includes(`"${done}"`);
  });
}

type Asked = {
  productIdentifier?: "sku";
  apiKey?: string;
  sentOrders?: "same_account" | "send";
};

async function save(scene: Scene, shop: string, asked: Asked): Promise<void> {
  const { productIdentifier = "variant", apiKey = null, sentOrders = null } = asked;
  const settings = {
    ...{ environment: "sandbox", share: "protected", sendTestOrders: false, country: "de" },
    ...{ sendOlderOrders: false, acceptSuggestions: false, productIdentifier },
  };
  const body = { intent: "save", settings, apiKey, sentOrders, untested: false };
  await askUntil(scene, shop, "/app/settings.data", body, "saved");
}

/** What merchants do in the app while all this goes on. */
export const deedsOfPeople: readonly Trouble[] = [
  {
    name: "settings saved that change every order",
    async befall(scene) {
      const { accounts, deeds, shops } = scene;
      const [shop = ""] = shops;
      await accounts.inTurn(() => save(scene, shop, { productIdentifier: "sku" }));
      deeds.identifiers.set(shop, "sku");
      return 1;
    },
  },
  {
    name: "keys renewed, the former one refused at once",
    async befall(scene) {
      const { accounts, shops } = scene;
      const shop = shops[1] ?? "";
      await accounts.inTurn(() =>
        save(scene, shop, { apiKey: accounts.renewKey(shop), sentOrders: "same_account" }),
      );
      return 1;
    },
  },
  {
    name: "shops moved to another account",
    async befall(scene) {
      const { accounts, client, shops, deeds } = scene;
      const shop = shops[2] ?? "";
      await accounts.inTurn(async () => {
        await save(scene, shop, { apiKey: accounts.move(shop), sentOrders: "send" });
        const { rows } = await client.pool.query<{ now: Date }>("SELECT now()");
        deeds.moves.set(shop, rows[0]?.now ?? new Date());
      });
      return 1;
    },
  },
  {
    name: "orders sent once more by hand",
    async befall(scene) {
      const { accounts, client, shops, random } = scene;
      const shop = random.pick(shops.slice(3));
      const { rows } = await client.pool.query<{ id: string }>(
        `SELECT "id" FROM "Order" WHERE "shop" = $1 AND "firstSentAt" IS NOT NULL
          ORDER BY "id" LIMIT 1`,
        [shop],
      );
      const id = rows[0]?.id ?? "";
      const taken = () => accounts.states(shop, id).length;
      const before = taken();
      await askUntil(scene, shop, `/app/orders/${id}.data`, { action: "resend" }, "resend");
      await eventually("it is at the feed once more", () => taken() > before);
      return taken() - before;
    },
  },
];
