import { defineConfig } from "vite";

/** Bundles the extension as Shopify's command line does, to see that it can be bundled. */
export default defineConfig({
  root: import.meta.dirname,
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  define: { "process.env.APP_URL": JSON.stringify("https://example.com") },
  build: {
    lib: {
      entry: { "plan-return-menu": "src/menu-item.tsx", "plan-return": "src/action.tsx" },
      formats: ["es"],
    },
    outDir: "../../build/extensions",
    emptyOutDir: false,
  },
});
