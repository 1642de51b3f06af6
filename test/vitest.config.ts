import { defineConfig } from "vitest/config";

export default defineConfig({
  root: new URL("..", import.meta.url).pathname,
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["app/**/*.test.{ts,tsx}", "test/{simulator,migrations}/**/*.test.ts"],
          environment: "node",
          // No test fails because the machine is slow.
          testTimeout: 60_000,
        },
      },
      {
        esbuild: { jsx: "automatic", jsxImportSource: "preact" },
        test: {
          name: "extensions",
          include: ["extensions/**/*.test.ts", "test/storefront/**/*.test.ts"],
          environment: "jsdom",
          // The tester loads the extension itself.
          server: { deps: { inline: ["@shopify/ui-extensions-tester"] } },
        },
      },
      {
        test: {
          name: "server",
          include: ["test/server/**/*.test.ts"],
          environment: "node",
          globalSetup: ["test/world/shared-postgres.ts"],
          // No test fails because the machine is slow.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // They wait more than they work.
          maxWorkers: 3,
        },
      },
    ],
  },
});
