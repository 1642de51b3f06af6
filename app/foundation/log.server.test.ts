import { expect, test } from "vitest";
import { createLog } from "./log.server.ts";

/** The one line that `write` logs. */
function logged(write: (log: ReturnType<typeof createLog>) => void) {
  const lines: string[] = [];
  write(createLog("info", { write: (line) => lines.push(line) }));
  expect(lines).toHaveLength(1);
  const line = lines[0] ?? "";
  return { line, record: JSON.parse(line) };
}

test("a line is JSON with its level by name and the time in ISO 8601", () => {
  const { record } = logged((log) => log.info({ shop: "a.myshopify.com" }, "synced"));
  expect(record).toMatchObject({ level: "info", shop: "a.myshopify.com", msg: "synced" });
  expect(record.time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
});

test("nothing below the level is written", () => {
  const lines: string[] = [];
  createLog("warn", { write: (line) => lines.push(line) }).info("quiet");
  expect(lines).toEqual([]);
});

test.each(["authorization", "Bearer", "apiKey", "accessToken", "id_token", "payload", "customer"])(
  "%s is redacted, also further down",
  (name) => {
    const { line } = logged((log) =>
      log.info({ [name]: "hunter2", a: { [name]: "hunter2", b: { [name]: { c: "hunter2" } } } }),
    );
    expect(line).not.toContain("hunter2");
    expect(line.match(/\[redacted\]/g)).toHaveLength(3);
  },
);

test("an error keeps message, code and stack, and none of its other properties", () => {
  const error = Object.assign(new Error("duplicate key value violates a unique constraint"), {
    code: "23505",
    detail: "Key (email)=(max@example.com) already exists.",
    where: "max@example.com",
    parameters: ["max@example.com"],
  });
  const { line, record } = logged((log) => log.error({ err: error }, "failed"));
  expect(record.err).toMatchObject({ type: "Error", code: "23505", message: error.message });
  expect(record.err.stack).toContain("log.server.test.ts");
  expect(line).not.toContain("max@example.com");
});

test("the cause of an error is described in the same way", () => {
  const cause = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:5432"), {
    code: "ECONNREFUSED",
    payload: "hunter2",
  });
  const { line, record } = logged((log) => log.error({ err: new Error("no answer", { cause }) }));
  expect(record.err.cause).toMatchObject({ code: "ECONNREFUSED", message: cause.message });
  expect(line).not.toContain("hunter2");
});

test("of Prisma's message the reason stays, without the call's arguments", () => {
  const message = [
    "",
    "Invalid `prisma.session.create()` invocation in",
    "/app/sync.ts:3:4",
    "",
    "  1 await prisma.session.create({",
    '  2   data: { email: "max@example.com", accessToken: "hunter2" }',
    "",
    "Unique constraint failed on the fields: (`id`)",
  ].join("\n");
  const { line, record } = logged((log) => log.error({ err: new Error(message) }));
  expect(record.err.message).toBe("Unique constraint failed on the fields: (`id`)");
  expect(line).not.toMatch(/max@example|hunter2/);
});

test.each([
  ["postgresql://me:hunter2@db.example.com/app refused", "postgresql://…@db.example.com/app"],
  ["GET https://shop.example.com/app?id_token=hunter2 failed", "https://shop.example.com/app?…"],
  ["mail to hunter2@example.com failed", "mail to …@… failed"],
  ["Authorization: Bearer hunter2 is refused", "is refused"],
  ["the key sk_live_hunter2 is refused", "is refused"],
  ['invalid input syntax for type json: "hunter2"', "invalid input syntax for type json"],
  [`Unexpected token 'h', "hunter2" is not valid JSON`, "is not valid JSON"],
])("of the message %j the secret part is cut out", (message, rest) => {
  const { line, record } = logged((log) => log.error({ err: new Error(message) }));
  expect(record.err.message).toContain(rest);
  expect(line).not.toContain("hunter2");
});

test("an error that is logged by itself is described in the same way", () => {
  const error = Object.assign(new Error("mail to hunter2@example.com failed"), {
    detail: "hunter2",
  });
  const { line, record } = logged((log) => log.error(error));
  expect(record).toMatchObject({ msg: "mail to …@… failed", err: { type: "Error" } });
  expect(line).not.toContain("hunter2");
});

test("a long message is cut", () => {
  const { record } = logged((log) => log.error({ err: new Error("x".repeat(10_000)) }));
  expect(record.err.message.length).toBeLessThan(600);
});

test("something thrown that is no error is described too", () => {
  const { record } = logged((log) => log.error({ err: "no disk" }));
  expect(record.err).toEqual({ type: "string", message: "no disk" });
});
