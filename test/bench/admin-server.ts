import { request } from "undici";
import { freePort } from "#app/database/embedded-postgres/free-port.server.ts";
import { type Admin, startAdmin } from "#test/simulator/admin/admin.ts";
import { mintSessionToken } from "#test/simulator/admin/session-token.ts";
import type { Stage } from "./stage.ts";

/** A server whose pages can be opened, with the stand-in for Shopify's admin around them. */
export type AdminServer = {
  admin: Admin;
  apiKey: string;
  /** asks for the data of a page as a merchant's browser does; rejects unless it is answered */
  readData(shop: string, path: string, route: string): Promise<{ text: string; ms: number }>;
  close(): Promise<void>;
};

/** Starts a server without a worker: nothing but its pages is measured. */
export async function startAdminServer(stage: Stage): Promise<AdminServer> {
  const port = await freePort();
  const app = {
    appUrl: `http://localhost:${port}`,
    apiKey: stage.env.SHOPIFY_API_KEY ?? "",
    apiSecret: stage.secret,
  };
  const admin = await startAdmin({ ...app, port: 0, shop: "bench.myshopify.com" });
  const { process } = await stage.start("app/server.ts", {
    WORKER: "off",
    PORT: String(port),
    SHOPIFY_APP_URL: app.appUrl,
    SIMULATED_SHOPIFY_URL: admin.url,
  });
  return {
    admin,
    apiKey: app.apiKey,
    async readData(shop, path, route) {
      const url = new URL(path, app.appUrl);
      url.pathname += ".data";
      url.searchParams.set("_routes", route);
      const authorization = `Bearer ${mintSessionToken({ ...app, shop }, Date.now())}`;
      const started = performance.now();
      const answer = await request(url, { headers: { authorization } });
      const text = await answer.body.text();
      const ms = performance.now() - started;
      if (answer.statusCode !== 200) throw new Error(`${path} was answered ${answer.statusCode}.`);
      return { text, ms };
    },
    async close() {
      await process.stop();
      await admin.close();
    },
  };
}
