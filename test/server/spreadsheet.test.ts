import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { csvLine } from "#app/views/order-csv.ts";

const run = promisify(execFile);
const minute = 60_000;

const hasOffice = (() => {
  try {
    execFileSync("soffice", ["--version"], { stdio: "ignore", timeout: minute });
    return true;
  } catch {
    return false;
  }
})();

// what a spreadsheet in German takes a file for: semicolons, quotes, UTF-8
const german = "CSV:59,34,76,1,,1031";
const tabs = "csv:Text - txt - csv (StarCalc):9,34,76,1";

it.skipIf(!hasOffice)(
  "LibreOffice in German reads the export's cells (needs soffice)",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "spreadsheet-"));
    try {
      const cells = [
        "820982911946154500",
        "#1001",
        "Müller; Söhne",
        "49,90",
        "=1+1",
        'er sagte "ja"',
      ];
      await writeFile(join(folder, "orders.csv"), `\uFEFF${csvLine(cells, ";")}`);
      await run(
        "soffice",
        [
          ...["--headless", `-env:UserInstallation=file://${folder}/profile`],
          ...[`--infilter=${german}`, "--convert-to", tabs, "--outdir", join(folder, "out")],
          join(folder, "orders.csv"),
        ],
        { timeout: 2 * minute },
      );
      const [line = ""] = (await readFile(join(folder, "out", "orders.csv"), "utf8")).split("\n");
      const read = line.split("\t").map((cell) => cell.replace(/^\uFEFF/, ""));
      expect(read).toHaveLength(cells.length);
      expect(read[1]).toBe("#1001");
      expect(read[2]).toBe("Müller; Söhne");
      expect(Number(read[3]?.replace(",", "."))).toBe(49.9);
      expect(read[4]).toBe("'=1+1");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  3 * minute,
);
