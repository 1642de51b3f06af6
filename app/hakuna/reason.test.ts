import { expect, test } from "vitest";
import { refusalReason, withoutCustomer } from "./reason.ts";

test.each([
  ["email max.o'neil+x@example.co.uk is taken", "email … is taken"],
  ["phone +49 160 1234567 is short", "phone … is short"],
  ["phone 0160/1234567 is short", "phone … is short"],
  ["'Max Mustermann' is no name", "'…' is no name"],
  ['"Gasse 1" is no street', '"…" is no street'],
  ["`customer.email` is required", "`customer.email` is required"],
  [
    "order 5551234567890 has no 'line_items[0].quantity'",
    "order 5551234567890 has no 'line_items[0].quantity'",
  ],
  ["a\n  b", "a b"],
])("%j becomes %j", (text, kept) => {
  expect(withoutCustomer(text)).toBe(kept);
});

test("cuts out what was sent as customer data, whole words in any case", () => {
  const sent = JSON.stringify([
    { id: "77", customer: { first_name: "Ida", last_name: "Li" }, customer_billing_address: null },
    { id: "78", customer_billing_address: { address_line_1: "Weg (2)", zip: "1010" } },
    null,
  ]);
  expect(withoutCustomer("ida of WEG (2), 1010: order 77 is invalid, idaho", sent)).toBe(
    "… of …, …: order 77 is invalid, idaho",
  );
});

test("a long list and a long text are cut", () => {
  const validation_errors = Array.from({ length: 50 }, (_, at) => `line ${at}`);
  const reason = refusalReason(400, JSON.stringify({ error: { validation_errors } }), "[]");
  expect(reason).toBe("Hakuna answered 400: line 0; line 1; line 2; line 3; line 4; …");
  expect(withoutCustomer("x".repeat(5000))).toHaveLength(300);
});

test.each([
  "",
  "<html>",
  "null",
  "[]",
  '{"error":"Max"}',
  '{"error":{}}',
  '{"error":{"error_code":{}}}',
])("of the body %j nothing is repeated", (body) => {
  expect(refusalReason(400, body, "[]")).toBe("Hakuna answered 400.");
});
