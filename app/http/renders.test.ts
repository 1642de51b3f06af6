import { EventEmitter } from "node:events";
import type { Request, Response } from "express";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { boundRenders } from "./renders.server.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("a reader who does not take a page to its end keeps others out for ten seconds at most", () => {
  const bound = boundRenders(1, { page: () => undefined });
  const rendered: string[] = [];
  const ask = (name: string) => {
    const response = Object.assign(new EventEmitter(), { destroyed: false });
    bound({} as Request, response as unknown as Response, () => void rendered.push(name));
    return response;
  };
  const slow = ask("slow");
  ask("next");
  ask("last");
  vi.advanceTimersByTime(9_999);
  expect(rendered).toEqual(["slow"]);
  vi.advanceTimersByTime(1);
  expect(rendered).toEqual(["slow", "next"]);
  // its end frees no second place
  slow.emit("close");
  expect(rendered).toEqual(["slow", "next"]);
  vi.advanceTimersByTime(10_000);
  expect(rendered).toEqual(["slow", "next", "last"]);
});
