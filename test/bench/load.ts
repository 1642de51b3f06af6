import { createHmac, randomUUID } from "node:crypto";
import { Agent, request } from "undici";

/** What one round of load showed: how many were answered, and how long each of them took. */
export type Round = { perSecond: number; failed: number; ms: number[] };

/**
 * Posts signed webhooks under new ids for `seconds`, over `connections` kept open, and counts the
 * answers.
 *
 * @param options.urls the connections are spread over these
 * @param options.bodies sent one after another, again and again
 */
export async function loadRound(options: {
  urls: readonly string[];
  secret: string;
  shop: string;
  bodies: readonly string[];
  connections: number;
  seconds: number;
}): Promise<Round> {
  const { urls, secret, shop, bodies, connections, seconds } = options;
  const agent = new Agent({ connections, pipelining: 1 });
  const signed = bodies.map((body) => ({
    body,
    signature: createHmac("sha256", secret).update(body).digest("base64"),
  }));
  const until = performance.now() + seconds * 1000;
  const started = performance.now();
  let sent = 0;
  let answered = 0;
  let failed = 0;
  const ms: number[] = [];
  const one = async (_: unknown, index: number) => {
    const url = urls[index % urls.length] ?? "";
    while (performance.now() < until) {
      const { body, signature } = signed[sent++ % signed.length] ?? { body: "", signature: "" };
      const asked = performance.now();
      const answer = await request(url, {
        method: "POST",
        dispatcher: agent,
        body,
        headers: {
          "content-type": "application/json",
          "x-shopify-hmac-sha256": signature,
          "x-shopify-topic": "orders/updated",
          "x-shopify-shop-domain": shop,
          "x-shopify-api-version": "2026-10",
          "x-shopify-webhook-id": randomUUID(),
          "x-shopify-triggered-at": "2026-11-01T10:00:00.000000000Z",
        },
      });
      await answer.body.dump();
      ms.push(performance.now() - asked);
      if (answer.statusCode === 200) answered += 1;
      else failed += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
  const elapsed = (performance.now() - started) / 1000;
  await agent.close();
  return { perSecond: answered / elapsed, failed, ms };
}
