// The whole suite three times, with two processes beside it that do nothing but use the machine, and
// the files in another random order each time. Arguments go to vitest: names of files, for instance;
// then the browser's tests are left out. `--seed N` repeats an order, `--times N` says how often.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  options: { seed: { type: "string" }, times: { type: "string" } },
  allowPositionals: true,
});
const times = Number(values.times ?? 3);
const seed = Number(values.seed ?? Date.now() % 1_000_000);

const children = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

function start(program: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(program, args, { stdio: "inherit", env: { ...process.env, ...env } });
  children.add(child);
  child.once("close", () => children.delete(child));
  return child;
}

async function succeeds(script: string, args: readonly string[], env: Record<string, string>) {
  const [code] = await once(start("npx", [script, ...args], env), "close");
  return code === 0;
}

for (let index = 0; index < 2; index += 1) start(process.execPath, ["-e", "for (;;);"]);
const failed: string[] = [];
for (let turn = 0; turn < times; turn += 1) {
  const order = { TEST_FILE_ORDER: String(seed + turn) };
  const began = performance.now();
  console.log(`Turn ${turn + 1} of ${times}, files in the order of seed ${seed + turn}.`);
  const vitest = ["run", "--config", "test/vitest.config.ts", ...positionals];
  const suite = [
    await succeeds("vitest", vitest, order),
    positionals.length > 0 ||
      (await succeeds("playwright", ["test", "-c", "test/e2e/playwright.config.ts"], {})),
  ];
  const minutes = ((performance.now() - began) / 60_000).toFixed(1);
  console.log(`Turn ${turn + 1}: ${suite.every(Boolean) ? "green" : "red"}, ${minutes} min.`);
  if (!suite.every(Boolean)) failed.push(`--seed ${seed + turn} --times 1`);
}
if (failed.length > 0) console.error(`Red: repeat with\n${failed.join("\n")}`);
process.exit(failed.length > 0 ? 1 : 0);
