import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { openClient } from "./connection.server.ts";

afterEach(() => void vi.useRealTimers());

/** PostgreSQL's "you are in" and "ask". */
const welcome = Buffer.from("5200000008000000005a0000000549", "hex");

it("a farewell that PostgreSQL does not answer is cut short after two seconds", async () => {
  const silent = createServer({ allowHalfOpen: true }, (socket) => {
    socket.once("data", () => socket.write(welcome));
    socket.on("error", () => undefined);
  });
  await once(silent.listen(0, "127.0.0.1"), "listening");
  const { port } = silent.address() as AddressInfo;
  const client = openClient(`postgresql://app@127.0.0.1:${port}/none`, "test");
  await client.connect();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  let hasEnded = false;
  const ended = client.end().then(() => {
    hasEnded = true;
  });
  await vi.advanceTimersByTimeAsync(1_999);
  await new Promise((turn) => setImmediate(turn));
  expect(hasEnded).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await ended;
  silent.close();
});
