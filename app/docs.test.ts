import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const root = new URL("../", import.meta.url);
const pages = ["README.md", ...readdirSync(new URL("docs/", root)).map((name) => `docs/${name}`)];

it.each(pages.filter((page) => page.endsWith(".md")))("%s names only files that exist", (page) => {
  const text = readFileSync(new URL(page, root), "utf8");
  const named = text.matchAll(/`((?:app|test|docs|prisma|public)\/[\w./-]*\w\/?)`/g);
  const isTopic = (path: string) => /^app\/(uninstalled|scopes_update)$/.test(path);
  const missing = [...named].flatMap(([, path = ""]) =>
    isTopic(path) || existsSync(new URL(path, root)) ? [] : [path],
  );
  expect(missing).toEqual([]);
});
