import { readFileSync } from "node:fs";
import { parse } from "toml";
import { expect, it } from "vitest";
import { withDevelopmentAddress } from "./development-address.ts";

const tunnel = "https://a-tunnel.trycloudflare.com";
const addressOf = (env: Partial<NodeJS.ProcessEnv>) =>
  withDevelopmentAddress(env as NodeJS.ProcessEnv).SHOPIFY_APP_URL;

it("takes the tunnel's address from Shopify's command line, also before one that is written down", () => {
  const served = { NODE_ENV: "development", APP_ENV: "development", APP_URL: tunnel } as const;
  expect(addressOf(served)).toBe(tunnel);
  expect(addressOf({ ...served, SHOPIFY_APP_URL: "https://example.com" })).toBe(tunnel);
});

it("leaves the address alone everywhere else: APP_URL is also what a deploy is told", () => {
  const own = { SHOPIFY_APP_URL: "https://app.example.com", APP_URL: tunnel };
  for (const more of [
    { NODE_ENV: "production", APP_ENV: "development" },
    { NODE_ENV: "development" },
    { NODE_ENV: undefined },
  ] as const) {
    expect(addressOf({ ...own, ...more })).toBe("https://app.example.com");
  }
});

it("has Shopify follow the tunnel, too", () => {
  const { build } = parse(readFileSync(new URL("../../shopify.app.toml", import.meta.url), "utf8"));
  expect(build.automatically_update_urls_on_dev).toBe(true);
});
