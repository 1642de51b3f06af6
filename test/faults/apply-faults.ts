// Puts each fault of faults.ts into a copy of the repository, one at a time, and runs the test
// that is to catch it: it must fail. `npm run faults`, or with a part of a fault's name for some of
// them, or `--part 2/4` for the second quarter. That the tests pass without a fault is what `npm test`
// says.
import { execFile } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { type Fault, faults } from "./faults.ts";
import { copyRepository, putIn } from "./faulty-copy.ts";

const { values, positionals } = parseArgs({
  options: { part: { type: "string", default: "1/1" } },
  allowPositionals: true,
});
const [wanted = ""] = positionals;
const [part = 1, parts = 1] = values.part.split("/").map(Number);
const chosen = faults
  .filter(({ name }) => name.includes(wanted))
  .filter((_, index) => index % parts === part - 1);
const copy = copyRepository();
const survivors: string[] = [];
for (const fault of chosen) {
  const caught = await apply(fault);
  if (caught.length === 0) survivors.push(fault.name);
  console.log(`${caught.length > 0 ? "caught" : "SURVIVES"}: ${fault.name}`);
  for (const { title, why } of caught) console.log(`    ${fault.test}: ${title}\n      ${why}`);
}
console.log(`${chosen.length - survivors.length} of ${chosen.length} faults were caught.`);
process.exit(survivors.length === 0 ? 0 : 1);

/** The named tests that fail with the fault. */
async function apply(fault: Fault): Promise<Failed[]> {
  const takeOut = putIn(copy, fault);
  try {
    return await failing(fault.test, fault.title);
  } finally {
    takeOut();
  }
}

type Result = { status: string; fullName: string; failureMessages: string[] };
type Report = { testResults: { assertionResults: Result[] }[] };
type Failed = { title: string; why: string };

async function failing(test: string, title: string): Promise<Failed[]> {
  const out = join(copy, "report.json");
  rmSync(out, { force: true });
  const named = ["-t", title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")];
  const path = test.startsWith("app/") ? test : `test/server/${test}`;
  const vitest = ["run", "--config", "test/vitest.config.ts", path, ...named];
  const report = ["--reporter=json", `--outputFile=${out}`, "--testTimeout=60000"];
  const program = join(copy, "node_modules/.bin/vitest");
  // a test that fails makes vitest fail: what came of it stands in the report
  const said = await promisify(execFile)(program, [...vitest, ...report], { cwd: copy }).catch(
    ({ stdout, stderr }) => ({ stdout, stderr }),
  );
  try {
    const { testResults }: Report = JSON.parse(readFileSync(out, "utf8"));
    const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
    const made = tests.filter(({ status }) => status === "passed" || status === "failed");
    if (made.length === 0) throw new Error("no test of that name ran");
    return made
      .filter(({ status }) => status === "failed")
      .map(({ fullName, failureMessages: [first = ""] }) => ({
        title: fullName,
        why: first.split("\n")[0] ?? "",
      }));
  } catch (error) {
    throw new Error(`${test}, "${title}" did not run: ${error}\n${said.stdout}${said.stderr}`);
  }
}
