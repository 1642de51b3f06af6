// Shopify's command line begins here and bundles what the targets' `export` names.
export { run } from "./run.ts";
