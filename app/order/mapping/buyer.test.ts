import { describe, expect, it } from "vitest";
import { address, line, map, order } from "#app/order/order.fixture.ts";
import type { Address, Customer, Head } from "#app/order/state.ts";

const customer: Customer = {
  ...{ id: "9", firstName: "Erika", lastName: null, email: "e@mail.example", phone: "+49 1" },
  defaultAddress: address("AT", "Default 1"),
};

/** An address in which nothing is known. */
const nowhere: Address = {
  ...{ firstName: null, lastName: null, phone: null, address1: null, address2: null },
  ...{ city: null, zip: null, countryCode: null },
};

const sent = (head: Partial<Head>, shopCountry: string | null = null) =>
  map(order([line("1")], { head }), { shopCountry }).feedOrder;

describe("customer", () => {
  it("has the customer's names as a pair, not mixed with the address's", () => {
    expect(sent({ customer })?.customer).toMatchObject({ first_name: "Erika", last_name: "" });
    const surname = { ...customer, firstName: null, lastName: "Gabler" };
    expect(sent({ customer: surname })?.customer).toMatchObject({
      ...{ first_name: "", last_name: "Gabler" },
    });
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

  it("has name and phone of the address that is sent where nobody else knows them", () => {
    const nameless = { ...nowhere, countryCode: "DE" };
    const shippingAddress = { ...address("FR", "Ship 1"), firstName: "Anna", phone: "+33 1" };
    expect(sent({ billingAddress: nameless, shippingAddress })?.customer).toMatchObject({
      ...{ first_name: "Anna", last_name: "Mustermann", phone: "+33 1" },
    });
    const billingAddress = { ...address("DE"), phone: null };
    expect(sent({ billingAddress, shippingAddress })?.customer).toMatchObject({ phone: "" });
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

  it("is not one that holds a name and a country and nothing else", () => {
    const draft = { ...nowhere, firstName: "Max", countryCode: "DE" };
    expect(where({ billingAddress: draft, shippingAddress })).toBe("Ship 1, fr");
    expect(where({ billingAddress: draft, customer })).toBe("Default 1, at");
    expect(where({ billingAddress: draft })).toBe(", de");
  });

  it.each(["address1", "address2", "city", "zip"])("is one that holds %s alone", (part) => {
    const some = { ...nowhere, [part]: "x", countryCode: "BE" };
    expect(where({ billingAddress: some, shippingAddress })).toMatch(/, be$/);
  });

  it("has its own country, else that of another address, else the shop's, which is told", () => {
    const stateless = address(null, "Billing 1");
    expect(where({ billingAddress: stateless, shippingAddress }, "CH")).toBe("Billing 1, fr");
    expect(where({ billingAddress: stateless, customer }, "CH")).toBe("Billing 1, at");
    expect(where({ billingAddress: stateless }, "CH")).toBe("Billing 1, ch");
    expect(where({ billingAddress: stateless })).toBeUndefined();
    const findings = (head: Partial<Head>) =>
      map(order([line("1")], { head }), { shopCountry: "CH" }).findings;
    expect(findings({ billingAddress: stateless })).toMatchObject([
      { code: "country_is_shops", severity: "info" },
    ]);
    expect(findings({ billingAddress: stateless, shippingAddress })).toEqual([]);
  });

  it.each([
    ["DEU", "de"],
    ["uk", "gb"],
    ["EL", "gr"],
    ["AC", "sh"],
  ])("mends the country %s to %s", (code, meant) => {
    expect(where({ billingAddress: address(code, "Billing 1") }, "ch")).toBe(`Billing 1, ${meant}`);
  });

  it.each(["ZZ", "XK", "AN", "EU", "D", "Germany"])("takes %s for no country", (code) => {
    expect(where({ billingAddress: address(code, "Billing 1") }, "ch")).toBe("Billing 1, ch");
    expect(where({ billingAddress: address(code, "Billing 1") }, code)).toBeUndefined();
  });

  it("takes white space for nothing", () => {
    const draft = { ...nowhere, firstName: "A", lastName: " ", address1: " ", countryCode: "DE" };
    const whole = sent({ billingAddress: draft, shippingAddress });
    expect(whole?.customer_billing_address).toEqual({
      ...{ address_line_1: "Ship 1", address_line_2: "", city: "Musterstadt" },
      ...{ country: "fr", zip: "12345" },
    });
    expect(whole?.customer).toMatchObject({ first_name: "A", last_name: "" });
    const spaced = { ...address("DE", "Billing 1"), address2: "\t", phone: "\u00a0 " };
    expect(sent({ billingAddress: spaced })).toMatchObject({
      customer_billing_address: { address_line_1: "Billing 1", address_line_2: "" },
      customer: { phone: "" },
    });
    const named = { ...address("DE"), firstName: " ", lastName: "\n" };
    expect(
      sent({ billingAddress: named, customer: { ...customer, firstName: " " } })?.customer,
    ).toMatchObject({ first_name: "", last_name: "" });
  });

  it("has empty texts for what is not known", () => {
    expect(sent({ billingAddress: null }, "de")?.customer_billing_address).toEqual({
      ...{ address_line_1: "", address_line_2: "", city: "", country: "de", zip: "" },
    });
  });
});
