import { describe, expect, it } from "vitest";
import { skipByHand } from "#app/actions/order-actions.ts";
import { disconnect } from "#app/shops/settings.ts";
import { answers, insured, syncByHand } from "./sync-by-hand.ts";

const { current, context, hakuna, ...sync } = await syncByHand();
const { connect, run, take, stored, setShop, save, emailsOf, letReadsBeDue } = sync;

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

  it("chosen so, its account is not the former one's, whatever the merchant says", async () => {
    await take("orders/create", insured(207));
    await disconnect(context, current.shop);
    await save({ environment: "production" });
    const key = { apiKey: "sk_live_demo" };
    const asked = { result: "ask", orders: 1, isOtherEnvironment: true };
    expect(await save({ environment: "production" }, key)).toEqual(asked);
    const same = { ...key, sentOrders: "same_account" as const };
    expect(await save({ environment: "production" }, same)).toEqual(asked);
    await save({ environment: "production" }, { ...key, sentOrders: "send" });
    await run();
    expect(environmentsOf(207)).toEqual(["sandbox", "production"]);
  });

  it("chosen so and taken back, nothing is sent again", async () => {
    await take("orders/create", insured(208));
    await disconnect(context, current.shop);
    await save({ environment: "production" });
    await save({ environment: "sandbox" });
    const request = { apiKey: "sk_test_demo" };
    expect(await save({ environment: "sandbox" }, request)).toMatchObject({
      ...{ result: "ask", isOtherEnvironment: false },
    });
    await save({ environment: "sandbox" }, { ...request, sentOrders: "same_account" });
    await run();
    expect(environmentsOf(208)).toEqual(["sandbox"]);
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

  describe("all again is done, whatever is asked for before it is", () => {
    const asNewAccount = { newAccount: true, sendAgain: true };

    it("another key of the same account", async () => {
      await take("orders/create", insured(211));
      await connect(asNewAccount);
      await connect();
      await run();
      expect(hakuna.states("211")).toHaveLength(2);
    });

    it("a setting", async () => {
      await take("orders/create", insured(212));
      await connect(asNewAccount);
      await save({ share: "all" });
      await run();
      expect(hakuna.states("212")).toHaveLength(2);
    });

    it("another environment that an operator chooses, who is asked nothing", async () => {
      await take("orders/create", insured(213));
      await connect(asNewAccount);
      await connect({ environment: "production", apiKey: "sk_live_demo" });
      await run();
      expect(environmentsOf(213)).toEqual(["sandbox", "production"]);
    });

    it("but where the merchant then chooses otherwise for another account", async () => {
      await take("orders/create", insured(214));
      await connect(asNewAccount);
      await save(
        { environment: "production" },
        { apiKey: "sk_live_demo", sentOrders: "from_now_on" },
      );
      await run();
      expect(environmentsOf(214)).toEqual(["sandbox"]);
    });

    it("also of an order that could not be mapped just then", async () => {
      await setShop("country", "de");
      const { billing_address: _, ...placeless } = insured(215);
      await take("orders/create", placeless);
      await setShop("country", null);
      await connect({ ...asNewAccount, country: undefined });
      await run();
      expect(await stored(215)).toMatchObject({ status: "blocked" });
      await save({ country: "de" });
      await run();
      expect(hakuna.states("215")).toHaveLength(2);
    });

    it("also of an order that was waiting to be read just then", async () => {
      await take("orders/create", insured(216));
      await skipByHand(context, current.shop, "216", true, "somebody");
      await skipByHand(context, current.shop, "216", false, "somebody");
      await run();
      expect(await stored(216)).toMatchObject({ status: "waiting" });
      await connect(asNewAccount);
      await run();
      current.inShopify = () => answers(insured(216), "2030-01-01T00:00:00Z");
      await letReadsBeDue();
      await run();
      expect(hakuna.states("216")).toHaveLength(2);
    });
  });
});
