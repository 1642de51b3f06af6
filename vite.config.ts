import { fileURLToPath } from "node:url";
import { vitePlugin as remix } from "@remix-run/dev";
import { marked } from "marked";
import { defineConfig, type Plugin } from "vite";
import remixConfig from "./remix.config.js";

const app = fileURLToPath(new URL("./app", import.meta.url));

/** Made once by the server and handed to routes through the load context. */
const stateful = [
  "db.server.ts",
  "foundation/config.server.ts",
  "foundation/log.server.ts",
  "foundation/secrets.server.ts",
  "database/generated/prisma/client.ts",
  "process/foundations.server.ts",
  "shopify.server.ts",
].map((file) => `${app}/${file}`);

/**
 * Remix's bundle would hold a second copy of these modules, with a second database pool and a
 * second configuration: importing more than a type of them fails the build. (Imports of types are
 * gone by the time this sees a module.)
 */
const refuseStatefulModules: Plugin = {
  name: "refuse-stateful-modules",
  enforce: "pre",
  async resolveId(source, importer, options) {
    if (!importer?.startsWith(app)) return null;
    const resolved = await this.resolve(source, importer, { ...options, skipSelf: true });
    if (resolved && stateful.includes(resolved.id.split("?")[0] ?? "")) {
      this.error(
        `${importer.slice(app.length + 1)} imports ${source}: take it from the load context, and import types only.`,
      );
    }
    return resolved;
  },
};

/** Markdown as HTML, without its first heading. It is the project's own: it is trusted as it is. */
const markdownAsHtml: Plugin = {
  name: "markdown-as-html",
  enforce: "pre",
  async transform(markdown, id) {
    if (!id.endsWith(".md")) return null;
    const html = await marked.parse(markdown.replace(/^# .*\n/, ""));
    // elsewhere than in the app's frame, which other sites refuse to be shown in
    const outside = html.replaceAll(
      '<a href="https://',
      '<a target="_blank" rel="noopener noreferrer" href="https://',
    );
    return { code: `export default ${JSON.stringify(outside)};`, map: null };
  },
};

export default defineConfig({
  plugins: [refuseStatefulModules, markdownAsHtml, remix(remixConfig)],
  build: { assetsInlineLimit: 0, target: "es2022" },
  // One file in the place of 1,550: the server starts sooner and is smaller by 45 MB. What has state
  // stays outside (docs/decisions/0029).
  ssr: {
    noExternal: [/^@shopify\/(polaris|shopify-app-remix)/],
    external: ["@shopify/shopify-app-remix/server"],
  },
});
