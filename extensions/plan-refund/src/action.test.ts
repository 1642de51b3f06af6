import { readFileSync } from "node:fs";
import { join } from "node:path";
import { getExtension } from "@shopify/ui-extensions-tester";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

const extension = getExtension("admin.order-details.action.render");
const plan = {
  ...{ id: "12", title: "Protection, 2 years", units: 1, left: 1 },
  ...{ why: "1 unit is to be refunded.", window: "Possible until tomorrow." },
};
const plans = { plans: [plan], notify: true, mayRefund: true };
const preview = {
  ...{ units: 1, left: 1, amount: 1200, currency: "EUR", refunded: 0, canNotify: true },
  ...{ rows: [{ label: "Paid back", value: "€12.00" }], warnings: ["You pay this yourself."] },
};

function answers(...given: (Response | Error)[]) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (address: string, init?: RequestInit) => {
    asked.push([init?.method ?? "GET", address, init?.body].filter(Boolean).join(" "));
    const answer = given.shift();
    if (answer instanceof Response) return answer;
    throw answer ?? new Error("Nobody answers.");
  });
  return asked;
}

const page = () => document.body.textContent ?? "";
const button = () => document.querySelector('s-button[slot="primary-action"]');

beforeEach(() => {
  extension.setUp();
  extension.shopify.data.selected = [{ id: "gid://shopify/Order/45" }];
  const file = join(import.meta.dirname, "../locales/en.default.json");
  const texts = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  extension.shopify.i18n.translate = ((key: string, values: Record<string, string> = {}) =>
    (texts[key] ?? key).replace(/\{\{(\w+)\}\}/g, (_, name) => values[name] ?? "")) as never;
});

afterEach(() => {
  extension.tearDown();
  vi.unstubAllGlobals();
});

it("shows what is paid back, and pays exactly that when it is confirmed", async () => {
  const asked = answers(
    Response.json(plans),
    Response.json(preview),
    Response.json({ isDone: true, text: "The plan is refunded" }),
  );
  await extension.render();
  await vi.waitFor(() => expect(page()).toContain("Paid back: €12.00"));
  expect(page()).toContain("You pay this yourself.");
  expect(button()?.textContent).toBe("Pay back €12.00");
  expect(page()).toContain("Possible until tomorrow.");
  button()?.dispatchEvent(new Event("click"));
  await vi.waitFor(() => expect(page()).toContain("The plan is refunded"));
  expect(asked).toEqual([
    "GET /api/refunds/45?locale=en",
    "GET /api/refunds/45?locale=en&plan=12&units=1",
    'POST /api/refunds/45?locale=en {"action":"refund","planLineId":"12","units":1,"left":1,"amount":1200,"currency":"EUR","refunded":0,"notify":true}',
  ]);
  expect(button()).toBeNull();
});

it("cannot be confirmed where the app may not refund, or Shopify was not asked", async () => {
  answers(Response.json({ ...plans, mayRefund: false }), Response.json(preview));
  await extension.render();
  await vi.waitFor(() => expect(page()).toContain("may not edit orders yet"));
  await vi.waitFor(() => expect(page()).toContain("€12.00"));
  expect(button()?.hasAttribute("disabled")).toBe(true);
  extension.tearDown();
  extension.setUp();
  extension.shopify.data.selected = [{ id: "gid://shopify/Order/45" }];
  answers(Response.json(plans), Response.json({ unavailable: "Shopify could not be asked." }));
  await extension.render();
  await vi.waitFor(() => expect(page()).toContain("Shopify could not be asked."));
  expect(button()?.hasAttribute("disabled")).toBe(true);
});

it("is not tried again by itself where nobody answered", async () => {
  const asked = answers(Response.json(plans), Response.json(preview), new TypeError("lost"));
  await extension.render();
  await vi.waitFor(() => expect(page()).toContain("€12.00"));
  button()?.dispatchEvent(new Event("click"));
  await vi.waitFor(() => expect(page()).toContain("before you try again"));
  expect(asked).toHaveLength(3);
  expect(button()).toBeNull();
});
