import { describe, expect, it } from "vitest";
import { disconnect, type SaveRequest, saveSettings } from "#app/shops/settings.ts";
import { insured, syncByHand } from "./sync-by-hand.ts";

const { current, context, hakuna, connect, run, take, stored, emailsOf } = await syncByHand();

function save(settings: Partial<SaveRequest["settings"]>, more: Partial<SaveRequest> = {}) {
  const form: SaveRequest["settings"] = {
    environment: "sandbox",
    share: "protected",
    sendTestOrders: false,
    sendOlderOrders: false,
    acceptSuggestions: false,
    productIdentifier: "variant",
    country: "de",
    ...settings,
  };
  const request = { settings: form, apiKey: null, sentOrders: null, untested: false, ...more };
  return saveSettings(context, current.shop, request);
}

const environmentsOf = (id: number) =>
  hakuna.states(String(id)).map(({ environment }) => environment);

describe("another environment or account", () => {
  it("a test order of the sandbox stays out of production", async () => {
    await take("orders/create", insured(201, { test: true }));
    await connect({ environment: "production", apiKey: "sk_live_demo" });
    await take("orders/updated", insured(201, { test: true, updated_at: "2026-11-24T11:00:00Z" }));
    expect(environmentsOf(201)).toEqual(["sandbox"]);
    expect(await stored(201)).toMatchObject({ status: "skipped", reasonCode: "test_order" });
  });

  it("chosen while there is no key, it is another one when there is", async () => {
    await take("orders/create", insured(202));
    await disconnect(context, current.shop);
    await save({ environment: "production" });
    const request = { apiKey: "sk_live_demo" };
    expect(await save({ environment: "production" }, request)).toMatchObject({ result: "ask" });
    await save({ environment: "production" }, { ...request, sentOrders: "send" });
    await run();
    expect(environmentsOf(202)).toEqual(["sandbox", "production"]);
  });

  it("chosen so, it is also asked about what the former one refused", async () => {
    hakuna.behave({ refuseOrders: ["206"] });
    await take("orders/create", insured(206));
    expect(await stored(206)).toMatchObject({ status: "rejected" });
    hakuna.behave({});
    await disconnect(context, current.shop);
    await save({ environment: "production" });
    await save({ environment: "production" }, { apiKey: "sk_live_demo" });
    await run();
    expect(environmentsOf(206)).toEqual(["production"]);
    expect(await stored(206)).toMatchObject({ status: "sent" });
  });

  it("after a disconnect the key may be another account's, so the question is asked", async () => {
    await take("orders/create", insured(203));
    await disconnect(context, current.shop);
    expect(await save({}, { apiKey: "sk_test_demo" })).toEqual({
      ...{ result: "ask", orders: 1, isOtherEnvironment: false },
    });
  });

  it("from now on: news is sent to the new account, a mere repetition is not", async () => {
    await take("orders/create", insured(204));
    await connect({ newAccount: true });
    await run();
    await take("orders/create", insured(204));
    expect(hakuna.states("204")).toHaveLength(1);
    const changed = { email: "new@example.com", updated_at: "2026-11-24T11:00:00Z" };
    await take("orders/updated", insured(204, changed));
    expect(emailsOf(204)).toEqual(["max@example.com", "new@example.com"]);
  });

  it("all again: every order is sent to the new account once", async () => {
    await take("orders/create", insured(205));
    await connect({ newAccount: true, sendAgain: true });
    await run();
    await run();
    expect(hakuna.states("205")).toHaveLength(2);
  });
});
