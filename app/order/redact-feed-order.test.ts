import { expect, it } from "vitest";
import { line, map, order } from "./order.fixture.ts";
import { redactFeedOrder, sameButCustomer } from "./redact-feed-order.ts";

const feedOrder = (more: Parameters<typeof order>[1] = {}) => {
  const head = { email: "max@mail.example", phone: "+49 1", ...more.head };
  const mapped = map(order([line("1")], { ...more, head })).feedOrder;
  if (!mapped) throw new Error("blocked");
  return mapped;
};

it("keeps of the customer the country alone, and everything of the order", () => {
  const redacted = redactFeedOrder(feedOrder());
  expect(redacted).toEqual({
    ...feedOrder(),
    customer: { first_name: "", last_name: "", email: "", phone: "" },
    customer_billing_address: {
      ...{ address_line_1: "", address_line_2: "", city: "", zip: "", country: "de" },
    },
  });
});

it("is the same order to Hakuna as before, until something but the customer changes", () => {
  const whole = feedOrder();
  expect(sameButCustomer(whole, redactFeedOrder(whole))).toBe(true);
  expect(sameButCustomer(whole, feedOrder({ cancelledAt: 900 }))).toBe(false);
});
