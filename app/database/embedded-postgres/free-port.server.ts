import { once } from "node:events";
import { createServer } from "node:net";

// Below the ports that systems give to outgoing connections (Linux: from 32768), one of which could
// take a free port before its server listens there.
const lowest = 20_000;
const count = 12_000;

/** How far apart processes begin to look, so that two at once do not choose the same. */
const stride = 101;

let next = process.pid * stride;

/** A port that nobody listens on now; never the same twice in a process. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < count; tries += 1) {
    const port = lowest + (next % count);
    next += 1;
    if (await isFree(port)) return port;
  }
  throw new Error("No port is free.");
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port), "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
