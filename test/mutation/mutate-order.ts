// Changes app/order in every small way that Stryker knows, one change at a time, and counts which of
// them the tests notice: npm run mutation -- [a file of app/order …] [--at-once N]
//
// In a folder of its own, with vitest 4: with vitest 5 Stryker's runner sees tests pass that fail (16
// of 94 changes of money.ts counted as noticed, where the same tests notice 74 under vitest 4). So it
// first has to notice three changes that are known to be noticed.
//
// The property tests see most of the code, and take seconds each time: they are asked alone about what
// the others did not notice.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

type Mutant = {
  mutatorName: string;
  replacement?: string;
  status: string;
  location: { start: Position; end: Position };
};
type Position = { line: number; column: number };
type Report = { files: Record<string, { source: string; mutants: Mutant[] }> };

const root = fileURLToPath(new URL("../..", import.meta.url));
const { values, positionals } = parseArgs({
  options: { "at-once": { type: "string", default: "2" } },
  allowPositionals: true,
});

/** What money.test.ts is known to notice: a line of money.ts, and what takes its place. */
const known = [
  { line: "excess[0]", replacement: `excess[0] && "0"` },
  { line: 'sign === "-" ? -units', replacement: "+units" },
  { line: "if (decimals === 0)", replacement: "false" },
];

/** Quick ones, and those that try thousands of orders each. */
const tests = {
  examples: ["app/order/**/*.test.ts"],
  properties: ["app/order/**/*.property.test.ts"],
};
const configOf = (which: string) => `vitest.${which}.config.js`;

const wanted = chosen(positionals);

const folder = mkdtempSync(join(tmpdir(), "hakuna-mutation-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

setUp();
const proof = mutate(["app/order/money.ts"], "examples");
for (const { line, replacement } of known) {
  const [file] = Object.values(proof.files);
  const isNoticed = file?.mutants.some(
    (mutant) =>
      mutant.status === "Killed" &&
      mutant.replacement === replacement &&
      file.source.split("\n")[mutant.location.start.line - 1]?.includes(line),
  );
  if (!isNoticed) throw new Error(`A known change was not noticed: ${replacement}, for "${line}".`);
}
console.log(`${known.length} known changes were noticed.`);
const total = { noticed: 0, of: 0 };
// file by file, so that what is known is told at once
for (const path of wanted) {
  const report = mutate([path], "examples");
  ask("properties", report);
  tell(report);
}
console.log(`${total.noticed} of ${total.of} changes were noticed.`);

/** Those that the names mean, in whatever folder; all of them without a name. */
function chosen(names: readonly string[]): string[] {
  const all = sources();
  const unknown = names.find((name) => !all.some((path) => `/${path}`.endsWith(`/${name}`)));
  if (unknown !== undefined)
    throw new Error(`There is no ${unknown} among the files of app/order.`);
  if (names.length === 0) return all;
  return all.filter((path) => names.some((name) => `/${path}`.endsWith(`/${name}`)));
}

function sources(): string[] {
  return readdirSync(join(root, "app/order"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !/\.(test|fixture)\.ts$/.test(path))
    .map((path) => `app/order/${path}`)
    .sort();
}

/** The sources with their tests, and what they need of npm, the versions of the lock file. */
function setUp(): void {
  for (const name of ["app", "test"]) {
    cpSync(join(root, name), join(folder, name), {
      recursive: true,
      filter: (path) => !/\/(generated|e2e|node_modules)$/.test(path),
    });
  }
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const needed = [
    ...["ajv", "fast-check", "graphql", "shopify-webhook-schemas", "toml", "typescript", "undici"],
    "zod",
  ].map((name) => [name, lock.packages[`node_modules/${name}`].version]);
  const { imports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const stryker = "9.6.1";
  const dependencies = {
    ...Object.fromEntries(needed),
    ...{ "@shopify/shopify-api": lock.packages["node_modules/@shopify/shopify-api"].version },
    ...{ "@stryker-mutator/core": stryker, "@stryker-mutator/vitest-runner": stryker },
    ...{ vitest: "4.1.12", vite: lock.packages["node_modules/vite"].version },
  };
  const manifest = { private: true, type: "module", imports, dependencies };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  for (const [which, include] of Object.entries(tests)) {
    const exclude = which === "examples" ? tests.properties : [];
    const config = { test: { include, exclude, testTimeout: 300_000 } };
    const text = `export default ${JSON.stringify(config)};\n`;
    writeFileSync(join(folder, configOf(which)), text);
  }
  mkdirSync(join(folder, "reports"), { recursive: true });
  const quiet = ["install", "--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync("npm", quiet, { cwd: folder, stdio: "inherit" });
  // a file that cannot be loaded has no test that fails, and Stryker goes on without it
  for (const which of Object.keys(tests)) {
    const vitest = ["node_modules/vitest/vitest.mjs", "run", "--config", configOf(which)];
    execFileSync(process.execPath, [...vitest, "--reporter=dot"], {
      cwd: folder,
      stdio: "inherit",
    });
  }
}

/**
 * Asks these tests about every change that the others did not notice, and puts their answers in the
 * report.
 */
function ask(which: keyof typeof tests, { files }: Report): void {
  for (const [path, { mutants }] of Object.entries(files)) {
    const missed = mutants.filter(isMissed);
    if (missed.length === 0) continue;
    const again = mutate(
      missed.map(({ location }) => `${path}:${rangeOf(location)}`),
      which,
    );
    const seen = new Map(again.files[path]?.mutants.map((one) => [nameOf(one), one.status]));
    for (const one of missed) one.status = seen.get(nameOf(one)) ?? one.status;
  }
}

function isMissed({ status }: Mutant): boolean {
  return status === "Survived" || status === "NoCoverage";
}

function nameOf({ mutatorName, replacement, location }: Mutant): string {
  return JSON.stringify([mutatorName, replacement, location]);
}

/** As Stryker is told of it, which counts columns from 0 there, and from 1 in its report. */
function rangeOf({ start, end }: Mutant["location"]): string {
  return `${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`;
}

/** @param which tests are asked */
function mutate(files: readonly string[], which: keyof typeof tests): Report {
  const config = {
    ...{ testRunner: "vitest", vitest: { configFile: configOf(which) } },
    ...{ mutate: files, reporters: ["json"], jsonReporter: { fileName: "reports/report.json" } },
    // tests of this folder need no copy of it, and what is decided as a file is loaded is all or nothing
    ...{ inPlace: true, ignoreStatic: true, concurrency: Number(values["at-once"]) },
    ...{ timeoutMS: 60_000, timeoutFactor: 4, allowEmpty: true, logLevel: "warn" },
    // texts are the message files', and held by other tests
    mutator: { excludedMutations: ["StringLiteral"] },
  };
  writeFileSync(join(folder, "stryker.config.json"), JSON.stringify(config));
  const file = join(folder, "reports/report.json");
  // where there is nothing to change none is written
  writeFileSync(file, `{"files": {}}`);
  execFileSync(process.execPath, ["node_modules/@stryker-mutator/core/bin/stryker.js", "run"], {
    cwd: folder,
    stdio: "inherit",
  });
  return JSON.parse(readFileSync(file, "utf8")) as Report;
}

/** Prints the figures of each file, and the changes that nothing noticed. */
function tell({ files }: Report): void {
  for (const [path, { source, mutants }] of Object.entries(files)) {
    const counted = mutants.filter(({ status }) => !/Ignored|CompileError|Pending/.test(status));
    const missed = counted.filter(({ status }) => !/Killed|Timeout/.test(status));
    total.of += counted.length;
    total.noticed += counted.length - missed.length;
    console.log(`${path}: ${counted.length - missed.length} of ${counted.length} noticed`);
    for (const { status, mutatorName, replacement = "", location } of missed) {
      const line = source.split("\n")[location.start.line - 1]?.trim();
      const put = replacement.replaceAll(/\s+/g, " ").slice(0, 80);
      console.log(`    ${status} ${mutatorName}, line ${location.start.line}: ${line} → ${put}`);
    }
  }
}
