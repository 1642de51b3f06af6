import type { SimulatedShop } from "#test/simulator/shopify/shop.ts";
import type { World } from "#test/world/world.ts";
import type { createClient } from "./client.ts";
import { openApp } from "./open-app.ts";

/** A shop that is connected, whose merchant has opened the app and lets it write plans. */
export async function openPlanShop(
  world: World,
  client: ReturnType<typeof createClient>,
  domain: string,
): Promise<SimulatedShop> {
  const shop = world.shopify.shop(domain);
  shop.scopes.add("write_products").add("write_publications");
  world.hakuna.offers.behavior = {};
  await openApp(world, domain);
  await client.connect(domain);
  return shop;
}
