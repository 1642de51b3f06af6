import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { transformSync } from "esbuild";

const sources = import.meta.dirname;
const assets = new URL("../hakuna-protection/assets/", import.meta.url);

/**
 * The theme extension's scripts as shops serve them: the files beside this one without what only
 * people need. Shopify uploads a theme extension as it lies there and builds nothing of it.
 */
export function minifiedScripts(): { name: string; code: string }[] {
  return readdirSync(sources)
    .filter((name) => name.endsWith(".js"))
    .map((name) => {
      const source = readFileSync(`${sources}/${name}`, "utf8");
      return { name, code: transformSync(source, { minify: true, target: "es2022" }).code };
    });
}

/** Puts them where Shopify's command line takes them from. */
export function writeScripts(): void {
  mkdirSync(assets, { recursive: true });
  for (const { name, code } of minifiedScripts()) writeFileSync(new URL(name, assets), code);
}

if (import.meta.main) writeScripts();
