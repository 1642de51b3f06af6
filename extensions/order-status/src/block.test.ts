import { readFileSync } from "node:fs";
import { join } from "node:path";
import { getExtension } from "@shopify/ui-extensions-tester";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { OrderSummary } from "./order-summary.ts";

const extension = getExtension("admin.order-details.block.render");
const summary: OrderSummary = {
  status: { text: "Synced", tone: "success" },
  note: null,
  findings: [{ severity: "warning", text: "“Plan” protects no product of this order." }],
  pairs: [{ product: "Bicycle", plan: "Protection, 2 years" }],
  refunds: [],
  sentAt: Date.UTC(2026, 10, 20),
  canResend: true,
};

/** What the app answers, in turn, and what it was asked. */
function answers(...given: (Response | Error)[]) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (address: string, init?: RequestInit) => {
    asked.push(`${init?.method ?? "GET"} ${address}`);
    const answer = given.shift();
    if (answer instanceof Response) return answer;
    throw answer ?? new Error("Nobody answers.");
  });
  return asked;
}

function speak(language: "en.default" | "de") {
  const file = join(import.meta.dirname, `../locales/${language}.json`);
  const texts = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  extension.shopify.i18n.translate = ((key: string, values: Record<string, string> = {}) =>
    (texts[key] ?? key).replace(/\{\{(\w+)\}\}/g, (_, name) => values[name] ?? "")) as never;
}

const page = () => document.body.textContent ?? "";

beforeEach(() => {
  extension.setUp();
  extension.shopify.data.selected = [{ id: "gid://shopify/Order/820982911946154508" }];
  speak("en.default");
});

afterEach(() => {
  extension.tearDown();
  vi.unstubAllGlobals();
});

it("shows status, pairs and findings of the open order", async () => {
  const asked = answers(Response.json(summary));
  await extension.render();
  await vi.waitFor(() => expect(page()).toContain("Synced"));
  expect(asked).toEqual(["GET /api/orders/820982911946154508?locale=en"]);
  expect(page()).toContain("Bicycle: Protection, 2 years");
  expect(page()).toContain("protects no product of this order");
  expect(document.querySelector("s-link")?.getAttribute("href")).toBe(
    "app:app/orders/820982911946154508",
  );
});

it("shows what is to be refunded until when, and opens the dialog for it", async () => {
  const until = Date.UTC(2026, 10, 30, 12);
  answers(Response.json({ ...summary, refunds: [{ text: "“Plan”: 1 unit.", until }] }));
  const opened: string[] = [];
  extension.shopify.navigation.navigate = ((url: string) => opened.push(url)) as never;
  await extension.render();
  await vi.waitFor(() => expect(page()).toContain("“Plan”: 1 unit. Until "));
  [...document.querySelectorAll("s-button")]
    .find((button) => button.textContent === "Refund the plan")
    ?.dispatchEvent(new Event("click"));
  expect(opened).toEqual(["extension://plan-refund"]);
});

it("sends the order once more and shows its new status", async () => {
  const asked = answers(
    Response.json(summary),
    Response.json({ ...summary, status: { text: "Pending", tone: "info" } }),
  );
  await extension.render();
  await vi.waitFor(() => expect(document.querySelector("s-button")).not.toBeNull());
  document.querySelector("s-button")?.dispatchEvent(new Event("click"));
  await vi.waitFor(() => expect(page()).toContain("The order is on its way to Hakuna."));
  expect(page()).toContain("Pending");
  expect(asked[1]).toBe("POST /api/orders/820982911946154508?locale=en");
});

it("offers to send what can be sent", async () => {
  for (const canResend of [true, false]) {
    answers(Response.json({ ...summary, canResend }));
    await extension.render();
    await vi.waitFor(() => expect(document.querySelector("s-button")).not.toBeNull());
    expect(document.querySelector("s-button")?.hasAttribute("disabled")).toBe(!canResend);
    extension.tearDown();
    extension.setUp();
  }
});

it("says so when the order could not be sent again, and keeps what it shows", async () => {
  answers(Response.json(summary), new Response(null, { status: 503 }));
  await extension.render();
  await vi.waitFor(() => expect(document.querySelector("s-button")).not.toBeNull());
  document.querySelector("s-button")?.dispatchEvent(new Event("click"));
  await vi.waitFor(() => expect(page()).toContain("could not be resent"));
  expect(page()).toContain("Synced");
});

it.each([
  [new Response(null, { status: 404 }), "does not know this order yet"],
  [new Response(null, { status: 500 }), "could not be loaded"],
  [new TypeError("Failed to fetch"), "could not be loaded"],
])("tells what is wrong where there is no status", async (answer, text) => {
  answers(answer);
  await extension.render();
  await vi.waitFor(() => expect(page()).toContain(text));
});

it("speaks German, and asks the app for German", async () => {
  speak("de");
  const asked = answers(Response.json(summary));
  await extension.render();
  await vi.waitFor(() => expect(page()).toContain("Erneut senden"));
  expect(asked[0]).toContain("locale=de");
});
