import { expect, it } from "vitest";
import { isDatabaseTrouble } from "./database-error.server.ts";

const failed = (message: string, more: object = {}) => Object.assign(new Error(message), more);
/** As Prisma's adapter says it, and as its client puts it around where the query was written in SQL. */
const adapted = (originalCode: string) => failed("no", { cause: { originalCode } });
const raw = (originalCode: string) =>
  failed("Raw query failed", {
    code: "P2010",
    meta: { driverAdapterError: { name: "DriverAdapterError", cause: { originalCode } } },
  });

it.each([
  ["a lock that is held", failed("no", { code: "55P03" })],
  ["the same by Prisma", adapted("55P03")],
  ["a statement that took too long, by Prisma", raw("57014")],
  ["a session that was ended, by Prisma", raw("57P01")],
  ["no connection in time, by Prisma", failed("no", { code: "P2024" })],
  ["a peer that hangs up", failed("no", { code: "ECONNRESET" })],
  ["a broken connection", failed("Connection terminated unexpectedly")],
])("%s is the database's trouble", (_what, error) => {
  expect(isDatabaseTrouble(error)).toBe(true);
});

it.each([
  ["a value that is refused", failed("no", { code: "22P02" })],
  ["the same by Prisma", raw("22P02")],
  ["a row that is there already", failed("no", { code: "P2002" })],
  ["a fault of the code", new TypeError("x is undefined")],
  ["nothing of the kind", "timeout"],
])("%s is not", (_what, error) => {
  expect(isDatabaseTrouble(error)).toBe(false);
});
