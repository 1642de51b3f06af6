import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { createSecretBox, SecretError } from "./secrets.server.ts";

const shop = "test-shop.myshopify.com";
const apiKey = "sk_test_4eC39HqLyjWDarjtT1zdp7dc-ä€";
const current = randomBytes(32);
const box = createSecretBox({ current, previous: [] });

function failure(open: () => unknown): SecretError {
  try {
    open();
  } catch (error) {
    expect(error).toBeInstanceOf(SecretError);
    expect((error as Error).message).not.toContain("sk_test");
    return error as SecretError;
  }
  throw new Error("It was opened.");
}

test("what is sealed opens again, and does not show what it holds", () => {
  const sealed = box.seal(apiKey, shop);
  expect(sealed).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]{22}\.[\w-]+$/);
  expect(sealed).not.toContain(apiKey);
  expect(box.open(sealed, shop)).toBe(apiKey);
  expect(box.open(box.seal("", shop), shop)).toBe("");
});

test("the same text is sealed differently each time", () => {
  expect(box.seal(apiKey, shop)).not.toBe(box.seal(apiKey, shop));
});

test("does not open for another shop", () => {
  const error = failure(() => box.open(box.seal(apiKey, shop), "other.myshopify.com"));
  expect(error.code).toBe("secret");
  expect(error.message).toContain("Save the shop's API key anew");
});

test("does not open after any part was changed", () => {
  const parts = box.seal(apiKey, shop).split(".");
  for (const place of [0, 2, 3, 4]) {
    const changed = parts.map((part, at) => {
      if (at !== place) return part;
      return (part.startsWith("A") ? "B" : "A") + part.slice(1);
    });
    failure(() => box.open(changed.join("."), shop));
  }
  // a shorter tag is easier to guess
  const short = parts.with(3, (parts[3] ?? "").slice(0, 6));
  failure(() => box.open(short.join("."), shop));
  for (const text of ["", "sk_test_plain", "v1....", `${parts.join(".")}.x`]) {
    failure(() => box.open(text, shop));
  }
});

test("an unknown key is named by its id, with what to do", () => {
  const sealed = box.seal(apiKey, shop);
  const other = createSecretBox({ current: randomBytes(32), previous: [] });
  const { message } = failure(() => other.open(sealed, shop));
  expect(message).toContain(sealed.split(".")[1]);
  expect(message).toContain("ENCRYPTION_KEY_PREVIOUS");
});

test("after a rotation the previous key opens, the new one seals", () => {
  const sealed = box.seal(apiKey, shop);
  const rotated = createSecretBox({ current: randomBytes(32), previous: [current] });
  expect(rotated.open(sealed, shop)).toBe(apiKey);
  expect(rotated.needsReseal(sealed)).toBe(true);
  const again = rotated.seal(apiKey, shop);
  expect(rotated.needsReseal(again)).toBe(false);
  failure(() => box.open(again, shop));
});
