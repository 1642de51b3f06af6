import { describe, expect, it } from "vitest";
import { nextMailAt, weekBefore } from "./shop-mails.ts";

const at = (text: string) => Date.parse(text);
const next = (kind: "weekly" | "deadlines", now: string, timeZone: string) =>
  new Date(nextMailAt(kind, at(now), timeZone)).toISOString();

describe("a mail is due", () => {
  it("at eight of the shop's morning, today or tomorrow", () => {
    expect(next("deadlines", "2026-11-28T06:59:59Z", "Europe/Berlin")).toBe(
      "2026-11-28T07:00:00.000Z",
    );
    expect(next("deadlines", "2026-11-28T07:00:00Z", "Europe/Berlin")).toBe(
      "2026-11-29T07:00:00.000Z",
    );
    expect(next("deadlines", "2026-11-28T23:30:00Z", "Asia/Tokyo")).toBe(
      "2026-11-29T23:00:00.000Z",
    );
    expect(next("deadlines", "2026-11-28T15:59:00Z", "America/Los_Angeles")).toBe(
      "2026-11-28T16:00:00.000Z",
    );
  });

  it("weekly on Monday", () => {
    expect(next("weekly", "2026-11-28T12:00:00Z", "Europe/Berlin")).toBe(
      "2026-11-30T07:00:00.000Z",
    );
    expect(next("weekly", "2026-11-30T07:00:00Z", "Europe/Berlin")).toBe(
      "2026-12-07T07:00:00.000Z",
    );
    // Monday begins earlier there
    expect(next("weekly", "2026-11-29T20:00:00Z", "Pacific/Auckland")).toBe(
      "2026-12-06T19:00:00.000Z",
    );
  });

  it("by the clocks of that day, when they are put forward or back before", () => {
    expect(next("weekly", "2026-10-24T12:00:00Z", "Europe/Berlin")).toBe(
      "2026-10-26T07:00:00.000Z",
    );
    expect(next("deadlines", "2027-03-27T12:00:00Z", "Europe/Berlin")).toBe(
      "2027-03-28T06:00:00.000Z",
    );
  });

  it("in UTC where the zone is not known", () => {
    expect(next("deadlines", "2026-11-28T07:00:00Z", "Mars/Olympus")).toBe(
      "2026-11-28T08:00:00.000Z",
    );
  });
});

it("tells of the week that is over, also when it is late", () => {
  const week = { from: "2026-11-23", to: "2026-11-29" };
  expect(weekBefore(at("2026-11-30T07:00:00Z"), "Europe/Berlin")).toEqual(week);
  expect(weekBefore(at("2026-12-02T12:00:00Z"), "Europe/Berlin")).toEqual(week);
  // still Sunday there
  expect(weekBefore(at("2026-11-30T07:00:00Z"), "America/Los_Angeles")).toEqual({
    from: "2026-11-16",
    to: "2026-11-22",
  });
});
