import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import type { AxeResults } from "axe-core";

const axe = await readFile(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/** What axe finds wrong with the app's page as it is now: the rule, and the first element. */
export async function violations(page: Page): Promise<string[]> {
  const frame = page.frame({ name: "app-iframe" });
  if (!frame) throw new Error("The app's frame is not there.");
  await frame.evaluate(axe);
  const results = await frame.evaluate(() =>
    (window as unknown as { axe: { run(how: object): Promise<AxeResults> } }).axe.run({
      // what is right is not written down, nor where it stands: that took most of the time
      ...{ resultTypes: ["violations"], selectors: false },
    }),
  );
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

/** What is wider than the place it has: the page itself, or a table that scrolls sideways. */
export async function overflow(page: Page): Promise<number[]> {
  const frame = page.frame({ name: "app-iframe" });
  if (!frame) throw new Error("The app's frame is not there.");
  return await frame.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll(".Polaris-IndexTable-ScrollContainer")]
      .map((element) => element.scrollWidth - element.clientWidth)
      .filter((wider) => wider > 0),
  );
}
