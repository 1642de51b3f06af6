import { defineConfig } from "@playwright/test";
import { chromiumLaunch } from "./chromium.ts";

const stepMs = 60_000;

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  outputDir: "../../test-results",
  globalSetup: "../world/shared-postgres.ts",
  // One more than cores: each waits now and then.
  workers: 3,
  fullyParallel: true,
  // A step that has come to nothing in a minute hangs: on an ordinary machine none takes more than a
  // few seconds. Where a page is loaded again and again, it is several steps, and a test is many.
  timeout: 300_000,
  expect: { timeout: stepMs, toPass: { timeout: 3 * stepMs } },
  forbidOnly: process.env.CI !== undefined,
  reporter: process.env.CI ? "line" : "list",
  use: {
    browserName: "chromium",
    launchOptions: await chromiumLaunch(),
    // The library answers 410 to "HeadlessChrome".
    userAgent:
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36",
    locale: "en-US",
    timezoneId: "Europe/Berlin",
    screenshot: "only-on-failure",
    actionTimeout: stepMs,
    navigationTimeout: stepMs,
  },
});
