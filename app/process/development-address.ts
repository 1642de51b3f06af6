/**
 * The environment, with the address of the tunnel that Shopify's command line opens for a developer:
 * it says so as APP_URL, with APP_ENV, and it is another one at each start, so that it counts more
 * than one that was written down. In production the environment stays as it is.
 * https://github.com/Shopify/cli: packages/app/src/cli/services/dev/processes/web.ts
 */
export function withDevelopmentAddress(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isServed = env.NODE_ENV === "development" && env.APP_ENV === "development";
  const address = env.APP_URL?.trim();
  return isServed && address ? { ...env, SHOPIFY_APP_URL: address } : env;
}
