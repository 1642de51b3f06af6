import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { variables } from "#app/foundation/variables.server.ts";
import { commands } from "#app/ops/commands.ts";
import { type FindingCode, finding, findingTexts } from "#app/order/findings.ts";
import { linkProperties } from "#app/order/link-properties.ts";
import { faults } from "#test/faults/faults.ts";

const root = new URL("../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

/** The project's own texts below a folder, in one: what a name that a page tells must be found in. */
function allOf(folder: string): string {
  return readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(tsx?|sql|toml|yml|prisma)$/.test(file) && !file.includes("generated/"))
    .map((file) => read(`${folder}${file}`))
    .join("\n");
}

const pages = [
  "README.md",
  ...readdirSync(new URL("docs/", root), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const names = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, name = ""]) => name);

const { scripts } = JSON.parse(read("package.json"));
const models = names(read("prisma/schema.prisma"), /^model (\w+)/gm);
const rules: { alert: string }[] = parse(read("docs/operations/alerts.yml")).groups.flatMap(
  (group: { rules: { alert: string }[] }) => group.rules,
);
const app = allOf("app/");

/** Users of PostgreSQL, by the names that docs/operations.md gives them. */
const roles = ["hakuna_owner", "hakuna_app"];

/** Variables that others read: Node, Shopify's command line, and a command in place of an argument. */
const othersVariables = ["NODE_COMPILE_CACHE", "NODE_OPTIONS", "APP_URL", "HAKUNA_API_KEY"];

describe.each(pages)("%s names only", (page) => {
  const text = read(page);

  it("scripts of package.json", () => {
    const named = names(text, /npm run (?:-s )?([\w:]+)/g);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it("commands that there are", () => {
    const named = names(text, /`(?:npm run -s )?ops (?:-- )?([a-z][a-z-]*)/g);
    expect(named.filter((name) => !(name in commands))).toEqual([]);
  });

  it("variables that something reads", () => {
    const named = names(text, /`([A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9])(?:=[^`]*)?`/g);
    const known = [...Object.keys(variables), ...othersVariables];
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it("metrics that there are", () => {
    const named = names(text, /`(hakuna_[a-z_]+?)(?:_bucket|_sum|_count)?(?:\{[^`]*)?`/g);
    expect(named.filter((name) => !app.includes(`"${name}"`) && !roles.includes(name))).toEqual([]);
  });

  it("settings with the values that they have by themselves", () => {
    const seconds = { s: 1, seconds: 1, minutes: 60 };
    const told = text.matchAll(/`(\w+_MS)` \((?:default )?(\d+) (s|seconds|minutes)\b/g);
    const wrong = [...told].flatMap(([sentence, name = "", count, unit = "s"]) => {
      const ms = Number(count) * seconds[unit as "s"] * 1000;
      return variables[name as "PORT"].parse(undefined) === ms ? [] : [sentence];
    });
    expect(wrong).toEqual([]);
  });

  it("alerts that there are", () => {
    const named = names(text, /\b(Hakuna[A-Z][a-z]+[A-Z]\w+)\b/g);
    expect(named.filter((name) => !rules.some(({ alert }) => alert === name))).toEqual([]);
  });

  it("columns of tables that there are", () => {
    // there an Order is Shopify's
    if (page === "docs/scopes.md") return;
    const schema = read("prisma/schema.prisma");
    const named = [...text.matchAll(/`([A-Z]\w+)\.(\w+)`/g)].filter(([, table = ""]) =>
      models.includes(table),
    );
    const missing = named.flatMap(([name, table, column]) => {
      const model = schema.split(`\nmodel ${table} {`)[1]?.split("\n}")[0] ?? "";
      return new RegExp(`^ {2}${column} `, "m").test(model) ? [] : [name];
    });
    expect(missing).toEqual([]);
  });
});

describe("somewhere in the documents stands", () => {
  const all = pages.map(read).join("\n");

  it.each(Object.keys(scripts).filter((name) => name !== "postinstall"))("npm run %s", (name) => {
    expect(new RegExp(`npm (run (-s )?)?${name}(?![\\w:-])`).test(all)).toBe(true);
  });

  it.each(Object.keys(commands))("the command %s, in docs/operations.md", (name) => {
    const table = read("docs/operations.md").split("## Commands")[1]?.split("\n## ")[0] ?? "";
    expect(new RegExp(`^\\|[^|]*\`${name}[ \`]`, "m").test(table)).toBe(true);
  });

  it.each(models)("the table %s, in docs/privacy.md", (name) => {
    expect(new RegExp(`\`${name}[.\`]`).test(read("docs/privacy.md"))).toBe(true);
  });
});

describe("docs/operations.md", () => {
  const page = read("docs/operations.md");

  it("has how many connections a process holds at most", () => {
    const [, more, all] =
      /SCAN_CONCURRENCY` \+ (\d+) connections, which is (\d+) /.exec(page) ?? [];
    const { WORKER_CONCURRENCY, SCAN_CONCURRENCY } = variables;
    const lanes = WORKER_CONCURRENCY.parse(undefined) + SCAN_CONCURRENCY.parse(undefined);
    const ofFoundations = /Concurrency = (\d+);|concurrency \+ (\d+),/g;
    // not what makes the queue's tables at the start and goes
    const ofPools = /^ +max: (\d+),|\{ .*, max: (\d+),/gm;
    const counted = (file: string, pattern: RegExp) =>
      [...read(file).matchAll(pattern)].map(([, one, other]) => Number(one ?? other));
    const sum = [
      ...counted("app/process/foundations.server.ts", ofFoundations),
      ...["app/db.server.ts", "app/queue/queue.ts"].flatMap((file) => counted(file, ofPools)),
      ...["intake/inbox-writer.ts", "intake/waker.ts"].flatMap((f) => counted(`app/${f}`, ofPools)),
      // the queue's that listens, and the watch's
      ...[1, 1],
    ];
    expect(sum).toHaveLength(9);
    const total = sum.reduce((one, other) => one + other);
    expect([Number(more), Number(all)]).toEqual([total, lanes + total]);
  });

  it("names only options that its commands have", async () => {
    const table = page.split("## Commands")[1]?.split("\n## ")[0] ?? "";
    const unknown: string[] = [];
    for (const [row] of table.matchAll(/^\| `.+$/gm)) {
      const named = names(row.split(" | ")[0] ?? "", /[`,] ?`?([a-z][a-z-]+)[ `]/g);
      const load = named.flatMap((name) => commands[name] ?? []);
      const options = (await Promise.all(load.map((command) => command()))).flatMap((command) =>
        Object.keys(command.options),
      );
      const told = names(row, /--([a-z][a-z-]*)/g).filter((name) => name !== "json");
      unknown.push(
        ...told.filter((name) => !options.includes(name)).map((name) => `${name}: ${row}`),
      );
    }
    expect(unknown).toEqual([]);
  });
});

it("docs/testing.md has how many deliberate faults there are", () => {
  expect(read("docs/testing.md")).toContain(`lists ${faults.length}:`);
});

describe("docs/mapping.md", () => {
  const page = read("docs/mapping.md");

  it("has every finding, with its severity", () => {
    const listed = [...page.matchAll(/^\| `(\w+)` +\| (error|warning|info) /gm)];
    const codes = Object.keys(findingTexts) as FindingCode[];
    expect(Object.fromEntries(listed.map(([, code, severity]) => [code, severity]))).toEqual(
      Object.fromEntries(codes.map((code) => [code, finding(code, []).severity])),
    );
  });

  it.each(Object.values(linkProperties).flat())("names the property %s", (name) => {
    expect(page).toContain(`\`${name}\``);
  });
});

describe("docs/architecture.md", () => {
  const page = read("docs/architecture.md");
  const house = page.split("```")[3] ?? "";
  const foldersOf = (folder: string) =>
    readdirSync(new URL(folder, root), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);

  it.each(foldersOf("app/"))("has a line for app/%s, and its level", (name) => {
    expect(house).toMatch(new RegExp(`^ {2}${name}/`, "m"));
    expect(page.split("\nLevels,")[1]?.split("\n")[0]).toContain(`\`${name}\``);
  });

  it.each(foldersOf("extensions/"))("has a line for extensions/%s", (name) => {
    const kind = name.replace(/^flow-.*/, "flow-\\*");
    expect(house).toMatch(new RegExp(`^extensions/${kind} `, "m"));
  });

  it.each(foldersOf("test/"))("has a place for test/%s", (name) => {
    expect(house).toMatch(new RegExp(`(^|  )test/${name}/`, "m"));
  });
});

describe("docs/security.md", () => {
  const table = read("docs/security.md").split("## Who might want what")[1]?.split("\n\n")[1] ?? "";
  const rows = table.split("\n").slice(2);

  it("has threats", () => expect(rows.length).toBeGreaterThan(20));

  it.each(rows.map((row) => row.split(" | ").map((cell) => cell.replace(/^\| ?| ?\|$/g, ""))))(
    "%s: names the tests of what stands against it (%s)",
    (...cells) => {
      expect(cells).toHaveLength(4);
      const tests = names(cells.at(-1) ?? "", /`([^`]+)`/g);
      expect(tests).not.toEqual([]);
      for (const test of tests) {
        expect(test).toMatch(/^(app|test|extensions)\/.+\.test\.tsx?$/);
        expect(existsSync(new URL(test, root)), test).toBe(true);
      }
    },
  );
});
