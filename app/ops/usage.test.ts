import { describe, expect, it } from "vitest";
import { resend } from "#app/ops/orders/resend.ts";
import { importOrders } from "#app/ops/reading/import.ts";
import { reconcile } from "#app/ops/reading/reconcile.ts";
import { pause, resume } from "#app/ops/shops/hold.ts";
import { stuck } from "#app/ops/shops/stuck.ts";
import type { Command } from "./command.ts";
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

describe("called wrongly, before the database is touched,", () => {
  const withDatabase = async () => {
    throw new Error("The database was touched.");
  };
  it.each<[Command, string[], string]>([
    [pause, ["demo"], "--reason is missing"],
    [pause, ["--reason", "x"], "Name a shop, or give --feed"],
    [resume, ["demo", "--feed"], "Name a shop, or give --feed"],
    [stuck, ["--since", "yesterday"], "--since is a time such as"],
    [reconcile, ["demo", "--since", "yesterday"], "--since is a time such as"],
    [reconcile, ["demo", "--since", ""], "--since is a time such as"],
    [importOrders, ["demo", "--since", "2026-11-24T10:00"], "--since is a time such as"],
    [stuck, ["evil.example"], "is not a shop's domain"],
    [resend, ["demo"], "or give --failed"],
    [resend, ["demo", "1", "--failed"], "not both"],
    [resend, ["demo", "--finding", "none"], "--finding is a finding's code"],
    [resend, ["demo", "--status", "skipped"], "--status is"],
    [resend, ["demo", "--failed", "--status", "sent"], "leave out --status"],
  ])("%o %j is told what is wrong", async (command, args, message) => {
    await expect(command.run(args, withDatabase)).rejects.toThrow(message);
  });
});
