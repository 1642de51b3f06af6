import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { GivenToken } from "../shopify/admin-api/access-tokens.ts";
import { SimulatedShopify } from "../shopify/shopify.ts";
import { adminPage } from "./admin-page.ts";
import { startAppProxy } from "./app-proxy.ts";
import { listen } from "./listen.ts";
import { pickable } from "./resource-picker.ts";
import { mintSessionToken } from "./session-token.ts";

export type AdminOptions = {
  /** 0: any free one */
  port: number;
  /** where the app itself listens */
  appUrl: string;
  apiKey: string;
  apiSecret: string;
  /** the shop whose admin is shown; others are at /store/{name} */
  shop: string;
  /**
   * For people with an ordinary browser: serves the app through a proxy on this port that puts the
   * stand-ins in the place of Shopify's addresses. The app's SHOPIFY_APP_URL is then the proxy's.
   */
  proxyPort?: number;
};

export type Admin = {
  /** the admin's start page; also what SIMULATED_SHOPIFY_URL is set to */
  url: string;
  /** the shops themselves, with their Admin API */
  shopify: SimulatedShopify;
  /** access tokens that were given out, oldest first */
  given: GivenToken[];
  /** shops whose theme bears the app's protection block */
  liveBlocks: Set<string>;
  /** shops whose theme bears the app's cart guard */
  liveGuards: Set<string>;
  close(): Promise<void>;
};

const appBridge = new URL("./app-bridge.js", import.meta.url);

/**
 * A stand-in for Shopify's admin: a page with the app in an iframe, the end point that mints its
 * session tokens, App Bridge's script, and the shops' own Admin API (told apart by the Host header). It serves any shop, at /store/{name}/apps/{apiKey}/….
 */
export async function startAdmin(options: AdminOptions): Promise<Admin> {
  const shopify = new SimulatedShopify(options);
  const liveBlocks = new Set<string>();
  const liveGuards = new Set<string>();
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.writeHead(500).end());
  });
  await listen(server, options.port);
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const proxy =
    options.proxyPort === undefined
      ? null
      : await startAppProxy({ port: options.proxyPort, appUrl: options.appUrl, adminUrl: url });
  const shownAppUrl = proxy?.url ?? options.appUrl;

  const signing = (shop: string) => ({
    ...{ apiKey: options.apiKey, shop },
    apiSecret: shopify.tokens.secrets[0] ?? options.apiSecret,
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const host = (request.headers.host ?? "").split(":")[0] ?? "";
    if (host.endsWith(".myshopify.com")) return shopify.answer(host, request, response);

    const { pathname, searchParams } = new URL(request.url ?? "/", url);
    if (pathname === "/app-bridge.js") {
      response.writeHead(200, { "Content-Type": "text/javascript" }).end(readFileSync(appBridge));
      return;
    }
    if (pathname === "/session-token") {
      const shop = `${searchParams.get("store")}.myshopify.com`;
      const token = mintSessionToken(signing(shop), Date.now());
      response.writeHead(200, { "Content-Type": "text/plain" }).end(token);
      return;
    }
    if (pathname === "/grant") {
      const { scopes } = shopify.shop(`${searchParams.get("store")}.myshopify.com`);
      for (const scope of searchParams.get("scopes")?.split(",") ?? []) scopes.add(scope);
      response.writeHead(204).end();
      return;
    }
    if (pathname === "/resources") {
      const { catalog } = shopify.shop(`${searchParams.get("store")}.myshopify.com`);
      const query = searchParams.get("query") ?? "";
      const resources = pickable(catalog, searchParams.get("type") ?? "", query);
      response.writeHead(200, { "Content-Type": "application/json" });
      response.end(JSON.stringify(resources));
      return;
    }
    if (pathname === "/extensions") {
      const shop = `${searchParams.get("store")}.myshopify.com`;
      const activations = [
        themeActivation("protection", "section", liveBlocks.has(shop)),
        themeActivation("cart-guard", "body", liveGuards.has(shop)),
      ];
      response.writeHead(200, { "Content-Type": "application/json" });
      const type = "theme_app_extension";
      response.end(JSON.stringify([{ handle: "hakuna-protection", type, activations }]));
      return;
    }
    const [, store, path] = /^\/store\/([a-z0-9-]+)\/apps\/[^/]+(\/.*)?$/.exec(pathname) ?? [];
    if (store) {
      const shop = `${store}.myshopify.com`;
      const locale = searchParams.get("locale") ?? "en";
      searchParams.delete("locale");
      const search = searchParams.size > 0 ? `?${searchParams}` : "";
      response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(
        adminPage({
          appUrl: shownAppUrl,
          path: (path ?? "/app") + search,
          store,
          apiKey: options.apiKey,
          sessionToken: mintSessionToken(signing(shop), Date.now()),
          locale,
        }),
      );
      return;
    }
    if (pathname === "/") {
      const start = `/store/${options.shop.replace(".myshopify.com", "")}/apps/${options.apiKey}/app`;
      response.writeHead(302, { Location: start }).end();
      return;
    }
    response.writeHead(404).end();
  }

  return {
    url,
    shopify,
    given: shopify.tokens.given,
    liveBlocks,
    liveGuards,
    async close() {
      await proxy?.close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** What App Bridge tells of a block or an embed of the theme app extension. */
function themeActivation(handle: string, target: string, isLive: boolean): object {
  return { handle, name: handle, target, status: isLive ? "active" : "available", activations: [] };
}
