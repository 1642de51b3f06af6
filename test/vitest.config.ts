import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Those that take longest begin first, also where no run before has shown it. */
const longest = [
  ...["embedded-postgres", "plan-countries", "proof", "storm", "demo", "pooler", "quiet-database"],
  ...["reconcile", "orphaned-transaction", "import", "lane", "rotation", "migration-locks"],
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex((name) => moduleId.endsWith(`/test/server/${name}.test.ts`));
      return place === -1 ? longest.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

/** A seed: files in a random order, which no verdict may depend on (test/busy). */
const order = process.env.TEST_FILE_ORDER;

// Nothing is isolated but pages: what a file imports need not be loaded anew for the next one, and no
// file leaves anything behind.
export default defineConfig({
  root: new URL("..", import.meta.url).pathname,
  test: {
    sequence: order
      ? { shuffle: { files: true }, seed: Number(order) }
      : { sequencer: LongestFirst },
    // More than cores: tests of the server wait now and then, and unit tests fill the gaps.
    maxWorkers: 4,
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "app/**/*.test.{ts,tsx}",
            "test/*.test.ts",
            "test/{audit,faults,simulator,migrations,structure,chaos,demo}/**/*.test.ts",
          ],
          environment: "node",
          isolate: false,
          // No test fails because the machine is slow.
          testTimeout: 300_000,
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
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: "server",
          include: ["test/server/**/*.test.ts"],
          environment: "node",
          globalSetup: ["test/world/shared-postgres.ts"],
          setupFiles: ["test/world/collect-sql.ts"],
          // No test fails because the machine is slow.
          testTimeout: 900_000,
          hookTimeout: 900_000,
          isolate: false,
        },
      },
      {
        test: {
          name: "sql",
          include: ["test/sql/**/*.test.ts"],
          environment: "node",
          // After all others: it looks at what they asked of the database.
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
