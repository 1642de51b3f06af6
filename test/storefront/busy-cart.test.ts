import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

type Failure = Error & { wait?: number; isRefusal?: boolean };
type ThemeCart = {
  read(answer: Response): Promise<unknown>;
  again(attempt: () => Promise<unknown>, error: unknown): Promise<unknown>;
};
let theme: ThemeCart;

beforeAll(async () => {
  Object.assign(window, { Shopify: { routes: { root: "/" } } });
  const file = new URL("../../extensions/theme-scripts/theme-cart.js", import.meta.url);
  theme = await import(/* @vite-ignore */ file.pathname);
});
beforeEach(() => void vi.useFakeTimers({ now: 1_764_374_400_000 }));
afterEach(() => void vi.useRealTimers());

const answer = (status: number, body = "{}", headers = {}) =>
  theme.read(new Response(body, { status, headers })).catch((error: Failure) => error);

describe("what the cart answers", () => {
  it("is read where it is a success", async () => {
    expect(await answer(200, '{"items":[]}')).toEqual({ items: [] });
  });

  it("is a refusal in its own words", async () => {
    const refusal = await answer(422, '{"message":"No","description":"Not more than one."}');
    expect(refusal).toMatchObject({ message: "Not more than one.", isRefusal: true });
    expect(refusal).not.toHaveProperty("wait");
    expect(await answer(500, '{"message":"Oh"}')).toMatchObject({ isRefusal: false });
  });

  it.each([
    ["too many at once", 409, '{"description":"Conflict"}', {}, 0],
    ["too many at all, said by a page", 429, "<!DOCTYPE html>", {}, 0],
    ["a number of seconds", 429, "", { "Retry-After": "3" }, 3000],
    ["a date", 429, "", { "Retry-After": new Date(1_764_374_404_000).toUTCString() }, 4000],
    ["what nobody understands", 429, "", { "Retry-After": "soon" }, 0],
  ])("is no refusal, but asks for time: %s", async (_, status, body, headers, wait) => {
    const busy = (await answer(status, body, headers)) as Failure;
    expect(busy.wait).toBe(wait);
    expect(busy.isRefusal).toBeUndefined();
  });
});

describe("what the cart had no time for", () => {
  const busy = (wait = 0) => Object.assign(new Error("busy"), { wait });

  /** When it was tried again, in milliseconds, and what came of it. */
  async function tried(outcomes: unknown[], first: unknown) {
    const start = Date.now();
    const at: number[] = [];
    const attempt = async () => {
      at.push(Date.now() - start);
      const outcome = outcomes.shift();
      if (outcome instanceof Error) throw outcome;
      return outcome;
    };
    const end = theme.again(attempt, first).catch((error: unknown) => ({ thrown: error }));
    await vi.runAllTimersAsync();
    return { at, end: await end, took: Date.now() - start };
  }

  it("is tried again, with pauses that grow, until it is done", async () => {
    const { at, end } = await tried([busy(), busy(), "done"], busy());
    expect(end).toBe("done");
    const pauses = at.map((time, i) => time - (at[i - 1] ?? 0));
    for (const [i, least] of [500, 1000, 2000].entries()) {
      expect(pauses[i]).toBeGreaterThanOrEqual(least);
      expect(pauses[i]).toBeLessThanOrEqual(least + 200);
    }
  });

  it("is tried three times; then the last answer counts as lost", async () => {
    const last = busy();
    const { at, end } = await tried([busy(), busy(), last, "never"], busy());
    expect(at).toHaveLength(3);
    expect(end).toEqual({ thrown: last });
    expect(last).not.toHaveProperty("isRefusal");
  });

  it("waits as long as the cart asks for", async () => {
    const { at, end } = await tried([busy(), "done"], busy(3000));
    expect(end).toBe("done");
    expect(at[0]).toBeGreaterThanOrEqual(3000);
  });

  it("keeps nobody for more than ten seconds", async () => {
    const { at, took } = await tried([busy(6000), busy(6000)], busy(6000));
    expect(at).toHaveLength(1);
    expect(took).toBeLessThan(10_000);
    expect((await tried(["never"], busy(60_000))).at).toEqual([]);
  });

  it("is not tried again once something else is said, or was from the start", async () => {
    const refusal = Object.assign(new Error("No."), { isRefusal: true });
    const { at, end } = await tried([refusal, "never"], busy());
    expect(at).toHaveLength(1);
    expect(end).toEqual({ thrown: refusal });
    expect((await tried(["never"], refusal)).at).toEqual([]);
    expect((await tried(["never"], new TypeError("offline"))).at).toEqual([]);
  });
});
