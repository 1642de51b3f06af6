import { Faults } from "./admin-api/faults.ts";
import type { FlowEvent } from "./admin-api/flow-triggers.ts";
import { type Approval, approvals } from "./admin-api/scopes.ts";
import { Bucket, type Throttle, throttles } from "./admin-api/throttle.ts";
import { OrderBook } from "./order-book.ts";
import { orderMoments, type ShopManner } from "./order-life.ts";
import { payloadText } from "./payload.ts";
import { RefundDesk } from "./refund-desk.ts";
import { ReturnDesk } from "./return-desk.ts";
import { ShopCatalog } from "./shop-catalog.ts";
import { ShopMarkets } from "./shop-markets.ts";
import { ShopSubscriptions } from "./shop-subscriptions.ts";
import { ShopTranslations } from "./shop-translations.ts";
import { ShopValidations } from "./shop-validations.ts";
import { type Webhook, webhookOf } from "./webhook.ts";

/** Lives to be lived through. */
export type Lives = {
  /** how many orders */
  count: number;
  /** the seed of the first; each next one has the next seed */
  firstSeed?: number;
  /** when the first order is placed, epoch milliseconds */
  startedAt: number;
  /** from one order to the next, in milliseconds */
  every?: number;
} & Partial<Omit<ShopManner, "shop">>;

/** A shop of the simulated Shopify: what it has, and how its Admin API behaves. */
export class SimulatedShop {
  readonly domain: string;
  readonly orders = new OrderBook();
  readonly refunds: RefundDesk;
  readonly returns: ReturnDesk;
  readonly subscriptions: ShopSubscriptions;
  readonly catalog = new ShopCatalog();
  readonly validations: ShopValidations;
  readonly markets = new ShopMarkets();
  readonly translations = new ShopTranslations(this.catalog);
  readonly faults = new Faults();
  /** what Shopify Flow was told, oldest first */
  readonly flowEvents: FlowEvent[] = [];
  readonly bucket: Bucket;
  /** what the app was granted; `read_all_orders` shows it orders older than 60 days */
  scopes: Set<string>;
  /** what Shopify approved the app for of its customers' data */
  approved = new Set<Approval>(approvals);
  facts = {
    name: "Test shop",
    timeZone: "Europe/Berlin",
    country: "DE" as string | null,
    currency: "EUR",
  };
  /** the queries that were asked, oldest first */
  readonly asked: { query: string; variables: Record<string, unknown> }[] = [];
  #webhooks: Webhook[] = [];

  /** @param appKey the client id of the app that is installed */
  constructor(domain: string, scopes: Iterable<string>, appKey: string) {
    this.domain = domain;
    this.scopes = new Set(scopes);
    this.validations = new ShopValidations(appKey);
    this.refunds = new RefundDesk(domain, this.orders, (webhook) => this.#webhooks.push(webhook));
    this.subscriptions = new ShopSubscriptions(domain);
    this.returns = new ReturnDesk(this.orders, this.subscriptions);
    this.bucket = new Bucket(throttles.plus, Date.now());
  }

  set throttle(throttle: Throttle) {
    this.bucket.throttle = throttle;
    this.bucket.drain(Date.now());
    this.bucket.giveBack(throttle.maximumAvailable);
  }

  /**
   * Lives through whole orders at once: the shop then holds their last states, and their webhooks
   * wait to be taken.
   */
  live({ count, firstSeed = 0, startedAt, every = 1_000, currency, bigIds }: Lives): void {
    const manner = {
      shop: this.domain,
      currency: currency ?? this.facts.currency,
      bigIds: bigIds ?? true,
    };
    for (let index = 0; index < count; index += 1) {
      const moments = orderMoments(manner, firstSeed + index, startedAt + index * every);
      const last = moments.at(-1);
      if (last) this.orders.put(last.order, last.webhook.triggeredAt);
      this.#webhooks.push(...moments.map(({ webhook }) => webhook));
    }
    this.#webhooks.sort((a, b) => a.triggeredAt - b.triggeredAt);
  }

  /**
   * The merchant deletes an order, which Shopify lets them do with archived and cancelled ones. Its
   * webhook waits with the others.
   */
  deleteOrder(id: string, now = Date.now()): void {
    const order = this.orders.get(id);
    if (!order) throw new Error(`The shop has no order ${id}.`);
    if (order.closedAt === null && order.cancelledAt === null) {
      throw new Error("Only archived or cancelled orders can be deleted.");
    }
    this.orders.delete(id);
    this.#webhooks.push(
      webhookOf(this.domain, "orders/delete", payloadText({ id: order.id }), now),
    );
  }

  /** The next webhooks that the shop has to send; they are not sent by themselves. */
  takeWebhooks(count = Number.POSITIVE_INFINITY): Webhook[] {
    return this.#webhooks.splice(0, count);
  }
}
