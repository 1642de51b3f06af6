import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { faults } from "#test/faults/faults.ts";
import { copyRepository, putIn } from "#test/faults/faulty-copy.ts";
import { deedsOfPeople } from "./people.ts";
import { type Needed, shrink } from "./shrink.ts";

/** A run that is known to hang need not be waited for as long as one that may be slow. */
const hangMs = 60_000;
/** What people do in the shops of all takes one for each of them. */
const shopsOfDeeds = 4;

/**
 * Repeats ever less of a run that fails, each in a process of its own, and prints what is enough.
 *
 * @param options of the run that fails
 * @param fault a part of the name of a deliberate fault that is put into a copy of the app; left out:
 *   the app as it is
 * @param again how a person repeats the run
 * @returns whether the whole run fails at all
 */
export async function narrow(
  all: Needed,
  { options, fault, again }: { options: string[]; fault?: string | undefined; again: string },
): Promise<boolean> {
  let folder = fileURLToPath(new URL("../..", import.meta.url));
  if (fault !== undefined) {
    const found = faults.find(({ name }) => name.includes(fault));
    if (!found) throw new Error(`There is no fault "${fault}".`);
    folder = copyRepository();
    putIn(folder, found);
  }
  let runs = 0;
  const fails = async (part: Needed) => {
    const { names, shops, histories } = part;
    const isDeed = deedsOfPeople.some(({ name }) => names.includes(name));
    if (shops < shopsOfDeeds && isDeed) return false;
    runs += 1;
    const failed = await failsAt(folder, [...options, ...optionsOf(part)]);
    const what = `${names.length} troubles and people, ${shops} shops, ${histories} orders`;
    console.log(`${runs}: ${failed ? "fails" : "passes"} with ${what}`);
    return failed;
  };
  if (!(await fails(all))) {
    console.log("Nothing to narrow: it does not fail.");
    return false;
  }
  const found = await shrink(all, fails);
  const quoted = optionsOf(found).map((one) =>
    /[^\w-]/.test(one) || one === "" ? `"${one}"` : one,
  );
  console.log(`It takes no more than: ${found.names.join("; ") || "no trouble at all"}`);
  console.log(`Repeat it with ${again} ${quoted.join(" ")}`);
  return true;
}

function optionsOf({ names, shops, histories }: Needed): string[] {
  const only = (names.length > 0 ? names : [""]).flatMap((name) => ["--only", name]);
  return ["--shops", String(shops), "--histories", String(histories), ...only];
}

async function failsAt(folder: string, options: string[]): Promise<boolean> {
  const child = spawn(process.execPath, [join(folder, "test/chaos/chaos.ts"), ...options], {
    cwd: folder,
    env: { ...process.env, TEST_PATIENCE_MS: String(hangMs) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const [code] = await once(child, "close");
  // a run that did not come to its verdict is no proof
  if (!/^chaos: /m.test(output))
    throw new Error(`A run came to no verdict:\n${output.slice(-2000)}`);
  return code !== 0;
}
