import { once } from "node:events";
import { connect } from "node:net";
import { expect, it } from "vitest";
import { sendWebhook } from "#test/simulator/shopify/webhook.ts";
import { openWorld } from "./open-world.ts";
import { ordersAlike } from "./vogelsang.ts";

const { world } = await openWorld({ WORKER: "off", KEEP_ALIVE_MS: "2000", HEADERS_MS: "3000" });
const nextOrder = ordersAlike("keep-alive.myshopify.com", 985_000);

// what a load balancer does: it keeps a connection, and sends its next request over it
it("an idle connection is kept for as long as it was set, not as Node keeps it by itself", async () => {
  const { port } = new URL(world.appUrl);
  const socket = connect(Number(port), "localhost");
  await once(socket, "connect");
  const ask = async () => {
    socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const [answer] = await once(socket, "data");
    return String(answer);
  };
  expect(await ask()).toMatch(/^HTTP\/1.1 200 [\s\S]*\r\nKeep-Alive: timeout=2\r\n/);
  expect(await ask()).toMatch(/^HTTP\/1.1 200 /);
  // the server ends it; 75 seconds are the default (docs/configuration.md)
  await once(socket, "end");
  socket.destroy();
});

it("whoever sends headers by the byte, or none at all, is cut off, and others are served meanwhile", async () => {
  const { port } = new URL(world.appUrl);
  const began = performance.now();
  const slow = await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      const socket = connect(Number(port), "localhost");
      socket.on("error", () => undefined);
      await once(socket, "connect");
      let answer = "";
      socket.on("data", (chunk) => {
        answer += chunk;
      });
      const isSilent = index % 2 === 0;
      if (!isSilent) socket.write("POST /webhooks/orders HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
      const dripping = isSilent ? undefined : setInterval(() => socket.write("a"), 100);
      const ended = new Promise<void>((resolve) => {
        socket.once("close", () => {
          clearInterval(dripping);
          resolve();
        });
      });
      return { isSilent, ended, answer: () => answer };
    }),
  );
  expect((await fetch(`${world.appUrl}/healthz`)).status).toBe(200);
  expect(await sendWebhook(world.appUrl, nextOrder().webhook, world.apiSecret)).toBe(200);
  await Promise.all(slow.map(({ ended }) => ended));
  const tookMs = performance.now() - began;
  expect(tookMs).toBeGreaterThan(2_900);
  // Node would wait for a minute by itself
  expect(tookMs).toBeLessThan(45_000);
  for (const { isSilent, answer } of slow) {
    // who writes on while being cut off may not get to read why
    if (isSilent || answer()) expect(answer()).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  }
  expect((await fetch(`${world.appUrl}/readyz`)).status).toBe(200);
});
