import { measureLoaders } from "./admin-loaders.ts";
import { measurePages } from "./admin-pages.ts";
import { startAdminServer } from "./admin-server.ts";
import type { Figure } from "./figures.ts";
import { fillShop, liveSample } from "./filled-shop.ts";
import { rest, type Stage } from "./stage.ts";

const small = "hundred-thousand.myshopify.com";
const large = "million.myshopify.com";

/** What a merchant waits for: pages in the browser, and their data in a very large shop. */
export async function measureAdmin(stage: Stage): Promise<Figure[]> {
  await liveSample(stage);
  await fillShop(stage.pool, small, { orders: 100_000 });
  await fillShop(stage.pool, large, { orders: 1_000_000 });
  await rest(stage);
  const server = await startAdminServer(stage);
  try {
    return [...(await measurePages(server, small)), ...(await measureLoaders(server, large))];
  } finally {
    await server.close();
  }
}
