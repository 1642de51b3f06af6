import { request } from "undici";
import { mintSessionToken } from "#test/simulator/admin/session-token.ts";
import type { World } from "#test/world/world.ts";

/** Opens the app in a shop as Shopify's admin does, at a time; answers the HTTP status. */
export async function openApp(world: World, shop: string, at = Date.now()): Promise<number> {
  const token = mintSessionToken({ ...world, shop }, at);
  const host = Buffer.from(`admin.shopify.com/store/${shop.split(".")[0]}`).toString("base64url");
  const answer = await request(`${world.appUrl}/app`, {
    query: { embedded: "1", shop, host, id_token: token },
    headers: { "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/147.0" },
  });
  await answer.body.dump();
  return answer.statusCode;
}
