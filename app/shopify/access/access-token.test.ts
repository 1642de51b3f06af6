import { afterEach, expect, it, vi } from "vitest";
import { exchangeForOnline, exchangeSessionToken, renewAccess } from "./access-token.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const app = { apiKey: "key", apiSecret: "secret" };
const shop = "silent.myshopify.com";

it.each([
  ["is renewed", () => renewAccess(app, shop, "refresh")],
  ["is asked for", () => exchangeSessionToken(app, shop, "session")],
  ["is asked for a staff member", () => exchangeForOnline(app, shop, "session")],
])("access that %s is waited for for ten seconds", async (_how, ask) => {
  const limits: number[] = [];
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    limits.push(ms);
    return AbortSignal.abort();
  });
  // Shopify never answers
  const silent = async (_url: string, { signal }: RequestInit) => {
    signal?.throwIfAborted();
    throw new Error("it has no limit");
  };
  const fetched = vi.fn(silent);
  vi.stubGlobal("fetch", fetched);
  await expect(ask()).rejects.toMatchObject({ refusal: { kind: "unavailable" } });
  await expect(fetched.mock.results[0]?.value).rejects.toThrow(/aborted/);
  expect(limits).toEqual([10_000]);
});

it("an address that Shopify does not let in is told as such, and ends no access", async () => {
  vi.stubGlobal("fetch", async () => new Response("{}", { status: 403 }));
  await expect(renewAccess(app, shop, "refresh")).rejects.toMatchObject({
    refusal: { kind: "unavailable", isShutOut: true },
  });
});
