import { connect } from "node:net";
import type { Random } from "#test/simulator/random.ts";
import { sendWebhook, type Webhook, webhookHeaders } from "#test/simulator/shopify/webhook.ts";
import { patienceMs } from "#test/world/patience.ts";

/** How Shopify's sending ends too soon, before it sends once more. */
type Cut = "in the body" | "before the answer";

/** The webhooks on their way to the app, portion by portion. */
export type Deliveries = {
  /** sends the next portion; resolves when each of its webhooks is taken */
  more(): Promise<void>;
  /** sends all that is left; resolves when each of it is taken */
  rest(): Promise<void>;
  /** Sends these besides, as often as it takes; resolves when each is taken. */
  send(webhooks: readonly Webhook[]): Promise<void>;
  /** how many connections were cut, in which way */
  cuts: ReadonlyMap<Cut, number>;
  /** how many were answered 503, and sent again */
  refused(): number;
  /** those that the app said it has, by shop and id */
  taken: readonly Pick<Webhook, "shop" | "webhookId">[];
};

/**
 * Sends webhooks in portions, as Shopify does: to any of the servers, again and again until each is
 * taken. One connection in twenty is cut.
 *
 * @param url the server that takes the next request
 */
export function createDeliveries(
  webhooks: readonly Webhook[],
  options: { portions: number; url: () => string; secret: string; random: Random },
): Deliveries {
  const { portions, url, secret, random } = options;
  const ways: readonly Cut[] = ["in the body", "before the answer"];
  const cuts = new Map<Cut, number>(ways.map((way) => [way, 0]));
  const fated = webhooks.map((webhook) => {
    return { webhook, cut: random.chance(0.05) ? random.pick(ways) : null };
  });
  const size = Math.ceil(fated.length / portions);
  const taken: Webhook[] = [];
  let sent = 0;
  let refused = 0;
  let takenAt = 0;

  async function deliver({ webhook, cut }: (typeof fated)[number]): Promise<void> {
    if (cut !== null && (await cutOff(url(), webhook, secret, cut))) {
      cuts.set(cut, (cuts.get(cut) ?? 0) + 1);
    }
    const began = Date.now();
    for (;;) {
      const status = await sendWebhook(url(), webhook, secret).catch(() => null);
      if (status === 200) {
        takenAt = Date.now();
        return void taken.push(webhook);
      }
      if (status === 503) refused += 1;
      else if (status !== null && status < 500)
        throw new Error(`A webhook was refused: ${status}.`);
      if (Date.now() - Math.max(began, takenAt) > patienceMs) {
        throw new Error("A webhook was given up: none is taken any more.");
      }
      await new Promise((wait) => setTimeout(wait, 200));
    }
  }

  async function deliverAll(webhooks: typeof fated): Promise<void> {
    const left = webhooks.toReversed();
    const one = async () => {
      for (let next = left.pop(); next; next = left.pop()) await deliver(next);
    };
    await Promise.all(Array.from({ length: 16 }, one));
  }

  return {
    cuts,
    taken,
    refused: () => refused,
    send: (webhooks) => deliverAll(webhooks.map((webhook) => ({ webhook, cut: null }))),
    async more() {
      const portion = fated.slice(sent, sent + size);
      sent += size;
      await deliverAll(portion);
    },
    async rest() {
      const portion = fated.slice(sent);
      sent = fated.length;
      await deliverAll(portion);
    },
  };
}

/** Sends a webhook over a connection that breaks. @returns whether the server was there to see it */
function cutOff(url: string, webhook: Webhook, secret: string, cut: Cut): Promise<boolean> {
  const { hostname, port, host } = new URL(url);
  const body = Buffer.from(webhook.body);
  const headers = { host, ...webhookHeaders(webhook, secret), "content-length": body.length };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.write(`POST /webhooks/orders HTTP/1.1\r\n${head.join("")}\r\n`);
      const share = cut === "in the body" ? body.subarray(0, body.length >> 1) : body;
      socket.write(share, (error) => {
        socket.destroy();
        resolve(!error);
      });
    });
  });
}
