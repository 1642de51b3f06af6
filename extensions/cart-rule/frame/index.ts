// Shopify's command line looks for this file, and bundles run.ts.
export { default } from "./run.ts";
