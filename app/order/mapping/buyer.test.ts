import { describe, expect, it } from "vitest";
import { address, line, map, order } from "../order.fixture.ts";
import type { Customer, Head } from "../state.ts";

const customer: Customer = {
  ...{ id: "9", firstName: "Erika", lastName: null, email: "e@mail.example", phone: "+49 1" },
  defaultAddress: address("AT", "Default 1"),
};

const sent = (head: Partial<Head>, shopCountry: string | null = null) =>
  map(order([line("1")], { head }), { shopCountry }).feedOrder;

describe("customer", () => {
  it("has the customer's names as a pair, not mixed with the address's", () => {
    expect(sent({ customer })?.customer).toMatchObject({ first_name: "Erika", last_name: "" });
  });

  it("has the billing address's names where the customer has none", () => {
    const nameless = { ...customer, firstName: null };
    expect(sent({ customer: nameless })?.customer).toMatchObject({
      first_name: "Max",
      last_name: "Mustermann",
    });
  });

  it("prefers the order's email and phone, then the customer's, then the billing phone", () => {
    const own = { email: "o@mail.example", phone: "+49 0" };
    expect(sent({ ...own, customer })?.customer).toMatchObject(own);
    expect(sent({ customer })?.customer).toMatchObject({ email: "e@mail.example", phone: "+49 1" });
    const billingAddress = { ...address("DE"), phone: "+49 2" };
    expect(sent({ billingAddress })?.customer).toMatchObject({ email: "", phone: "+49 2" });
  });

  it("is empty where nothing is known", () => {
    const empty = { first_name: "", last_name: "", email: "", phone: "" };
    expect(sent({ billingAddress: null }, "de")?.customer).toEqual(empty);
  });
});

describe("customer_billing_address", () => {
  const [billingAddress, shippingAddress] = [address("DE", "Billing 1"), address("FR", "Ship 1")];
  const where = (head: Partial<Head>, shopCountry: string | null = null) => {
    const found = sent(head, shopCountry)?.customer_billing_address;
    return found && `${found.address_line_1}, ${found.country}`;
  };

  it("is the billing address, else the shipping address, else the customer's default", () => {
    expect(where({ billingAddress, shippingAddress, customer })).toBe("Billing 1, de");
    expect(where({ billingAddress: null, shippingAddress, customer })).toBe("Ship 1, fr");
    expect(where({ billingAddress: null, customer })).toBe("Default 1, at");
  });

  it("is one whole address: its country is its own or the shop's, never another address's", () => {
    const stateless = address(null, "Billing 1");
    expect(where({ billingAddress: stateless, shippingAddress }, "CH")).toBe("Billing 1, ch");
    expect(where({ billingAddress: stateless, shippingAddress })).toBeUndefined();
  });

  it("takes no country code that is none", () => {
    expect(where({ billingAddress: address("DEU", "Billing 1") }, "ch")).toBe("Billing 1, ch");
  });

  it("has empty texts for what is not known", () => {
    expect(sent({ billingAddress: null }, "de")?.customer_billing_address).toEqual({
      ...{ address_line_1: "", address_line_2: "", city: "", country: "de", zip: "" },
    });
  });
});
