/** @type {import("@remix-run/dev").VitePluginConfig} */
export default {
  // Tests lie beside the routes; they are no routes.
  ignoredRouteFiles: ["**/*.test.{ts,tsx}"],
  future: {
    v3_fetcherPersist: true,
    v3_relativeSplatPath: true,
    v3_throwAbortReason: true,
    v3_singleFetch: true,
    // A dozen routes: fetching them one by one would cost more than it saves.
    v3_lazyRouteDiscovery: false,
    // Without it the first load in development fails with "Invalid hook call".
    unstable_optimizeDeps: true,
  },
};
