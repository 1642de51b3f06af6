import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { expect, it } from "vitest";

const root = new URL("../../", import.meta.url);

/** The app's own files, by path from the project's folder; tests, fixtures and generated code not. */
const files = readdirSync(new URL("app/", root), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) =>
    `${parentPath.slice(root.pathname.length)}/${name}`.replace("//", "/"),
  )
  .filter((path) => !path.startsWith("app/database/generated/"))
  .filter((path) => !/\.(test|fixture)\.tsx?$|\.d\.ts$/.test(path));

const sources = files.filter((path) => /\.tsx?$/.test(path));

it("has ten files at most in app/, twenty in any folder below it", () => {
  const folders = Map.groupBy(files, (path) => dirname(path));
  // a route is a file by Remix's rule
  const crowded = [...folders]
    .filter(([folder]) => folder !== "app/routes")
    .filter(([folder, inside]) => inside.length > (folder === "app" ? 10 : 20));
  expect(crowded).toEqual([]);
});

it("has no file whose name says nothing about what is in it", () => {
  const vague = /^(utils?|helpers?|common|misc|types?|index|lib|shared)\.tsx?$/;
  expect(sources.filter((path) => vague.test(basename(path)))).toEqual([]);
});

it("imports from its own folder by ./, from everywhere else in app/ by #app/", () => {
  const wrong = sources.flatMap((path) => {
    const text = readFileSync(new URL(path, root), "utf8");
    const imports = text.matchAll(/(?:from|import)\s*\(?\s*"((?:\.|#app\/)[^"]*)"/g);
    return [...imports].flatMap(([, target = ""]) => {
      const isBeside = target.startsWith("./") && !target.slice(2).includes("/");
      const lies = dirname(target.replace("#app/", "app/"));
      const isElsewhere = target.startsWith("#app/") && lies !== dirname(path);
      // documentation and extensions lie outside app/
      const leavesApp = /^(\.\.\/)+(docs|extensions)\//.test(target);
      return isBeside || isElsewhere || leavesApp ? [] : [`${path}: ${target}`];
    });
  });
  expect(wrong).toEqual([]);
});
