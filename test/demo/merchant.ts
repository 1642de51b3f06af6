import { ask, sessionToken } from "#test/server/admin-client.ts";
import { eventually } from "#test/server/client.ts";
import { openApp } from "#test/server/open-app.ts";
import type { World } from "#test/world/world.ts";
import { abroad, home } from "./goods.ts";

/** Asked for where a merchant uses what needs them; see docs/scopes.md. */
const optionalScopes = [
  ...["write_products", "write_publications", "read_markets", "read_locales"],
  ...["write_translations", "write_validations", "write_orders", "read_returns"],
];

export type Reached = Pick<World, "appUrl" | "apiKey" | "apiSecret" | "admin">;

/**
 * Goes through the app's setup guide as a merchant does, by the app's own pages: connects the shop
 * to Hakuna's sandbox, tests the connection, offers plans for products, and puts block, cart guard
 * and rule to work. Answers once the plans are on sale.
 */
export async function setUp(
  world: Reached,
  domain: string,
  { hakunaKey, productIds }: { hakunaKey: string; productIds: readonly string[] },
): Promise<void> {
  const { admin } = world;
  const shop = admin.shopify.shop(domain);
  for (const scope of optionalScopes) shop.scopes.add(scope);
  await openApp(world, domain);
  const settings = {
    ...{ environment: "sandbox", share: "protected", productIdentifier: "variant", country: home },
    ...{ sendTestOrders: false, sendOlderOrders: true, acceptSuggestions: false },
    sellingCountries: abroad,
  };
  const saving = { intent: "save", settings, apiKey: hakunaKey, sentOrders: null, untested: false };
  await post(world, domain, "/app/settings.data", saving);
  await post(world, domain, "/app.data?index", "intent=test");
  // the app learns of its scopes as it does from the page
  await ask(world, "/app/plans.data", { token: sessionToken(world, domain) });
  const wanted = { intent: "offers", productIds, collectionIds: [] };
  await post(world, domain, "/app/plans.data", wanted);
  admin.liveBlocks.add(domain);
  admin.liveGuards.add(domain);
  await post(world, domain, "/app/theme.data", { live: ["protection", "cart-guard"] });
  await post(world, domain, "/app/rule.data", "intent=on");
  await eventually("plans are on sale", () => {
    const { products } = shop.catalog;
    const withPlans = productIds.filter((id) => products.get(id)?.metafields.has("app.plans"));
    return withPlans.length === productIds.length || products.size;
  });
}

async function post(world: Reached, domain: string, path: string, body: object | string) {
  const isForm = typeof body === "string";
  const answer = await ask(world, path, {
    token: sessionToken(world, domain),
    body,
    headers: isForm ? { "content-type": "application/x-www-form-urlencoded" } : {},
  });
  if (answer.status >= 300) throw new Error(`The app answered ${answer.status} at ${path}.`);
}
