import { readFileSync } from "node:fs";
import { join } from "node:path";
import { getExtension } from "@shopify/ui-extensions-tester";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { BuyerPlan } from "./buyer-plans.ts";

const extension = getExtension("customer-account.order.action.render");
const plan: BuyerPlan = {
  ...{ id: "12", title: "Protection, 2 years", left: 1, state: "open", until: null },
  request: null,
};
const request = { id: "r-1", units: 1, at: Date.UTC(2026, 10, 28), answer: null };

/** What the app answers, in turn, and what it was asked. */
function answers(...given: (Response | Error)[]) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (address: string, init?: RequestInit) => {
    const token = new Headers(init?.headers).get("Authorization");
    asked.push([init?.method, address, token, init?.body].filter(Boolean).join(" "));
    const answer = given.shift();
    if (answer instanceof Response) return answer;
    throw answer ?? new Error("Nobody answers.");
  });
  return asked;
}

function speak(language: "en.default" | "de" | "fr" | "nl") {
  const file = join(import.meta.dirname, `../locales/${language}.json`);
  const texts = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  const textAt = (key: string) =>
    key.split(".").reduce<unknown>((at, part) => (at as Record<string, unknown>)?.[part], texts);
  extension.shopify.i18n.translate = ((key: string, values: Record<string, string> = {}) =>
    String(textAt(key) ?? key).replace(/\{\{(\w+)\}\}/g, (_, name) => values[name] ?? "")) as never;
}

const page = () => document.body.textContent ?? "";
const press = (text: string) =>
  [...document.querySelectorAll("s-button")]
    .find((button) => button.textContent === text)
    ?.dispatchEvent(new Event("click"));

beforeEach(() => {
  vi.stubEnv("APP_URL", "https://app.example");
  extension.setUp();
  (extension.shopify as { orderId: string }).orderId = "gid://shopify/Order/45";
  extension.shopify.sessionToken.get = async () => "token";
  speak("en.default");
});

afterEach(() => {
  extension.tearDown();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

it("asks only after a second step, and shows what was asked for and when", async () => {
  const receipt = { ...request, receipt: "due" };
  const asked = answers(
    Response.json({ plans: [plan] }),
    Response.json({ result: "asked", request: receipt }),
  );
  await extension.render();
  await vi.waitFor(() => expect(page()).toContain("Protection, 2 years"));
  press("Give back");
  await vi.waitFor(() => expect(page()).toContain("The protection ends when"));
  expect(asked).toEqual(["GET https://app.example/api/buyer/orders/45 Bearer token"]);
  press("Confirm now");
  await vi.waitFor(() => expect(page()).toContain("Reference: r-1"));
  expect(page()).toContain("by email");
  expect(asked[1]).toBe(
    'POST https://app.example/api/buyer/orders/45 Bearer token {"planLineId":"12","units":1,"left":1,"locale":"en"}',
  );
});

it("offers nothing that is over or asked for already", async () => {
  answers(
    Response.json({
      plans: [
        { ...plan, state: "past" },
        { ...plan, id: "13", request: { ...request, receipt: "sent" } },
      ],
    }),
  );
  await extension.render();
  await vi.waitFor(() => expect(page()).toContain("has not answered yet"));
  expect(page()).toContain("The time for giving it back is over");
  expect(page()).not.toContain("Confirm");
  expect([...document.querySelectorAll("s-button")].map((one) => one.textContent)).toEqual([
    "Close",
  ]);
});

it("says of a plan that was refunded or removed that it is gone", async () => {
  answers(Response.json({ plans: [{ ...plan, left: 0 }] }));
  await extension.render();
  await vi.waitFor(() => expect(page()).toContain("not part of the order anymore"));
  expect(page()).not.toContain("Give back a");
});

it("says so where nobody answered, and shows what is known then", async () => {
  answers(
    Response.json({ plans: [plan] }),
    new TypeError("Failed to fetch"),
    Response.json({ plans: [{ ...plan, request: { ...request, receipt: "due" } }] }),
  );
  await extension.render();
  await vi.waitFor(() => expect(page()).toContain("Protection, 2 years"));
  press("Give back");
  await vi.waitFor(() => expect(page()).toContain("Confirm now"));
  press("Confirm now");
  await vi.waitFor(() => expect(page()).toContain("We do not know whether your request arrived"));
  expect(page()).toContain("has not answered yet");
});

it.each([
  ["de", "Dein Produkt ist noch nicht versendet", "Zurückgeben", "Jetzt bestätigen"],
  ["fr", "Votre produit n’est pas encore expédié", "Y renoncer", "Confirmer maintenant"],
  ["nl", "Je product is nog niet verzonden", "Teruggeven", "Nu bevestigen"],
] as const)(
  "speaks %s, and has the receipt in it",
  async (language, unshipped, choose, confirm) => {
    speak(language);
    const receipt = { ...request, receipt: "due" };
    const asked = answers(
      Response.json({ plans: [plan] }),
      Response.json({ result: "asked", request: receipt }),
    );
    await extension.render();
    await vi.waitFor(() => expect(page()).toContain(unshipped));
    press(choose);
    await vi.waitFor(() => expect(page()).toContain(confirm));
    press(confirm);
    await vi.waitFor(() => expect(asked[1]).toContain(`"locale":"${language}"`));
  },
);
