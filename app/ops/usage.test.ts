import { describe, expect, it } from "vitest";
import { UsageError } from "./command.ts";
import { commands } from "./commands.ts";
import { momentOf } from "./since.ts";

const now = Date.parse("2026-11-24T12:00:00Z");

it.each<[string, string]>([
  ["90m", "2026-11-24T10:30:00.000Z"],
  ["2h", "2026-11-24T10:00:00.000Z"],
  ["3d", "2026-11-21T12:00:00.000Z"],
  ["2026-11-24", "2026-11-24T00:00:00.000Z"],
  ["2026-11-24T10:00+01:00", "2026-11-24T09:00:00.000Z"],
])("%s is %s", (given, time) => {
  expect(momentOf("since", given, now).toISOString()).toBe(time);
});

it.each(["yesterday", "2", "h", "-2h", "2026-13-01", "2026-11-24T10:00", "0x10h", ""])(
  "%j is no moment",
  (given) => {
    expect(() => momentOf("since", given, now)).toThrow("--since is a time such as");
  },
);

const connecting = ["demo", "--environment", "sandbox", "--api-key", "sk_test_x"];

/** Every command as it is called well, and the least that it is called with. */
const well: Record<string, string[]> = {
  connect: [...connecting, "--share", "all", "--country", "de"],
  shops: [],
  status: ["demo"],
  order: ["demo", "1"],
  pair: ["demo", "1", "2", "3", "--offer", "o", "--plan", "p"],
  resend: [
    ...["demo", "--status", "sent", "--since", "2h", "--until", "1h"],
    ...["--finding", "plan_without_product", "--dry-run"],
  ],
  retry: ["demo"],
  reconcile: ["demo", "--since", "2h"],
  prove: ["demo"],
  import: ["demo", "--since", "2h"],
  stuck: ["demo", "--since", "2h"],
  pause: ["demo", "--reason", "x"],
  resume: ["demo"],
  retention: ["demo"],
  "renew-offers": [],
  "data-request": ["demo", "--customer", "1", "--answered"],
  "upgrade-preview": ["demo"],
  distribute: [],
  "set-limits": [],
  preview: ["/nowhere", "--topic", "orders/create", "--country", "de"],
};

/** What commands say first that do without what stands on the database. */
const alone: Record<string, string> = {
  preview: "/nowhere cannot be read.",
  "set-limits": "The configuration is wrong",
};

const touched = "The database was touched.";
const withDatabase = async () => {
  throw new Error(touched);
};

/** Calls a command; answers why it refused. */
async function refusal(name: string, args: string[]): Promise<Error> {
  const command = await commands[name]?.();
  return await (command?.run(args, withDatabase) ?? Promise.resolve()).then(
    () => new Error("It was carried out."),
    (error: Error) => error,
  );
}

it("the table of calls has every command", () => {
  expect(Object.keys(well)).toEqual(Object.keys(commands));
});

describe.each(Object.entries(well))("%s", (name, args) => {
  const options = args.flatMap((arg, index) => (arg.startsWith("--") ? [index] : []));

  it("called well, goes to work", async () => {
    const { message } = await refusal(name, args);
    expect(message).toContain(alone[name] ?? touched);
  });

  it("refuses what is surplus", async () => {
    const option = args.findIndex((arg) => arg.startsWith("--"));
    const at = option === -1 ? args.length : option;
    const { message } = await refusal(name, [...args.slice(0, at), "s7", "s8", ...args.slice(at)]);
    // any number of orders may be sent again, but not together with a filter
    expect(message).toContain(name === "resend" ? "not both" : "This is too much: s7 s8.");
  });

  it("refuses an option that it does not have, and one that is given twice", async () => {
    expect(await refusal(name, [...args, "--frobnicate"])).toBeInstanceOf(UsageError);
    for (const index of options) {
      const next = args[index + 1];
      const again = args.slice(
        index,
        next === undefined || next.startsWith("--") ? index + 1 : index + 2,
      );
      const error = await refusal(name, [...args, ...again]);
      expect(error.message).toBe(`${args[index]} is given twice.`);
    }
  });

  it("refuses every argument that is empty", async () => {
    for (const blank of ["", " "]) {
      for (const [index, arg] of args.entries()) {
        if (arg.startsWith("--")) continue;
        const error = await refusal(name, args.with(index, blank));
        expect(error, `${index}: ${arg}`).toBeInstanceOf(UsageError);
        expect(error.message).toMatch(/^(--|<)[\w> -]+ is empty\.$/);
      }
    }
  });

  it("names its options in its usage", async () => {
    const command = await commands[name]?.();
    expect(command?.usage.split(" ")[0]).toBe(name);
    for (const option of Object.keys(command?.options ?? {})) {
      expect(command?.usage).toContain(`--${option}`);
    }
  });
});

describe("called wrongly, before the database is touched,", () => {
  it.each<[string, string[], string]>([
    ["pause", ["demo"], "--reason is missing"],
    ["pause", ["--reason", "x"], "Name a shop, or give --feed"],
    ["pause", ["s1", "s2", "--reason", "x"], "This is too much: s2."],
    ["resume", ["demo", "--feed"], "Name a shop, or give --feed"],
    ["status", [], "Which shop?"],
    ["order", ["demo"], "<id> is missing."],
    ["pair", ["demo", "1", "2"], "<plan line> is missing."],
    ["stuck", ["--since", "yesterday"], "--since is a time such as"],
    ["reconcile", ["demo", "--since", "yesterday"], "--since is a time such as"],
    ["reconcile", ["demo", "--since", ""], "--since is empty"],
    ["import", ["demo", "--since", "2026-11-24T10:00"], "--since is a time such as"],
    ["import", ["demo", "--since", "2h", "--cancel"], "not both"],
    ["stuck", ["evil.example"], "is not a shop's domain"],
    ["resend", ["demo"], "or give --failed"],
    ["resend", ["demo", "1", "--failed"], "not both"],
    ["resend", ["demo", "--since", ""], "--since is empty"],
    ["resend", ["demo", "--since="], "--since is empty"],
    ["resend", ["demo", ""], "<id> is empty"],
    ["resend", ["demo", "--finding", "none"], "--finding is a finding's code"],
    ["resend", ["demo", "--status", "skipped"], "--status is"],
    ["resend", ["demo", "--failed", "--status", "sent"], "leave out --status"],
    ["data-request", ["demo"], "Give --customer or --request"],
    ["data-request", ["demo", "--customer", "1", "--request", "x"], "Give --customer or --request"],
    ["data-request", ["demo", "--customer", "x"], "numeric id"],
    ["connect", ["demo"], "--environment is missing"],
    ["connect", ["demo", "--environment", "sandbox"], "The API key is missing"],
  ])("%s %j is told what is wrong", async (name, args, message) => {
    const error = await refusal(name, args);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toContain(message);
  });
});
