import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createOffersClient } from "./offers-client.ts";

const to = { environment: "sandbox", apiKey: "sk_test_abc" } as const;
const product = { id: "1", category: "c", title: "t", brand: "b", sku: "s" };
const request = {
  type: "protection_product",
  country: "de",
  product: { ...product, price: { amount: 100, currency: "eur" } },
} as const;

test.each([
  [404, '{"error":{"error_code":"no_offer_for_product"}}', "refused"],
  [404, "", "refused"],
  [422, '{"error":{"error_code":"country_unsupported"}}', "country_unsupported"],
  [404, "<html>Not found</html>", "unavailable"],
  [400, "<html>Bad request</html>", "unavailable"],
  [200, "<html>Sign in</html>", "unavailable"],
  [302, "", "unavailable"],
  [405, "", "unavailable"],
  [407, "", "unavailable"],
  [401, "", "key_refused"],
])("%i with %j is %s", async (status, body, kind) => {
  const server = createServer((_request, response) => response.writeHead(status).end(body));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createOffersClient({ baseUrl, timeoutMs: 10_000 });
  try {
    expect(await client.fetchOffer(to, request, "k")).toMatchObject({ kind });
  } finally {
    await client.close();
    server.close();
  }
});
