import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { answerPlainly } from "./answers.server.ts";

afterEach(() => void vi.useRealTimers());

it("a body that nobody wants may come for ten seconds, so that its sender sees the answer", async () => {
  const server = createServer((request, response) =>
    answerPlainly(request, response, 413, "Too large."),
  );
  // as the app's: it is not this that ends the connection
  server.keepAliveTimeout = 75_000;
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const sender = connect(port, "127.0.0.1");
  sender.write("POST / HTTP/1.1\r\nHost: app\r\nContent-Length: 9000000\r\n\r\nthe first of it");
  const [answer] = await once(sender, "data");
  expect(String(answer)).toMatch(/^HTTP\/1\.1 413 /);
  let isCut = false;
  sender.once("close", () => {
    isCut = true;
  });
  await vi.advanceTimersByTimeAsync(9_999);
  sender.write("more of it");
  await new Promise((turn) => setImmediate(turn));
  expect(isCut).toBe(false);
  const cut = once(sender, "close");
  await vi.advanceTimersByTimeAsync(1);
  await cut;
  server.close();
});
