import { existsSync, readdirSync, readFileSync } from "node:fs";
import { parse } from "toml";
import { expect, it } from "vitest";
import { readConfig } from "#app/foundation/config.server.ts";

const root = new URL("../", import.meta.url);
const inDocs = readdirSync(new URL("docs/", root), { recursive: true, encoding: "utf8" });
const pages = ["README.md", ...inDocs.map((name) => `docs/${name}`)].filter((page) =>
  page.endsWith(".md"),
);

const linked = readFileSync(new URL("docs/README.md", root), "utf8");

it.each(pages.filter((page) => /^docs\/(operations\/)?[^/]+\.md$/.test(page)))(
  "docs/README.md leads to %s",
  (page) => {
    if (page !== "docs/README.md") expect(linked).toContain(`](${page.replace("docs/", "")})`);
  },
);

it.each(pages)("%s names only files that exist", (page) => {
  const text = readFileSync(new URL(page, root), "utf8");
  const named = text.matchAll(
    /`((?:app|test|docs|prisma|public|extensions|\.github)\/[\w./[\]$-]*\w\/?)`/g,
  );
  const isTopic = (path: string) => /^app\/(uninstalled|scopes_update)$/.test(path);
  const missing = [...named].flatMap(([, path = ""]) =>
    isTopic(path) || existsSync(new URL(path, root)) ? [] : [path],
  );
  expect(missing).toEqual([]);
});

/** What a link may name of a page: its headings, as they are shown on the web, and its anchors. */
function anchorsOf(page: URL): string[] {
  const text = readFileSync(page, "utf8");
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
  return [...headings, ...[...text.matchAll(/<a id="([\w-]+)"/g)].map(([, id = ""]) => id)];
}

it.each(pages)("the links of %s lead somewhere", (page) => {
  const at = new URL(page, root);
  const links = readFileSync(at, "utf8").matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g);
  const missing = [...links].flatMap(([link, target = "", anchor]) => {
    const file = target === "" ? at : new URL(target, at);
    if (!existsSync(file)) return [link];
    return anchor === undefined || anchorsOf(file).includes(anchor) ? [] : [link];
  });
  expect(missing).toEqual([]);
});

const decisions = inDocs.flatMap((name) => /^decisions\/(\d{4})-/.exec(name)?.[1] ?? []);

it("no two decisions have one number", () => {
  expect(decisions).toEqual([...new Set(decisions)]);
});

it.each(pages)("%s names only decisions that exist", (page) => {
  const text = readFileSync(new URL(page, root), "utf8");
  const named = text.matchAll(
    /decisions?\/? ?(0\d{3})|(?<=[([]|, |and |to )(0\d{3})(?=[)\],.;:]| and)/g,
  );
  const missing = [...named].flatMap(([, one, other]) => {
    const number = one ?? other ?? "";
    return decisions.includes(number) ? [] : [number];
  });
  expect(missing).toEqual([]);
});

/**
 * What operators look for in the log: in backticks, of three plain words or more. Commands begin
 * with their program; SQL is in capitals.
 */
function logMessages(text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)]
    .map(([, phrase = ""]) => phrase)
    .filter((phrase) => /^\w+( [\w';,]+){2,}$/.test(phrase) && /[a-z]/.test(phrase))
    .filter((phrase) => !/^(npm|shopify) /.test(phrase));
}

it.each(["docs/operations.md", "docs/operations/alerts.md"])(
  "%s quotes the log as the app writes it",
  (page) => {
    const app = new URL("app/", root);
    const files = readdirSync(app, { recursive: true, encoding: "utf8" });
    const source = files
      .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$|^database\/generated\//.test(file))
      .map((file) => readFileSync(new URL(file, app), "utf8"))
      .join("\n");
    const quoted = logMessages(readFileSync(new URL(page, root), "utf8"));
    expect(quoted).not.toEqual([]);
    expect(quoted.filter((message) => !source.includes(`"${message}"`))).toEqual([]);
  },
);

it(".env.example has what must be set, and asks for the scopes of the app", () => {
  const text = readFileSync(new URL(".env.example", root), "utf8");
  const lines = [...text.matchAll(/^([A-Z_]+)=(.*)$/gm)];
  const env = Object.fromEntries(lines.map(([, name, value]) => [name, value]));
  expect(env.SCOPES).toBe(
    parse(readFileSync(new URL("shopify.app.toml", root), "utf8")).access_scopes.scopes,
  );
  const filled = {
    ...{ ...env, SHOPIFY_API_KEY: "key", SHOPIFY_API_SECRET: "secret" },
    ENCRYPTION_KEY: Buffer.alloc(32).toString("base64"),
  };
  expect(() => readConfig(filled as unknown as NodeJS.ProcessEnv)).not.toThrow();
  for (const name of Object.keys(env).filter((name) => name !== "DATABASE_URL")) {
    expect(() => readConfig({ ...filled, [name]: "" } as never)).toThrow(name);
  }
});
