import type { BrowserContext, FrameLocator, Page } from "@playwright/test";
import type { World } from "../world/world.ts";

/**
 * Makes the browser find the stand-ins at Shopify's own addresses; nothing else outside this
 * machine is reachable. The app itself is served as it is, with its own headers.
 */
export async function bringStandIns(
  context: BrowserContext,
  world: Pick<World, "admin">,
): Promise<void> {
  await context.grantPermissions(["local-network-access"], { origin: "https://admin.shopify.com" });
  await context.route(
    // told by its text, so that what goes on to the app need not be asked about here
    /^https?:\/\/(?!localhost[:/])/,
    async (route) => {
      const { hostname, pathname, search } = new URL(route.request().url());
      if (hostname === "admin.shopify.com") {
        return route.fulfill({
          response: await route.fetch({ url: world.admin.url + pathname + search }),
        });
      }
      if (hostname === "cdn.shopify.com" && pathname.endsWith("/app-bridge.js")) {
        return route.fulfill({
          response: await route.fetch({ url: `${world.admin.url}/app-bridge.js` }),
        });
      }
      if (hostname === "cdn.shopify.com" && pathname.endsWith(".css")) {
        return route.fulfill({ contentType: "text/css", body: "" });
      }
      return route.abort();
    },
  );
}

/**
 * Opens the app in a shop's admin and waits until it can be used.
 *
 * @param shop `name.myshopify.com`
 * @returns the app's frame
 */
export async function openApp(
  page: Page,
  world: Pick<World, "apiKey">,
  shop: string,
  path = "/app",
): Promise<FrameLocator> {
  const store = shop.replace(".myshopify.com", "");
  await page.goto(`https://admin.shopify.com/store/${store}/apps/${world.apiKey}${path}`);
  const app = page.frameLocator("iframe[name=app-iframe]");
  await app.getByRole("heading", { level: 1 }).waitFor();
  return app;
}
