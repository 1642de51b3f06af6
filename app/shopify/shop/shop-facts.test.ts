import { expect, it, vi } from "vitest";
import { readShopFacts } from "./shop-facts.ts";

it("of a shop in a time zone that is not known here the rest is read", async () => {
  const shop = {
    id: "gid://shopify/Shop/7",
    ianaTimezone: "Mars/Olympus_Mons",
    email: "owner@example.com",
    shopAddress: { countryCodeV2: "DE" },
  };
  const facts = await readShopFacts(async () => ({ json: async () => ({ data: { shop } }) }));
  expect(facts).toEqual({ id: "7", timeZone: null, country: "de", email: "owner@example.com" });
});

it("a page waits for them for three seconds", async () => {
  const limits = vi.spyOn(AbortSignal, "timeout").mockReturnValue(AbortSignal.abort());
  const silent = async (_query: string, { signal }: { signal?: AbortSignal }) => {
    signal?.throwIfAborted();
    throw new Error("it has no limit");
  };
  await expect(readShopFacts(silent)).rejects.toThrow(/aborted/);
  expect(limits.mock.calls).toEqual([[3_000]]);
  limits.mockRestore();
});
