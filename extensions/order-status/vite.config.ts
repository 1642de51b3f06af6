import { defineConfig } from "vite";

/** Bundles the extension as Shopify's command line does, to see that it can be bundled. */
export default defineConfig({
  root: import.meta.dirname,
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    lib: { entry: "src/block.tsx", formats: ["es"], fileName: "order-status" },
    outDir: "../../build/extensions",
    emptyOutDir: false,
  },
});
