import { expect, it } from "vitest";
import { emptyState } from "./fold.ts";
import { line, order, plan } from "./order.fixture.ts";
import { type SharePolicy, skipReason } from "./share.ts";

const policy: SharePolicy = {
  share: "protected",
  environment: "production",
  sendTestOrders: false,
  sendOlderOrders: false,
  installedAt: null,
};
const plain = order([line("1")]);
const insured = order([line("1"), plan("2")]);
const test = order([plan("2")], { head: { isTest: true } });

it("shares orders that hold protection, or all if the shop says so", () => {
  expect(skipReason(insured, policy, false)).toBeNull();
  expect(skipReason(plain, policy, false)).toBe("no_plan");
  expect(skipReason(plain, { ...policy, share: "all" }, false)).toBeNull();
});

it("keeps sending what was sent once", () => {
  expect(skipReason(plain, policy, true)).toBeNull();
});

it("sends test orders to the sandbox, and to production only if the shop says so", () => {
  expect(skipReason(test, policy, false)).toBe("test_order");
  expect(skipReason(test, { ...policy, sendTestOrders: true }, false)).toBeNull();
  expect(skipReason(test, { ...policy, environment: "sandbox" }, false)).toBeNull();
});

it("sends orders from before the install only if the shop asks for it", () => {
  const placedAt = insured.head?.placedAt ?? 0;
  const installed = { ...policy, installedAt: placedAt + 1 };
  expect(skipReason(insured, installed, false)).toBe("before_install");
  expect(skipReason(insured, { ...installed, sendOlderOrders: true }, false)).toBeNull();
  expect(skipReason(insured, { ...policy, installedAt: placedAt }, false)).toBeNull();
  expect(skipReason(insured, installed, true)).toBeNull();
  expect(skipReason(plain, installed, false)).toBe("no_plan");
});

it("sends one to which a plan was added after the install", () => {
  const installed = { ...policy, installedAt: (insured.head?.placedAt ?? 0) + 1000 };
  const before = { seenAt: installed.installedAt - 500 };
  const after = { seenAt: installed.installedAt + 500 };
  const skipped = (lines: Parameters<typeof order>[0]) =>
    skipReason(order(lines), installed, false);
  expect(skipped([line("1", before), plan("2", after)])).toBeNull();
  expect(skipped([line("1", before), plan("2", before), plan("3", after)])).toBeNull();
  expect(skipped([line("1", before), plan("2", before)])).toBe("before_install");
  expect(skipped([line("1", before), plan("2", before), line("3", after)])).toBe("before_install");
  const alsoBefore = { seenAt: before.seenAt + 100 };
  expect(skipped([line("1", before), plan("2", alsoBefore)])).toBe("before_install");
  // of an order that nobody saw before, nothing tells what was added
  expect(skipped([line("1", after), plan("2", after)])).toBe("before_install");
});

it("says nothing of an order of which only parts are known", () => {
  expect(skipReason(emptyState("1"), policy, false)).toBeNull();
});
