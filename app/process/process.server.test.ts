import { afterEach, expect, it, vi } from "vitest";
import { runProcess } from "./process.server.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

it("an end that does not come is cut short half a minute after the time for draining", async () => {
  const given = {
    ...{ SHOPIFY_API_KEY: "key", SHOPIFY_API_SECRET: "secret", SCOPES: "read_orders" },
    ...{ SHOPIFY_APP_URL: "https://app.example.com", ENCRYPTION_KEY: btoa("k".repeat(32)) },
    ...{ LOG_LEVEL: "silent", DRAIN_MS: "5000" },
  };
  for (const [name, value] of Object.entries(given)) vi.stubEnv(name, value);
  const on = vi.spyOn(process, "on").mockReturnThis();
  const exit = vi.spyOn(process, "exit").mockReturnValue(undefined as never);
  vi.useFakeTimers();
  let isEnding = false;
  await runProcess(async () => () => {
    isEnding = true;
    return new Promise(() => undefined);
  });
  const [, end] = on.mock.calls.find(([signal]) => signal === "SIGTERM") ?? [];
  end?.("SIGTERM");
  expect(isEnding).toBe(true);
  await vi.advanceTimersByTimeAsync(34_999);
  expect(exit).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(exit).toHaveBeenCalledExactlyOnceWith(1);
});
