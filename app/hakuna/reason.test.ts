import { describe, expect, it, test } from "vitest";
import { processingReason, refusalReason, withoutWords } from "./reason.ts";
import { refusalCodes } from "./refusal.ts";

const bodyOf = (error: object) => JSON.stringify({ error });
const sent = [{ customer: { first_name: "Ida", last_name: "Decline" } }];

test("a long list and a long text are cut", () => {
  const validation_errors = Array.from({ length: 50 }, (_, at) => `line ${at}`);
  const reason = refusalReason(400, JSON.stringify({ error: { validation_errors } }), "[]");
  expect(reason).toBe("Hakuna answered 400: line 0; line 1; line 2; line 3; line 4; …");
  expect(processingReason(["x".repeat(5000)], []).length).toBeLessThan(350);
});

test.each(["", "null", "[]", '{"error":"Max"}', '{"error":{}}', '{"error":{"error_code":{}}}'])(
  "of the body %j nothing is repeated",
  (body) => {
    expect(refusalReason(400, body, "[]")).toBe("Hakuna answered 400.");
  },
);

test("a page is told as such, and nothing of it is repeated", () => {
  expect(refusalReason(403, "<html>Ida</html>", "[]")).toBe(
    "Hakuna's address answered 403 with a page, not as the feed does.",
  );
});

test("what was sent of a customer is cut out of answers and processing statuses", () => {
  const body = bodyOf({ error_code: "invalid_order", validation_errors: ["no IDA in 7"] });
  expect(refusalReason(400, body, JSON.stringify(sent))).toBe(
    "Hakuna answered 400: invalid_order: no … in 7",
  );
  expect(processingReason(["Unsupported region", "ask ida@example.com of Ida"], sent)).toBe(
    "Hakuna could not process the order: Unsupported region; ask … of …",
  );
  expect(processingReason([], sent)).toBe("Hakuna could not process the order.");
});

describe.each(refusalCodes)("the code %s", (code) => {
  it("stays, whatever is cut out or off", () => {
    const spaced = code.replaceAll("_", " ");
    const names = spaced.split(" ").map((last_name) => ({ customer: { last_name } }));
    expect(processingReason([spaced], names)).toContain(code);
    expect(processingReason(["a", "b", "c", "d", "e", code], [])).toContain(code);
    expect(processingReason([`${"x".repeat(400)} ${code}`], [])).toContain(code);
    const body = bodyOf({ error_code: code, validation_errors: [code] });
    expect(refusalReason(400, body, JSON.stringify(names))).toContain(code);
  });

  it("is all that is left of Hakuna's words where they are to go", () => {
    const reason = processingReason([`${code}: no Amsel in Wien`], []);
    expect(withoutWords(reason)).toBe(`Hakuna could not process the order: ${code}`);
    expect(withoutWords(withoutWords(reason))).toBe(withoutWords(reason));
    const body = bodyOf({ error_code: "x", validation_errors: [`Amsel: ${code}`] });
    expect(withoutWords(refusalReason(422, body, "[]"))).toBe(`Hakuna answered 422: ${code}`);
  });
});

test.each([
  ["Hakuna answered 400: no Amsel in Wien", "Hakuna answered 400."],
  ["Hakuna answered 400.", "Hakuna answered 400."],
  ["No answer within 300 ms.", "No answer within 300 ms."],
])("of %j stays %j where Hakuna's words are to go", (reason, kept) => {
  expect(withoutWords(reason)).toBe(kept);
});
