// Puts each fault of faults.ts into a copy of the repository, one at a time, and runs the file of the
// test that is to catch it. `npm run faults`, or with a part of a fault's name for some of them.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Fault, faults } from "./faults.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const copy = mkdtempSync(join(tmpdir(), "hakuna-faults-"));
process.on("exit", () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

const wanted = process.argv[2] ?? "";
const chosen = faults.filter(({ name }) => name.includes(wanted));
copyRepository();
const titles = new Map(
  [...new Set(chosen.map(({ test }) => test))].map((test) => [test, failing(test)]),
);
const survivors: string[] = [];
for (const fault of chosen) {
  const before = titles.get(fault.test) ?? [];
  const caught = apply(fault).filter((title) => !before.includes(title));
  const isNamed = caught.some((title) => title.includes(fault.title));
  if (!isNamed) survivors.push(fault.name);
  console.log(`${isNamed ? "caught" : "SURVIVES"}: ${fault.name} (${fault.test})`);
  for (const title of caught) console.log(`    ${title}`);
}
for (const [test, before] of titles) {
  if (before.length > 0) console.log(`Fails without a fault: ${test}: ${before.join(", ")}`);
}
console.log(`${chosen.length - survivors.length} of ${chosen.length} faults were caught.`);
process.exit(survivors.length === 0 ? 0 : 1);

/** The files that git knows or would add, as they are now, and what is built or installed. */
function copyRepository(): void {
  const listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const files = execFileSync("git", listed, { cwd: root });
  const pack = ["-c", "--null", "--files-from=-", "--ignore-failed-read"];
  const archive = execFileSync("tar", pack, { cwd: root, input: files, maxBuffer: 1 << 30 });
  execFileSync("tar", ["-x"], { cwd: copy, input: archive });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  symlinkSync(join(root, "build"), join(copy, "build"));
  const generated = "app/database/generated";
  rmSync(join(copy, generated), { recursive: true, force: true });
  mkdirSync(join(copy, "app/database"), { recursive: true });
  symlinkSync(join(root, generated), join(copy, generated));
}

/** The names of the tests that fail with the fault. */
function apply({ name, file, find, put, test }: Fault): string[] {
  const path = join(copy, file);
  const sound = readFileSync(path, "utf8");
  if (sound.split(find).length !== 2) throw new Error(`"${name}" fits ${file} no more: "${find}".`);
  writeFileSync(
    path,
    sound.replace(find, () => put),
  );
  try {
    return failing(test);
  } finally {
    writeFileSync(path, sound);
  }
}

type Report = { testResults: { assertionResults: { status: string; fullName: string }[] }[] };

function failing(test: string): string[] {
  const out = join(copy, "report.json");
  rmSync(out, { force: true });
  const vitest = ["vitest", "run", "--config", "test/vitest.config.ts", `test/server/${test}`];
  const report = ["--reporter=json", `--outputFile=${out}`, "--testTimeout=60000"];
  const ran = spawnSync("npx", [...vitest, ...report], { cwd: copy, encoding: "utf8" });
  try {
    const { testResults }: Report = JSON.parse(readFileSync(out, "utf8"));
    const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
    if (tests.length === 0) throw new Error("no test ran");
    return tests.filter(({ status }) => status === "failed").map(({ fullName }) => fullName);
  } catch (error) {
    throw new Error(`${test} did not run: ${error}\n${ran.stdout}${ran.stderr}`);
  }
}
