import { test as base, expect } from "@playwright/test";
import { freePort } from "#app/database/embedded-postgres/free-port.server.ts";
import { startAdmin } from "../simulator/admin/admin.ts";
import { startWorld } from "../world/world.ts";

base("an ordinary browser opens the app through the stand-in's proxy", async ({ page }) => {
  const proxyPort = await freePort();
  const world = await startWorld({ env: { SHOPIFY_APP_URL: `http://localhost:${proxyPort}` } });
  const admin = await startAdmin({ ...world, port: 0, proxyPort, shop: world.shopDomain });
  try {
    const outside: string[] = [];
    page.on("request", (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (protocol !== "data:" && hostname !== "localhost") outside.push(request.url());
    });
    const errors: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });

    await page.goto(admin.url);

    const app = page.frameLocator("iframe[name=app-iframe]");
    await expect(app.getByText("Set up Hakuna Order Sync")).toBeVisible();
    await page.getByRole("link", { name: "Overview" }).click();
    await expect(app.getByRole("heading", { name: "Overview" })).toBeVisible();
    expect(outside).toEqual([]);
    expect(errors).toEqual([]);
  } finally {
    await admin.close();
    await world.stop();
  }
});
