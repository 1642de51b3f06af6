import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { withoutCustomer } from "./without-customer.ts";

describe("whatever was sent", () => {
  test.each([
    ["email max.o'neil+x@example.co.uk is taken", "email … is taken"],
    ["phone +49 160 1234567 is short", "phone … is short"],
    ["phone 0160/1234567 is short", "phone … is short"],
    ["phone +49–160–1234567 is short", "phone … is short"],
    ["phone 0160·1234567 is short", "phone … is short"],
    ["phone 160–123–4567 is short", "phone … is short"],
    ["no ids 1234567, 1234568, 1234569", "no ids 1234567, 1234568, 1234569"],
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
});

const customer = {
  ...{ first_name: "Jörg-Łukasz", last_name: "Müller", email: "j.mueller77@vogelpost.de" },
  phone: "+49 160 7654321",
};
const customer_billing_address = {
  ...{ address_line_1: "Große Straße 7", address_line_2: "B", city: "Köln", zip: "50667" },
  country: "de",
};
const order = { id: "5550160765432", customer, customer_billing_address };

describe("of what was sent of a customer", () => {
  test.each([
    ["names", "Mueller, MÜLLER, muller, Mu\u0308ller: no Müllers", "…, …, …, …: no …"],
    ["parts of names", "jörg or Joerg or Lukasz or ŁUKASZ", "… or … or … or …"],
    ["names in one", "JoergLukaszMueller, MuellerJoergLukasz", "…, …"],
    ["a name within a path", "customer_mueller: müller_jörg", "customer_…: …_…"],
    ["an address line", "GROSSE STRASSE 7 is no street", "… is no street"],
    ["an address line in short", "Gr. Straße 7, Große Str. 7", "…, …"],
    [
      "parts of an address line",
      "no street Strasse, no number 7 beside grosse 7",
      "no street …, no number 7 beside …",
    ],
    ["an address line set apart", "no Gros-Strasse 7", "no …"],
    ["a second line of one letter", "flat B, a b", "flat …, a b"],
    ["a city and a zip", "50667 KOELN, 50667-Koln", "…, …"],
    ["parts of an email", "user j.mueller77 of vogelpost", "user … of …"],
    ["a phone", "0160 765 43 21, 0049(160)7654321, 160-7654321, +491607654321", "…, …, …, …"],
    [
      "a phone between other dashes and dots",
      "160–765–4321, 160·7654321, 160‑765‒43—21, 0160•765•4321; 160 - 765 - 4321, (+49)160_7654321",
      "…, …, …, …; …, …",
    ],
    ["a phone with wide gaps", "0160      765      4321", "…"],
    [
      "the end of a phone",
      "no phone that ends in 7654321 or 54321",
      "no phone that ends in … or …",
    ],
    [
      "nothing else",
      "order 5550160765432: line_items.7.quantity of country de",
      "order 5550160765432: line_items.7.quantity of country de",
    ],
  ])("%s", (_what, text, kept) => {
    expect(withoutCustomer(text, [order])).toBe(kept);
  });

  test.each([
    [{ first_name: "Li", last_name: "Ng" }, "li NG is no customer, lid", "… is no customer, lid"],
    [{ first_name: "M" }, "M is no name, m is", "… is no name, m is"],
    [{ last_name: "O'Neil" }, "oneil, O’NEIL", "…, …"],
    [{ last_name: "Иванов" }, "ivanov, ИВАНОВ, Иванову", "…, …, …"],
    [{ first_name: "小明", last_name: "王" }, "王小明的 or Wang", "… or …"],
    [{ last_name: "Ærøskøbing" }, "aeroeskoebing, Aroskobing", "…, …"],
    [{ last_name: "Åse" }, "Aase, ase", "…, …"],
  ])("%j", (names, text, kept) => {
    expect(withoutCustomer(text, [{ customer: names }])).toBe(kept);
  });

  it("takes no harm from what is no order", () => {
    for (const sent of [null, "x", [null, 5, { customer: "x", customer_billing_address: [7] }]]) {
      expect(withoutCustomer("line 7 of x", sent)).toBe("line 7 of x");
    }
  });
});

test("a text without end is not read to its end", () => {
  expect(withoutCustomer(`${"x".repeat(5_000_000)} Müller`, [order]).length).toBeLessThan(3_000);
});

/** How somebody else may write what was sent. */
const spellings: Record<string, (text: string) => string> = {
  same: (text) => text,
  loud: (text) => text.toUpperCase(),
  quiet: (text) => text.toLowerCase(),
  german: (text) =>
    text.replace(/[äöüß]/g, (letter) => ({ ä: "ae", ö: "oe", ü: "ue", ß: "ss" })[letter] ?? ""),
  bare: (text) =>
    text.replaceAll("ß", "ss").normalize("NFD").replace(/\p{M}/gu, "").normalize("NFC"),
  decomposed: (text) => text.normalize("NFD"),
  spaced: (text) => text.replaceAll(" ", "  "),
  joined: (text) => text.replaceAll(" ", ""),
};

const letters = "abcdefghijklmnoprstuvwzäöüßéèñç";
const word = fc
  .string({ unit: fc.constantFrom(...letters), minLength: 2, maxLength: 12 })
  .map((text) => text.charAt(0).toUpperCase() + text.slice(1));
const words = fc.array(word, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(" "));
const line = fc.tuple(words, fc.integer({ min: 1, max: 999 })).map((parts) => parts.join(" "));
const zip = fc.integer({ min: 1000, max: 99_999 }).map(String);
const people = fc.record({
  customer: fc.record({ first_name: words, last_name: words }),
  customer_billing_address: fc.record({ address_line_1: line, city: words, zip }),
});

/** Words of ours that say nothing of anybody, written so that no name has their letters. */
const frame = (inside: string) => `«${inside}» 0x`;

test("no value that was sent is left, in no spelling, whole or in its words", () => {
  fc.assert(
    fc.property(
      fc.array(people, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(...Object.values(spellings)),
      (orders, spell) => {
        for (const { customer, customer_billing_address } of orders) {
          const values = [customer, customer_billing_address].flatMap((one) => Object.values(one));
          for (const value of values) {
            expect(withoutCustomer(frame(spell(value)), orders)).toBe(frame("…"));
            for (const part of value.split(" ").filter((one) => /\p{L}|\d{3}/u.test(one))) {
              expect(withoutCustomer(frame(spell(part)), orders)).toBe(frame("…"));
            }
          }
        }
      },
    ),
  );
});

test("no phone is left, however it is spaced, with whatever before it", () => {
  const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 8, maxLength: 11 });
  const gaps = fc.array(fc.constantFrom("", "", " ", "-", "/", ".", ") ", "–", " · ", "\u200b"), {
    minLength: 12,
    maxLength: 12,
  });
  const before = fc.constantFrom("+49", "+49 ", "0049", "0", "(0", "", "+49 (0)");
  fc.assert(
    fc.property(digits, gaps, before, before, (number, between, sentAs, saidAs) => {
      const national = `1${number}`;
      const said = [...national].map((digit, at) => digit + (between[at] ?? "")).join("");
      const sent = [{ customer: { phone: `${sentAs}${national}` } }];
      const kept = withoutCustomer(`no ${saidAs}${said.replace(/\D+$/, "")} here`, sent);
      expect(kept).toBe("no … here");
    }),
  );
});
