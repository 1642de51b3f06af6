import pg from "pg";
import { expect, it } from "vitest";
import { namingRepeated } from "./repeated-statements.ts";

const sent: unknown[][] = [];
class Recording extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: as pg's own
  override query(...args: any[]): any {
    sent.push(args);
  }
}

/** What reaches pg of a statement that is asked three times. */
function thrice(text: string, ...more: unknown[]): unknown[] {
  sent.length = 0;
  const client = new (namingRepeated(Recording))();
  for (let times = 0; times < 3; times += 1) client.query(...([text, ...more] as [string]));
  return sent.map(([first]) => (typeof first === "string" ? first : Object(first).name));
}

it("names what is asked again, the same text always alike", () => {
  const [first, second, third] = thrice("UPDATE job SET state = $1", ["done"]);
  expect(first).toBe("UPDATE job SET state = $1");
  expect(second).toMatch(/^queue-[0-9a-f]{16}$/);
  expect(third).toBe(second);
  expect(sent[1]?.[0]).toMatchObject({ text: "UPDATE job SET state = $1", values: ["done"] });
});

it("names nothing that cannot be prepared, or whose plan depends on how many jobs there are", () => {
  for (const text of ["BEGIN; COMMIT", "SELECT 1 FOR UPDATE SKIP LOCKED"]) {
    expect(thrice(text, [])).toEqual([text, text, text]);
  }
  expect(thrice("SELECT 1")).toEqual(["SELECT 1", "SELECT 1", "SELECT 1"]);
});
