import { once } from "node:events";
import { connect } from "node:net";
import { expect, it } from "vitest";
import { openWorld } from "./open-world.ts";

const { world } = await openWorld({ WORKER: "off", KEEP_ALIVE_MS: "2000" });

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
