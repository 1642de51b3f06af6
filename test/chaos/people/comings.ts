import { eventually } from "#test/server/client.ts";
import { uninstalledWebhook } from "#test/simulator/shopify/shop-payloads.ts";
import type { SimulatedOrder } from "#test/simulator/shopify/simulated-order.ts";
import { wait } from "../troubles.ts";
import { attemptsBetween } from "./desk.ts";
import type { Person } from "./person.ts";

const dayMs = 86_400_000;

export const reinstalled: Person = {
  name: "uninstall the app, and install it again",
  steps: ["fold", "review", "deliver"],
  async begin(desk) {
    const { accounts, client, world } = desk.scene;
    return {
      async act() {
        await desk.reached(await desk.buy());
        // Shopify's clock has whole seconds: what happens in one of them has no order
        await wait(1_100);
        world.shopify.uninstall(desk.shop);
        await desk.knock("/webhooks/app/uninstalled", uninstalledWebhook(desk.shop, Date.now()));
        const from = await desk.now();
        const sessions = await desk.query(`SELECT 1 FROM "Session" WHERE "shop" = $1`, [desk.shop]);
        const [row] = await desk.query<{ connection: string; apiKeySealed: string | null }>(
          `SELECT "connection", "apiKeySealed" FROM "Shop" WHERE "domain" = $1`,
          [desk.shop],
        );
        if (sessions.length > 0 || row?.connection !== "none" || row.apiKeySealed !== null) {
          throw new Error(`${desk.shop} was uninstalled and is still connected`);
        }
        // webhooks that were under way arrive
        const late = await desk.buy();
        await desk.folded();
        const sent = await attemptsBetween(desk, from, await desk.now());
        if (sent > 0) throw new Error(`${sent} requests were made for ${desk.shop}, which is gone`);
        await wait(1_100);
        await desk.open();
        await accounts.inTurn(() => client.connect(desk.shop, accounts.keyOf(desk.shop)));
        await desk.reached(late);
      },
    };
  },
};

export const imported: Person = {
  name: "import past orders, and cancel an import",
  steps: ["scan", "deliver"],
  async begin(desk) {
    const past: SimulatedOrder[] = [];
    // so that nothing reads them but an import
    await desk.query(`UPDATE "Shop" SET "installedAt" = now() WHERE "domain" = $1`, [desk.shop]);
    type Scan = {
      running: boolean;
      read: number;
      cancelledAt: Date | null;
      finishedAt: Date | null;
    };
    const scan = async () =>
      (
        await desk.query<Scan>(
          `SELECT "running", "read", "cancelledAt", "finishedAt" FROM "OrderScan"
            WHERE "shop" = $1 AND "kind" = 'import'`,
          [desk.shop],
        )
      )[0];
    const say = (intent: string) => desk.ask("/app/settings.data", { intent }, intent);
    return {
      async act(turn) {
        for (let count = 0; count < 30; count += 1) {
          const at = Date.now() - 20 * dayMs - past.length * 60_000;
          past.push(desk.keep(at));
        }
        await say("import");
        await wait(desk.scene.random.between(0, 200) * (turn % 3));
        await say("cancel");
        const cancelled = await scan();
        await wait(300);
        const later = await scan();
        if (later?.running || (cancelled?.cancelledAt && later?.read !== cancelled.read)) {
          throw new Error(`an import of ${desk.shop} went on although it was cancelled`);
        }
        await say("import");
        await eventually(`the import of ${desk.shop} is done`, async () => {
          const now = await scan();
          return (now?.finishedAt != null && !now.running) || (now?.read ?? 0);
        });
        await desk.reached();
      },
    };
  },
};
