import { request } from "undici";
import { mintSessionToken } from "#test/simulator/admin/session-token.ts";
import type { World } from "#test/world/world.ts";

/**
 * Opens the app's home page as Shopify's admin does; answers its HTML.
 *
 * @param at epoch milliseconds by Shopify's clock
 */
export async function openApp(
  world: Pick<World, "appUrl" | "apiKey" | "apiSecret">,
  shop: string,
  at = Date.now(),
): Promise<string> {
  const token = mintSessionToken({ ...world, shop }, at);
  const host = Buffer.from(`admin.shopify.com/store/${shop.split(".")[0]}`).toString("base64url");
  const answer = await request(`${world.appUrl}/app`, {
    query: { embedded: "1", shop, host, id_token: token },
    headers: { "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/147.0" },
  });
  const page = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`The app answered ${answer.statusCode}.`);
  return page;
}
