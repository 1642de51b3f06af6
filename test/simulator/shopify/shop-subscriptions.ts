import { topicMetadata } from "./payload.ts";
import { type Webhook, webhookOf } from "./webhook.ts";

/** A subscription that an app made in one shop. `topic` as the Admin API writes it. */
export type Subscription = { id: string; topic: string; uri: string; failures: number };

/** After so many failures in a row Shopify deletes a subscription that was made by the Admin API. */
export const mostFailures = 8;

/** What the app subscribed to in a simulated shop, beside the subscriptions of its own settings. */
export class ShopSubscriptions {
  readonly all: Subscription[] = [];
  /** topics that it does not subscribe to, whatever the reason */
  readonly refused = new Set<string>();
  readonly #shop: string;
  #waiting: { id: string; webhook: Webhook }[] = [];
  #lastId = 1_400_000_000;

  constructor(shop: string) {
    this.#shop = shop;
  }

  /** @returns why not; null: it is made */
  create(topic: string, uri: string, scopes: ReadonlySet<string>): string | null {
    const needed = topicMetadata(topicOf(topic)).access_scopes ?? [];
    const may = needed.some((scope) => scopes.has(`read_${scope}`) || scopes.has(`write_${scope}`));
    if (needed.length > 0 && !may) {
      return `You do not have permission to create or update webhooks with ${topicOf(topic)} topic.`;
    }
    if (this.refused.has(topic)) return "Invalid topic specified.";
    if (this.all.some((one) => one.topic === topic && one.uri === uri)) {
      return "Address for this topic has already been taken";
    }
    this.#lastId += 1;
    const id = `gid://shopify/WebhookSubscription/${this.#lastId}`;
    this.all.push({ id, topic, uri, failures: 0 });
    return null;
  }

  /** Whether there was one. */
  delete(id: string): boolean {
    const at = this.all.findIndex((one) => one.id === id);
    if (at >= 0) this.all.splice(at, 1);
    this.#waiting = this.#waiting.filter((one) => one.id !== id);
    return at >= 0;
  }

  /** Something happened: whoever is subscribed to it is to be told. */
  tell(topic: string, payload: string, now: number): void {
    for (const { id } of this.all.filter((one) => topicOf(one.topic) === topic)) {
      this.#waiting.push({ id, webhook: webhookOf(this.#shop, topic, payload, now) });
    }
  }

  /**
   * Sends what waits, each until it is taken. A subscription that fails too often is deleted, and what
   * waits for it is never sent.
   *
   * @param post answers the HTTP status; null: nobody answered
   */
  async deliver(post: (webhook: Webhook, path: string) => Promise<number | null>): Promise<void> {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const { id, webhook } = next;
      const subscription = this.all.find((one) => one.id === id);
      if (!subscription) throw new Error("A webhook waits for a subscription that is gone.");
      const status = await post(webhook, new URL(subscription.uri).pathname);
      if (status !== null && status >= 200 && status < 300) {
        subscription.failures = 0;
        this.#waiting.shift();
        continue;
      }
      subscription.failures += 1;
      if (subscription.failures >= mostFailures) this.delete(id);
    }
  }
}

/** RETURNS_REQUEST → returns/request */
function topicOf(name: string): string {
  return name.toLowerCase().replace("_", "/");
}
