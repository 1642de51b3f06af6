import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const root = new URL("../", import.meta.url);
const pages = ["README.md", ...readdirSync(new URL("docs/", root)).map((name) => `docs/${name}`)];

const linked = readFileSync(new URL("docs/README.md", root), "utf8");

it.each(pages.filter((page) => page.startsWith("docs/") && page.endsWith(".md")))(
  "docs/README.md leads to %s",
  (page) => {
    if (page !== "docs/README.md") expect(linked).toContain(`](${page.replace("docs/", "")})`);
  },
);

it.each(pages.filter((page) => page.endsWith(".md")))("%s names only files that exist", (page) => {
  const text = readFileSync(new URL(page, root), "utf8");
  const named = text.matchAll(/`((?:app|test|docs|prisma|public)\/[\w./-]*\w\/?)`/g);
  const isTopic = (path: string) => /^app\/(uninstalled|scopes_update)$/.test(path);
  const missing = [...named].flatMap(([, path = ""]) =>
    isTopic(path) || existsSync(new URL(path, root)) ? [] : [path],
  );
  expect(missing).toEqual([]);
});

it.each(pages.filter((page) => page.endsWith(".md")))("the links of %s lead somewhere", (page) => {
  const text = readFileSync(new URL(page, root), "utf8");
  const targets = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = ""]) => target);
  const missing = targets.filter((target) => !existsSync(new URL(target, new URL(page, root))));
  expect(missing).toEqual([]);
});
