import { defineConfig } from "vite";

/** Bundles the extension as Shopify's command line does, to see that it can be bundled. */
export default defineConfig({
  root: import.meta.dirname,
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    lib: { entry: "src/action.tsx", formats: ["es"], fileName: "plan-refund" },
    outDir: "../../build/extensions",
    emptyOutDir: false,
  },
});
