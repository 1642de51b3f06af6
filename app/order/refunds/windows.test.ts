import { describe, expect, it } from "vitest";
import { nearestEnd, stateAt, windowsOf } from "./windows.ts";
import { offsetAt } from "./zone-offset.ts";

const at = (text: string) => Date.parse(text);
const day = 86_400_000;

describe("the windows of a plan", () => {
  it("end 14 days and 3 months after the shipment, at its time of day in the shop's zone", () => {
    const [window, ...others] = windowsOf(
      1,
      [{ quantity: 1, at: at("2026-03-20T12:00:00+01:00") }],
      "Europe/Berlin",
    );
    expect(others).toEqual([]);
    // the clocks are put forward on 29 March
    expect(window).toEqual({
      quantity: 1,
      shippedAt: at("2026-03-20T12:00:00+01:00"),
      planUntil: at("2026-04-03T12:00:00+02:00"),
      productUntil: at("2026-06-20T12:00:00+02:00"),
    });
  });

  it.each([
    ["2026-11-30T23:30:00+01:00", "Europe/Berlin", "2027-02-28T23:30:00+01:00"],
    ["2023-11-30T08:00:00Z", "UTC", "2024-02-29T08:00:00Z"],
    // it is the 31st in Auckland, the 30th in UTC
    ["2026-08-30T13:00:00Z", "Pacific/Auckland", "2026-11-30T01:00:00+13:00"],
    ["2026-07-15T20:00:00Z", "America/New_York", "2026-10-15T20:00:00Z"],
    ["2026-07-15T20:00:00Z", "Not/AZone", "2026-10-15T20:00:00Z"],
  ])("3 months after %s in %s is %s", (shipped, timeZone, until) => {
    const [window] = windowsOf(1, [{ quantity: 1, at: at(shipped) }], timeZone);
    expect(new Date(window?.productUntil ?? 0).toISOString()).toBe(new Date(until).toISOString());
  });

  it("are one for each shipment, and one without an end for what was not shipped", () => {
    const shipped = [
      { quantity: 2, at: at("2026-06-10T10:00:00Z") },
      { quantity: 1, at: at("2026-06-01T10:00:00Z") },
    ];
    expect(
      windowsOf(5, shipped, "UTC").map(({ quantity, shippedAt }) => [quantity, shippedAt]),
    ).toEqual([
      [1, shipped[1]?.at],
      [2, shipped[0]?.at],
      [2, null],
    ]);
    // more products than plans
    expect(windowsOf(2, shipped, "UTC").map(({ quantity }) => quantity)).toEqual([1, 1]);
    expect(windowsOf(1, shipped, "UTC").map(({ quantity }) => quantity)).toEqual([1]);
    expect(nearestEnd(windowsOf(0, [], "UTC"), "planUntil", 0)).toBeNull();
  });

  it.each([
    ["2026-03-15T00:30:00+01:00", "2026-03-29T00:30:00+01:00"],
    ["2026-03-15T03:30:00+01:00", "2026-03-29T03:30:00+02:00"],
    // of an hour that comes twice it is the first
    ["2026-10-11T02:30:00+02:00", "2026-10-25T02:30:00+02:00"],
    ["2026-10-11T03:30:00+02:00", "2026-10-25T03:30:00+01:00"],
  ])("14 days after %s, when the clocks in Berlin are put, is %s", (shipped, until) => {
    const [window] = windowsOf(1, [{ quantity: 1, at: at(shipped) }], "Europe/Berlin");
    expect(new Date(window?.planUntil ?? 0).toISOString()).toBe(new Date(until).toISOString());
  });

  it("are open up to their end, and of several shipments some may be past", () => {
    const first = at("2026-06-01T10:00:00Z");
    const shipped = [
      { quantity: 1, at: first },
      { quantity: 1, at: first + 5 * day },
    ];
    const windows = windowsOf(2, shipped, "UTC");
    expect(stateAt(windows, "planUntil", first + 14 * day)).toBe("open");
    expect(stateAt(windows, "planUntil", first + 14 * day + 1)).toBe("partly");
    expect(stateAt(windows, "planUntil", first + 20 * day)).toBe("past");
    expect(nearestEnd(windows, "planUntil", first)).toBe(first + 14 * day);
    expect(nearestEnd(windows, "planUntil", first + 15 * day)).toBe(first + 19 * day);
    expect(nearestEnd(windows, "planUntil", first + 30 * day)).toBe(first + 19 * day);
    // what was not shipped has no end
    expect(nearestEnd(windowsOf(3, shipped, "UTC"), "planUntil", first + 30 * day)).toBeNull();
  });
});

it.each([
  ["Europe/Berlin", 2],
  ["America/New_York", -4],
  ["Asia/Kolkata", 5.5],
  ["Not/AZone", 0],
])("the clocks of %s are %d hours ahead in summer", (timeZone, hours) => {
  expect(offsetAt(at("2026-07-15T20:10:05.250Z"), timeZone)).toBe(hours * 3_600_000);
});
