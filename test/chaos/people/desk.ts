import type { FeedOrder } from "#app/order/feed-order.ts";
import { mapOrder } from "#app/order/map.ts";
import type { ManualPair } from "#app/order/pair.ts";
import { ask, sessionToken } from "#test/server/admin-client.ts";
import { eventually } from "#test/server/client.ts";
import { statesOf } from "#test/server/expected-orders.ts";
import { openApp } from "#test/server/open-app.ts";
import type { Accepted } from "#test/simulator/hakuna/hakuna.ts";
import { orderPayload } from "#test/simulator/shopify/order-payloads.ts";
import { payloadText } from "#test/simulator/shopify/payload.ts";
import { type Refundable, refundableOrder } from "#test/simulator/shopify/refundable-order.ts";
import type { SimulatedShop } from "#test/simulator/shopify/shop.ts";
import type { SimulatedOrder } from "#test/simulator/shopify/simulated-order.ts";
import { sendWebhook, type Webhook, webhookOf } from "#test/simulator/shopify/webhook.ts";
import type { Expected } from "../histories.ts";
import { type Scene, whenBack } from "../troubles.ts";

/** A shop of one person alone, with the orders that happen there and what Hakuna must hold of them. */
export type Desk = {
  scene: Scene;
  shop: string;
  at: SimulatedShop;
  /** what the merchant set, for what is expected at Hakuna */
  set: {
    productIdentifier: "variant" | "sku";
    /** set by hand, by order id */
    pairs: Map<string, ManualPair[]>;
    /** ids of orders that Hakuna must never hear of */
    unshared: Set<string>;
  };
  /** an order is bought, and the app told of it; without a plan where `isPlain` */
  buy(given?: Refundable & { isPlain?: boolean }): Promise<SimulatedOrder>;
  /** The order has changed at Shopify, and the app is told of it. */
  change(order: SimulatedOrder, topic?: string): Promise<void>;
  /** sends what Shopify's webhooks have to say of what the app did there */
  deliver(): Promise<void>;
  /** An order was bought at that time, and the app is not told of it. */
  keep(boughtAt: number): SimulatedOrder;
  /** sends a webhook of the shop to another door than that of orders, until it is taken */
  knock(door: string, webhook: Webhook): Promise<void>;
  /** Asks a page, again and again, until its answer holds one of these words; answers that word. */
  ask(path: string, body: object, done: string | readonly string[]): Promise<string>;
  /** opens the app, again and again, until it opens */
  open(at?: () => number): Promise<void>;
  /** by order id */
  expected(): Expected;
  /** what the account of now took in of the order, in order */
  states(orderId: string): Accepted[];
  /** Hakuna holds each of these orders, or all, as it must in the end. */
  reached(...orders: SimulatedOrder[]): Promise<void>;
  /** all that the app was told of is folded */
  folded(): Promise<void>;
  /** asks the database, also while it is away */
  query<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** of the database's clock */
  now(): Promise<Date>;
};

/** Each person's orders have ids of their own. */
const idsOf = (person: number) => 8_000_000_000_000n + BigInt(person) * 1_000_000_000n;

/** Opens the shop of the `index`th person: connected, and its app opened once. */
export async function openDesk(
  scene: Scene,
  { shop, index, scopes = [] }: { shop: string; index: number; scopes?: readonly string[] },
): Promise<Desk> {
  const { world, client, accounts, deliveries } = scene;
  const at = world.shopify.shop(shop);
  at.throttle = { maximumAvailable: 1_000_000, restoreRate: 1_000_000 };
  for (const scope of scopes) at.scopes.add(scope);
  const told: Webhook[] = [];
  const set: Desk["set"] = {
    ...{ productIdentifier: "variant", pairs: new Map(), unshared: new Set() },
  };
  let nextId = idsOf(index);
  const query: Desk["query"] = async (sql, values = []) =>
    (await whenBack(() => client.pool.query(sql, values))).rows;
  const tell = async (webhooks: readonly Webhook[]) => {
    told.push(...webhooks);
    await deliveries.send(webhooks);
  };
  const expected = () => {
    const orders = new Map<string, FeedOrder>();
    for (const [id, state] of statesOf(told)) {
      if (set.unshared.has(id) || state.head === null) continue;
      const { feedOrder } = mapOrder(state, {
        ...{ shopCountry: "de", acceptSuggestions: false, reportedUnits: {} },
        ...{ productIdentifier: set.productIdentifier, manualPairs: set.pairs.get(id) ?? [] },
      });
      if (feedOrder) orders.set(id, feedOrder);
    }
    return orders;
  };
  const desk: Desk = {
    ...{ scene, shop, at, set, expected, query },
    async buy({ isPlain, ...given } = {}) {
      nextId += 1n;
      const order = refundableOrder(nextId, given);
      for (const line of order.lines) line.sku ??= `SKU-${line.id}`;
      if (isPlain) order.lines = order.lines.filter((line) => !line.isPlan);
      at.orders.put(order, order.updatedAt);
      await tell([webhookOf(shop, "orders/create", text(order), order.updatedAt)]);
      return order;
    },
    keep(boughtAt) {
      nextId += 1n;
      const order = refundableOrder(nextId, { createdAt: boughtAt, updatedAt: boughtAt });
      at.orders.put(order, boughtAt);
      told.push(webhookOf(shop, "orders/create", text(order), boughtAt));
      return order;
    },
    async change(order, topic = "orders/updated") {
      order.updatedAt += 60_000;
      at.orders.put(order, order.updatedAt);
      await tell([webhookOf(shop, topic, text(order), order.updatedAt)]);
    },
    deliver: () => tell(at.takeWebhooks()),
    async knock(door, webhook) {
      await eventually(`${door} takes ${webhook.topic}`, async () => {
        const url = scene.crew.url();
        return (await sendWebhook(url, webhook, world.apiSecret, door).catch(() => 0)) === 200;
      });
    },
    async ask(path, body, done) {
      const words = [done].flat();
      let word: string | undefined;
      await eventually(`${path} in ${shop} is ${words.join(" or ")}`, async () => {
        const token = sessionToken(world, shop);
        const answer = await ask(world, path, { token, body }).catch(() => null);
        word = words.find((one) => answer?.status === 200 && answer.text.includes(`"${one}"`));
        return word !== undefined;
      });
      return word ?? "";
    },
    async open(time = Date.now) {
      await eventually(`the app opens in ${shop}`, () =>
        openApp(world, shop, time()).then(
          () => true,
          () => false,
        ),
      );
    },
    states: (orderId) => accounts.states(shop, orderId),
    async reached(...orders) {
      const ids = orders.length > 0 ? orders.map(({ id }) => String(id)) : [...expected().keys()];
      await eventually(`Hakuna has the orders of ${shop}`, () => {
        const wanted = expected();
        const left = ids.filter((id) => {
          const last = accounts.states(shop, id).at(-1)?.order;
          return JSON.stringify(last) !== JSON.stringify(wanted.get(id));
        });
        return left.length === 0 || left.join();
      });
    },
    async folded() {
      await eventually(`webhooks of ${shop} are folded`, async () => {
        const rows = await query(
          `SELECT 1 FROM "InboxWebhook" WHERE "shop" = $1 AND "foldedAt" IS NULL`,
          [shop],
        );
        return rows.length === 0 || rows.length;
      });
    },
    async now() {
      const [row] = await query<{ now: Date }>("SELECT clock_timestamp() AS now");
      return row?.now ?? new Date();
    },
  };
  await query(
    `INSERT INTO "Shop" ("domain", "installedAt") VALUES ($1, now() - interval '40 days')
       ON CONFLICT DO NOTHING`,
    [shop],
  );
  await accounts.inTurn(() => client.connect(shop, accounts.keyOf(shop)));
  await desk.open();
  return desk;
}

const text = (order: SimulatedOrder) => payloadText(orderPayload(order));

/** Attempts of the shop that began between two moments, by the database's clock. */
export async function attemptsBetween(desk: Desk, from: Date, until: Date): Promise<number> {
  const rows = await desk.query(
    `SELECT 1 FROM "Attempt" WHERE "shop" = $1 AND "startedAt" > $2 AND "startedAt" < $3`,
    [desk.shop, from, until],
  );
  return rows.length;
}
