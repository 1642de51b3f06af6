// @vitest-environment node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { parse } from "toml";
import { expect, it } from "vitest";

/**
 * What Shopify takes of a UI extension, compressed, with all its targets:
 * https://shopify.dev/docs/apps/build/app-extensions/optimize-bundle-size
 */
const limitBytes = 64 * 1024;

/** The file that Shopify's command line makes of an extension. */
async function bundle(folder: string): Promise<Uint8Array> {
  const { extensions } = parse(readFileSync(join(folder, "shopify.extension.toml"), "utf8"));
  const modules: string[] = extensions[0].targeting.map((one: { module: string }) => one.module);
  const { outputFiles } = await build({
    stdin: {
      contents: modules
        .map((module, at) => `export { default as target${at} } from "${module}";`)
        .join("\n"),
      loader: "ts",
      resolveDir: folder,
    },
    jsx: "automatic",
    jsxImportSource: "preact",
    define: { "process.env.APP_URL": JSON.stringify("https://app.example.com") },
    bundle: true,
    minify: true,
    legalComments: "none",
    target: "es2020",
    format: "esm",
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

it.each(["order-status", "plan-refund", "plan-return"])(
  "%s is far below what Shopify takes of an extension",
  async (name) => {
    const compressed = gzipSync(await bundle(join(import.meta.dirname, name))).length;
    expect(compressed).toBeGreaterThan(1_000);
    expect(compressed).toBeLessThan(limitBytes / 4);
  },
);
